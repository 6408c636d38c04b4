import { z } from 'zod';
import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { Field, Model } from './model.ts';

/** Options of families that can be told the class of what they make. */
export const classOptions = {
  conditional: z.boolean().default(false).describe('examples are made by class, which needs labelled data'),
  classes: z
    .array(z.string())
    .min(1)
    .max(100_000)
    .optional()
    .describe('names of the classes of a conditional model'),
};

/** The class of an example: its place among the model's classes. */
export const labelField: Field = { name: 'label', shape: [], dtype: 'int32' };

/** The classes of a conditional configuration; undefined where there is no condition. */
export function classesOf(config: {
  readonly conditional: boolean;
  readonly classes?: readonly string[] | undefined;
}): readonly string[] | undefined {
  if (!config.conditional) return undefined;
  if (config.classes === undefined)
    throw new GraftError('invalid-value', {
      what: 'classes of a conditional model',
      received: undefined,
      allowed: 'a list of names, which labelled data give',
    });
  return config.classes;
}

/**
 * Classes of `count` samples in the proportions in which examples have them: the examples' own classes in an order
 * drawn from the stream, over and over.
 */
export function proportionalLabels(examples: ArrayLike<number>, count: number, stream: Stream): Int32Array {
  const order = stream.permutation(examples.length);
  return Int32Array.from({ length: count }, (_, i) => examples[order[i % order.length]!]!);
}

/** Classes of `count` samples, each of the chosen ones in turn. Fails with `unknown-name`. */
export function chosenLabels(
  { family, classes }: Pick<Model, 'family' | 'classes'>,
  chosen: readonly string[],
  count: number,
): Int32Array {
  if (classes === undefined)
    throw new GraftError('unsupported', {
      what: 'choosing a class',
      reason: `this ${family} was not trained by class`,
    });
  const places = chosen.map((name) => {
    const place = classes.indexOf(name);
    if (place < 0)
      throw new GraftError('unknown-name', { kind: 'class', received: name, allowed: [...classes] });
    return place;
  });
  return Int32Array.from({ length: count }, (_, i) => places[i % places.length]!);
}
