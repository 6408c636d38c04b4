import { fallbackIds, tokenTexts } from '../data/tokenizers/token-texts.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { utf8Text } from '../data/tokenizers/utf8.ts';
import { GraftError, isGraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { Model, Weights } from './model.ts';
import { mapsOfAxis, overlap, resizeMaps } from './resize-tensor.ts';
import { freshWeights } from './weights.ts';

/** What became of a tensor. */
export interface TensorFate {
  readonly name: string;
  /** taken: as it was; resized: in part or interpolated; remapped: by token; new: drawn anew; dropped: has no place. */
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

/**
 * Weights for `model` from those of another size of it. Tensors of one name and shape are taken; rows of a vocabulary are
 * found by the text of their token, where the tokenizers differ (a token that is new gets the mean of the rows of the
 * tokens that its text had before: Gee et al. 2022; one that had none, the mean of all rows, with which it takes little
 * from the others: Hewitt 2021); axes of pixels are interpolated; of all others the leading part is
 * taken. What is left over starts as in a fresh model. Nothing is silent: every tensor has a fate.
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
  const fates: TensorFate[] = [];
  const old = new Map(donor.model.parameters.map(({ name, shape }) => [name, shape]));
  const rows = rowsByToken(donor.tokenizer, tokenizer);
  const parameters: Record<string, Float32Array> = {};
  for (const { name, shape: to } of model.parameters) {
    const from = old.get(name);
    old.delete(name);
    const moved = from === undefined ? undefined : move(name, from, to);
    parameters[name] = moved?.data ?? fresh.parameters[name]!;
    fates.push({
      name,
      ...(moved === undefined ? { fate: 'new' as const } : moved.fate),
      ...(from === undefined ? {} : { from }),
      to,
    });
  }
  for (const [name, from] of old) fates.push({ name, fate: 'dropped', from });
  const state: Record<string, Float32Array> = {};
  for (const { name, shape } of model.state) {
    const own = donor.model.state.find((spec) => spec.name === name);
    const same = own !== undefined && sameSizes(own.shape, shape);
    state[name] = same ? donor.weights.state[name]! : fresh.state[name]!;
    fates.push({ name: `state/${name}`, fate: same ? 'taken' : 'new', to: shape });
  }
  return { weights: { parameters, state }, fates };

  function move(
    name: string,
    from: readonly number[],
    to: readonly number[],
  ): { data: Float32Array; fate: Pick<TensorFate, 'fate' | 'how'> } | undefined {
    const data = donor.weights.parameters[name]!;
    if (rows !== undefined && isVocabulary(name, from)) return byToken(name, data, from, to, rows);
    if (sameSizes(from, to)) return { data, fate: { fate: 'taken' } };
    if (from.length !== to.length) return undefined;
    const image = imagesOf(donor.model, model);
    const differing = from.flatMap((size, axis) => (size === to[axis] ? [] : [axis]));
    if (image !== undefined && differing.length === 1) {
      const axis = differing[0]!;
      const maps = mapsOfAxis(from[axis]!, to[axis]!, image.before, image.after);
      if (maps !== undefined)
        return {
          data: resizeMaps(data, from, axis, maps, axis > 0),
          fate: {
            fate: 'resized',
            how: `${maps.channels === 1 ? 'a map' : `${maps.channels} maps`} of ${maps.from.join(' x ')} interpolated to ${maps.to.join(' x ')}`,
          },
        };
    }
    const common = from.map((size, axis) => Math.min(size, to[axis]!));
    return {
      data: overlap(data, from, to, fresh.parameters[name]!),
      fate: { fate: 'resized', how: `the leading [${common.join(', ')}] taken, the rest drawn anew` },
    };
  }

  function isVocabulary(name: string, from: readonly number[]): boolean {
    const { sampler } = donor.model;
    return (
      sampler.kind === 'autoregressive' &&
      from[0] === sampler.vocabulary &&
      ['embedding/token', 'output/weight', 'output/bias'].includes(name)
    );
  }

  function byToken(
    name: string,
    data: Float32Array,
    from: readonly number[],
    to: readonly number[],
    found: RowSources,
  ): { data: Float32Array; fate: Pick<TensorFate, 'fate' | 'how'> } {
    // A bias is a vocabulary of single values.
    const [width, wide] = [from[1] ?? 1, to[1] ?? 1];
    const out = fresh.parameters[name]!.slice();
    const common = Math.min(width, wide);
    const counts = { one: 0, several: 0, none: 0 };
    const all = Array.from({ length: from[0]! }, (_, id) => id);
    found.forEach((pieces, id) => {
      if (id >= to[0]!) return;
      counts[pieces.length === 0 ? 'none' : pieces.length === 1 ? 'one' : 'several']++;
      const sources = pieces.length === 0 ? all : pieces;
      for (let i = 0; i < common; i++) {
        let sum = 0;
        for (const source of sources) sum += data[source * width + i]!;
        out[id * wide + i] = sum / sources.length;
      }
    });
    const left = to[0]! - counts.one - counts.several - counts.none;
    return {
      data: out,
      fate: {
        fate: 'remapped',
        how: `${counts.one} of ${to[0]} rows by token, ${counts.several} from the mean of their pieces, ${counts.none} from the mean of all rows${left === 0 ? '' : `, ${left} drawn anew`}${common === wide ? '' : `; the leading ${common} of ${wide} columns`}`,
      },
    };
  }
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** The images of two models that differ in resolution alone. */
function imagesOf(a: Model, b: Model): { before: readonly number[]; after: readonly number[] } | undefined {
  const [before, after] = [a, b].map(({ fields }) => fields[0]!.shape) as [number[], number[]];
  return before.length === 3 && after.length === 3 && before[0] === after[0] ? { before, after } : undefined;
}

/** For each new id the old ids whose rows it comes from: one for the same text, several for its pieces. */
type RowSources = readonly (readonly number[])[];

function rowsByToken(before: Tokenizer | undefined, after: Tokenizer | undefined): RowSources | undefined {
  if (before === undefined || after === undefined) return undefined;
  if (JSON.stringify(before.toJSON()) === JSON.stringify(after.toJSON())) return undefined;
  const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  const known = new Map<string, number>();
  // Of the tokens of one text that which spells a byte is hardly ever used.
  const spelling = fallbackIds(before);
  tokenTexts(before).forEach((bytes, id) => {
    if (bytes === undefined) return;
    const other = known.get(key(bytes));
    if (other === undefined || spelling.has(other)) known.set(key(bytes), id);
  });
  const texts = tokenTexts(after);
  const spellingNow = fallbackIds(after);
  const whole = new Set(
    texts.flatMap((bytes, id) => (bytes === undefined || spellingNow.has(id) ? [] : [key(bytes)])),
  );
  const marks = new Map<number, number>();
  for (const mark of ['pad', 'eos', 'bos'] as const) {
    const [to, from] = [after.special[mark], before.special[mark]];
    if (to !== undefined && from !== undefined) marks.set(to, from);
  }
  return texts.map((bytes, id) => {
    const mark = marks.get(id);
    if (mark !== undefined) return [mark];
    if (bytes === undefined || bytes.length === 0) return [];
    if (spellingNow.has(id) && whole.has(key(bytes))) return [];
    const same = known.get(key(bytes));
    if (same !== undefined) return [same];
    const text = utf8Text(bytes);
    if (text.includes('\ufffd')) return [];
    try {
      return [...before.encode(text)];
    } catch (error) {
      // The old vocabulary has no tokens for it.
      if (isGraftError(error, 'bad-data')) return [];
      throw error;
    }
  });
}
