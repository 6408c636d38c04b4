import { classesFor } from '../data/class-labels.ts';
import type { DataSet, ImageSet, TextSet } from '../data/data-set.ts';
import { examplesOf } from '../data/prepare-data.ts';
import {
  type ImageValues,
  type PixelLikelihood,
  representationOf,
  requireLikelihood,
  valuesOfLikelihood,
} from '../data/represent-images.ts';
import { trainTokenizer } from '../data/tokenizers/train-tokenizer.ts';
import { GraftError, lookUp } from '../errors.ts';
import { type Family, type FamilyName, families, familyOf } from '../models/index.ts';
import { refuseIdle } from '../models/refuse-idle.ts';
import { longestExample } from './encoding.ts';
import type { Loaded } from './loaded-data.ts';
import { requireDomain } from './require-domain.ts';
import type { EncodingInput, HeldOutInput } from './step-inputs.ts';
import type { StudySpec } from './study-spec.ts';

/** Refuses options that a family does not have, those that follow from the data, and those without effect beside others. */
export function checkFamilyOptions(
  family: string,
  given: Readonly<Record<string, unknown>>,
  where: string,
): void {
  const known = lookUp<Family>('model family', families, family, where);
  const allowed = Object.keys(known.schema.shape).filter((name) => !known.fromData.includes(name));
  for (const option of Object.keys(given))
    if (!allowed.includes(option))
      throw new GraftError('unknown-name', { kind: `option of ${family}`, received: option, allowed, where });
  refuseIdle(family, given, given, where);
}

/** What of a configuration follows from the data, and how they become examples. */
export function fitFamily(
  family: string,
  given: Readonly<Record<string, unknown>>,
  spec: Pick<StudySpec, 'values' | 'tokenizer' | 'context'>,
  target: Loaded,
  source: Loaded,
  heldOut: HeldOutInput,
  where: string,
): { config: Record<string, unknown>; encoding: EncodingInput } {
  const { domain } = families[family as FamilyName];
  const set = target.prepared.train;
  for (const { prepared } of [target, source])
    requireDomain({ family, domain }, prepared.train, prepared.name, where);
  refuseForeignSettings(spec, set.kind, target.prepared.name, where);
  if (set.kind === 'image') {
    const image = [set.channels, set.height, set.width];
    const other = source.prepared.train as typeof set;
    if (other.channels !== set.channels || other.height !== set.height || other.width !== set.width)
      throw new GraftError('shape-mismatch', {
        op: 'source and target images',
        shapes: [[other.channels, other.height, other.width], image],
        rule: 'both need one size; set resize and channels of one of them',
        where,
      });
    const values = valuesOf(family as FamilyName, given, spec.values, set, where);
    const classes = classesGiven(given, source.prepared.train, set, where);
    return { config: { ...given, image, ...classes }, encoding: { kind: 'image', values, ...classes } };
  }
  const text = examplesOf(set, target.prepared.window) as TextSet;
  const ends = set.unit === 'item';
  const tokenizer = trainTokenizer(
    spec.tokenizer,
    (examplesOf(source.prepared.train, source.prepared.window) as TextSet).documents,
    true,
  );
  const context = spec.context ?? (given.context as number | undefined) ?? longestExample(text, tokenizer);
  return {
    config: { ...given, vocabulary: tokenizer.vocabularySize, context },
    encoding: {
      kind: 'text',
      context,
      ends,
      tokenizer: { spec: spec.tokenizer, on: source.input, heldOut },
    },
  };
}

/** Settings that say how data of the other kind become examples would be without effect. */
function refuseForeignSettings(
  spec: Pick<StudySpec, 'values' | 'context'>,
  kind: DataSet['kind'],
  name: string,
  where: string,
): void {
  const foreign = kind === 'image' ? 'context' : 'values';
  if (spec[foreign] !== undefined)
    throw new GraftError('conflict', {
      first: `setting '${foreign}'`,
      second: `'${name}'`,
      reason: `it is for ${kind === 'image' ? 'texts' : 'images'}, and these are ${kind}s`,
      where,
    });
}

/** The classes of a configuration that asks for examples by class. */
export function classesGiven(
  given: Readonly<Record<string, unknown>>,
  source: DataSet,
  target: DataSet,
  where?: string,
): { classes?: string[] } {
  return given.conditional === true ? { classes: classesFor(source, target, where) } : {};
}

/** What pixels are: as given, else what the family's likelihood is defined on. Refuses what it is not defined on. */
export function valuesOf(
  family: FamilyName,
  given: Readonly<Record<string, unknown>>,
  asked: ImageValues | undefined,
  set: ImageSet,
  where?: string,
): ImageValues {
  const likelihood = likelihoodOf(family, given);
  const values = asked ?? valuesFor(likelihood);
  if (likelihood !== undefined) requireLikelihood(likelihood, representationOf(set, values), where);
  return values;
}

/** The pixel likelihood that a configuration asks for; undefined for families without one. */
function likelihoodOf(
  family: FamilyName,
  given: Readonly<Record<string, unknown>>,
): PixelLikelihood | undefined {
  return familyOf(family).pixels?.(given);
}

/** The pixels that a likelihood is defined on. */
function valuesFor(likelihood: PixelLikelihood | undefined): ImageValues {
  const values = likelihood === undefined ? 'unit' : valuesOfLikelihood(likelihood);
  return values === 'binary' ? { binarise: 0.5 } : values;
}
