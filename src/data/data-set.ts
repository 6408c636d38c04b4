/** The data model: labelled images or texts in memory, with where they come from. */

/** A file that a data set was read from. */
export interface SourceFile {
  /** As the person named it, or relative to the folder that they named. */
  path: string;
  sha256: string;
}

/** Where a data set comes from and what was done to it since. */
export interface Provenance {
  files: readonly SourceFile[];
  /** In order, in words: 'resized 20x20 to 28x28 (triangle filter)', 'selected style = serif'. */
  steps: readonly string[];
}

/** The names of the splits that a data set can bring along. */
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

interface SetFacts {
  name: string;
  /** Number of items: images, item texts, or running documents. */
  count: number;
  /** Class of each item; -1 = unlabelled. */
  labels?: { values: Int32Array; names: readonly string[] };
  /** Per attribute (`style`, `script`, `language`, …) one value per item; `select` filters by them. */
  attributes?: Readonly<Record<string, readonly string[]>>;
  /** Per item. Items of one group (typeface, document, painting) never cross splits. */
  groups?: readonly string[];
  /** What a group is, in the singular: 'typeface', 'file', 'image'. */
  groupNoun?: string;
  /** Items of the splits that the publisher made, e.g. MNIST's train and t10k files. */
  predefined?: Readonly<Partial<Record<SplitName, Int32Array>>>;
  licence?: string;
  citation?: string;
  provenance: Provenance;
}

/** Images of one size. `pixels`: [count, channels, height, width], 0..255. */
export interface ImageSet extends SetFacts {
  kind: 'image';
  channels: number;
  height: number;
  width: number;
  pixels: Uint8Array;
}

/**
 * Texts. `unit` 'item': each document is one example (a name, a line, a tune). `unit` 'running': documents are
 * passages of continuous text in reading order, from which examples are cut as windows.
 */
export interface TextSet extends SetFacts {
  kind: 'text';
  unit: 'item' | 'running';
  documents: readonly string[];
  /** For tunes: how they are written. 'abc': ABC notation; 'events': words for the events of a MIDI file. */
  notation?: Notation;
}

/** How music is written as text. */
export type Notation = 'abc' | 'events';

export type DataSet = ImageSet | TextSet;

/** What an item is called: 'image', 'text', 'tune'. */
export const itemWord = (set: DataSet): 'image' | 'text' | 'tune' =>
  set.kind === 'text' && set.notation !== undefined ? 'tune' : set.kind;

/** Number of values of one image. */
export function imageSize(set: ImageSet): number {
  return set.channels * set.height * set.width;
}

/** The pixels of image `index`, [channels, height, width], as a view. */
export function imageAt(set: ImageSet, index: number): Uint8Array {
  const size = imageSize(set);
  return set.pixels.subarray(index * size, (index + 1) * size);
}

/** `set` with one more word on what was done to it. */
export function withStep<S extends DataSet>(set: S, step: string): S {
  return { ...set, provenance: { ...set.provenance, steps: [...set.provenance.steps, step] } };
}

/**
 * The items at `indices`, in that order, with labels, attributes and groups. Predefined splits are re-indexed;
 * items that are not chosen drop out of them. An index may repeat.
 */
export function subset<S extends DataSet>(set: S, indices: ArrayLike<number>, step?: string): S {
  const n = indices.length;
  const pick = <T>(values: ArrayLike<T>): T[] => Array.from({ length: n }, (_, i) => values[indices[i]!]!);
  const facts: Partial<SetFacts> = { count: n };
  if (set.labels) {
    facts.labels = { values: Int32Array.from(pick(set.labels.values)), names: set.labels.names };
  }
  if (set.attributes) {
    facts.attributes = Object.fromEntries(
      Object.entries(set.attributes).map(([name, values]) => [name, pick(values)]),
    );
  }
  if (set.groups) facts.groups = pick(set.groups);
  if (set.predefined) facts.predefined = reindex(set.predefined, set.count, indices);
  if (step !== undefined) {
    facts.provenance = { ...set.provenance, steps: [...set.provenance.steps, step] };
  }
  if (set.kind === 'text') return { ...set, ...facts, documents: pick(set.documents) };
  const size = imageSize(set);
  const pixels = new Uint8Array(n * size);
  for (let i = 0; i < n; i++) pixels.set(imageAt(set, indices[i]!), i * size);
  return { ...set, ...facts, pixels };
}

function reindex(
  predefined: NonNullable<SetFacts['predefined']>,
  count: number,
  indices: ArrayLike<number>,
): NonNullable<SetFacts['predefined']> {
  const out: Partial<Record<SplitName, Int32Array>> = {};
  for (const split of splitNames) {
    const members = predefined[split];
    if (members === undefined) continue;
    const isMember = new Uint8Array(count);
    for (const i of members) isMember[i] = 1;
    const kept: number[] = [];
    for (let i = 0; i < indices.length; i++) if (isMember[indices[i]!]) kept.push(i);
    out[split] = Int32Array.from(kept);
  }
  return out;
}

/** True for Unicode text without lone surrogates, the normal case. */
const hasLoneSurrogate = /\p{Surrogate}/u;

/** Number of UTF-8 bytes of a text; a lone surrogate counts 3. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Number of characters (Unicode code points) of a text. */
export function characterCount(text: string): number {
  let n = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0xd800 && c < 0xdc00) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        n--;
        i++;
      }
    }
  }
  return n;
}

/** True when `text` is well-formed Unicode. */
export function isWellFormed(text: string): boolean {
  return !hasLoneSurrogate.test(text);
}
