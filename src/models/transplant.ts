import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Model, Weights } from './model.ts';
import { moveRows, rowsByClass, rowsByToken } from './named-rows.ts';
import { mapsOfAxis, overlap, resizeMaps } from './resize-tensor.ts';
import { freshWeights } from './weights.ts';

/** What became of a tensor. */
export interface TensorFate {
  readonly name: string;
  /** taken: as it was; resized: in part or interpolated; remapped: by token or class; new: drawn anew; dropped: has no place. */
  readonly fate: 'taken' | 'resized' | 'remapped' | 'new' | 'dropped';
  readonly from?: readonly number[];
  readonly to?: readonly number[];
  /** How, in words. */
  readonly how?: string;
}

export interface Transplant {
  readonly weights: Weights;
  /** One entry for each tensor of either model. */
  readonly fates: readonly TensorFate[];
}

/** A model with its weights, and its tokenizer where it has one. */
export interface Donor {
  readonly model: Model;
  readonly weights: Weights;
  readonly tokenizer?: Tokenizer | undefined;
}

interface Moved {
  readonly data: Float32Array;
  readonly fate: Pick<TensorFate, 'fate' | 'how'>;
}

/**
 * Weights for `model` from those of another size of it. Tensors of one name and shape are taken; rows of a vocabulary are
 * found by the text of their token, where the tokenizers differ (a token that is new gets the mean of the rows of the
 * tokens that its text had before: Gee et al. 2022; one that had none, the mean of all rows: Hewitt 2021), and rows of
 * classes by the name of their class; axes of pixels are interpolated; of all others the leading part is taken. What is left over starts as in a fresh model. Nothing is silent:
 * every tensor has a fate.
 */
export function transplant(
  donor: Donor,
  model: Model,
  tokenizer: Tokenizer | undefined,
  stream: Stream,
): Transplant {
  if (donor.model.family !== model.family)
    throw new GraftError('conflict', {
      first: `weights of a ${donor.model.family}`,
      second: `a ${model.family}`,
      reason: 'only sizes of one family can be exchanged',
    });
  const fresh = freshWeights(model, stream);
  const named = {
    tokens: rowsByToken(donor.tokenizer, tokenizer),
    classes: rowsByClass(donor.model, model),
  };
  const images = imagesOf(donor.model, model);

  const move = ({ name, shape: to, rows }: ParameterSpec, from: readonly number[]): Moved | undefined => {
    const data = donor.weights.parameters[name]!;
    const begun = fresh.parameters[name]!;
    const sources = rows === undefined ? undefined : named[rows];
    if (sources !== undefined && from.length === to.length) {
      const moved = moveRows(data, from, to, sources, begun);
      return { data: moved.data, fate: { fate: 'remapped', how: moved.how } };
    }
    if (sameSizes(from, to)) return { data, fate: { fate: 'taken' } };
    return from.length === to.length ? resized(data, from, to, begun, images) : undefined;
  };

  const parameters: Record<string, Float32Array> = {};
  const ofParameters = fatesOf(donor.model.parameters, model.parameters, (spec, from) => {
    const moved = from === undefined ? undefined : move(spec, from);
    parameters[spec.name] = moved?.data ?? fresh.parameters[spec.name]!;
    return moved?.fate ?? { fate: 'new' };
  });
  const state: Record<string, Float32Array> = {};
  const ofState = fatesOf(donor.model.state, model.state, ({ name, shape }, from) => {
    const same = from !== undefined && sameSizes(from, shape);
    state[name] = same ? donor.weights.state[name]! : fresh.state[name]!;
    return { fate: same ? 'taken' : 'new' };
  });
  return {
    weights: { parameters, state },
    fates: [...ofParameters, ...ofState.map((fate) => ({ ...fate, name: `state/${fate.name}` }))],
  };
}

/** What becomes of each tensor of either model: of those of the new one as `decide` says, the others are dropped. */
function fatesOf<S extends { readonly name: string; readonly shape: readonly number[] }>(
  before: readonly S[],
  after: readonly S[],
  decide: (spec: S, from: readonly number[] | undefined) => Pick<TensorFate, 'fate' | 'how'>,
): TensorFate[] {
  const old = new Map(before.map(({ name, shape }) => [name, shape]));
  const kept = after.map((spec): TensorFate => {
    const from = old.get(spec.name);
    old.delete(spec.name);
    return {
      name: spec.name,
      ...decide(spec, from),
      ...(from === undefined ? {} : { from }),
      to: spec.shape,
    };
  });
  return [...kept, ...[...old].map(([name, from]) => ({ name, fate: 'dropped' as const, from }))];
}

/** A tensor in another shape of the same rank: axes of pixels are interpolated, of the others the leading part is taken. */
function resized(
  data: Float32Array,
  from: readonly number[],
  to: readonly number[],
  begun: Float32Array,
  images: Images | undefined,
): Moved {
  let values = data;
  let shape = from;
  const words: string[] = [];
  for (const [axis, size] of to.entries()) {
    const maps =
      images === undefined || shape[axis] === size
        ? undefined
        : mapsOfAxis(shape[axis]!, size, images.before, images.after);
    if (maps === undefined) continue;
    values = resizeMaps(values, shape, axis, maps, axis > 0);
    shape = shape.map((d, i) => (i === axis ? size : d));
    words.push(
      `${maps.channels === 1 ? 'a map' : `${maps.channels} maps`} of ${maps.from.join(' x ')} interpolated to ${maps.to.join(' x ')}`,
    );
  }
  if (!sameSizes(shape, to)) {
    const common = shape.map((size, axis) => Math.min(size, to[axis]!));
    values = overlap(values, shape, to, begun);
    words.push(`the leading [${common.join(', ')}] taken, the rest drawn anew`);
  }
  return { data: values, fate: { fate: 'resized', how: words.join('; ') } };
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** Sizes [channels, height, width] of the images of two models that differ in resolution. */
interface Images {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function imagesOf(a: Model, b: Model): Images | undefined {
  const [before, after] = [a, b].map(({ fields }) => fields[0]!.shape) as [number[], number[]];
  const resolution = before.length === 3 && after.length === 3 && before[0] === after[0];
  return resolution && !sameSizes(before, after) ? { before, after } : undefined;
}
