import type { DataSet } from '../data/data-set.ts';
import { representationOf } from '../data/represent-images.ts';
import type { Model } from '../models/model.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Json } from './step.ts';
import type { EncodingInput } from './step-inputs.ts';

/** What of a planned model decides on which scale it can be judged. */
export interface JudgedModel {
  readonly model: Pick<Model, 'likelihood' | 'sampler'>;
  readonly encoding: EncodingInput;
}

/**
 * The metric that decides where a study names none, by a rule on what is planned, never on what came out: held-out
 * likelihood where all models have it on one scale (`nll` of the same representation of images, given the class for all
 * or none, exact or a bound for all; `bits_per_byte` of the same items of text), else for images the kernel distance of samples in the first
 * feature network, where all make samples. Undefined where neither can be had: what else is measured (diversity, copies) makes no model better
 * than another.
 */
export function choosePrimary(
  models: readonly JudgedModel[],
  test: DataSet,
  samples: number,
): 'nll' | 'bits_per_byte' | 'kid' | undefined {
  const scales = models.map((one) => scaleOf(one, test));
  const shared = new Set(scales).size === 1 ? scales[0] : undefined;
  if (test.kind === 'text') return shared === undefined ? undefined : 'bits_per_byte';
  if (shared !== undefined) return 'nll';
  if (models.some(({ model }) => model.sampler.kind === 'none')) return undefined;
  const seen = test.channels === 1 || test.channels === 3;
  return seen && test.count >= 2 && samples >= 2 ? 'kid' : undefined;
}

/** Names the scale of a model's likelihood; undefined where it has none. */
function scaleOf({ model: { likelihood }, encoding }: JudgedModel, test: DataSet): string | undefined {
  if (likelihood === undefined) return undefined;
  const { kind } = likelihood;
  if (encoding.kind === 'text') return canonicalJson({ kind, ends: encoding.ends } satisfies Json);
  if (test.kind !== 'image') return undefined;
  return canonicalJson({
    kind,
    representation: representationOf(test, encoding.values).name,
    byClass: encoding.classes !== undefined,
  } satisfies Json);
}
