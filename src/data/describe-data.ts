import { contentHash } from './content-hash.ts';
import {
  characterCount,
  type DataSet,
  type ImageSet,
  imageAt,
  imageSize,
  type SourceFile,
  type SplitName,
  splitNames,
  type TextSet,
  utf8Length,
} from './data-set.ts';
import { itemKeys } from './item-keys.ts';

/** What a data set holds, in numbers. */
export interface DataDescription {
  readonly name: string;
  readonly kind: 'image' | 'text';
  readonly count: number;
  readonly hash: string;
  readonly files: readonly SourceFile[];
  readonly steps: readonly string[];
  readonly licence?: string;
  readonly citation?: string;
  /** Values 0..255 over all pixels; `constant`: images whose pixels differ by at most 4. */
  readonly images?: {
    readonly channels: number;
    readonly height: number;
    readonly width: number;
    readonly least: number;
    readonly most: number;
    readonly mean: number;
    readonly deviation: number;
    readonly constant: number;
  };
  /** Lengths are in characters (code points) of items or documents. */
  readonly texts?: {
    readonly unit: 'item' | 'running';
    readonly characters: number;
    readonly bytes: number;
    readonly alphabet: number;
    readonly shortest: number;
    readonly median: number;
    readonly longest: number;
    readonly blank: number;
    /** Texts with replacement or control characters, as a wrong encoding leaves them. */
    readonly damaged: number;
  };
  readonly classes?: readonly ValueCount[];
  readonly unlabelled?: number;
  /** Values of each attribute, most frequent first. */
  readonly attributes: Readonly<Record<string, readonly ValueCount[]>>;
  readonly groups?: { readonly count: number; readonly smallest: number; readonly largest: number };
  readonly predefined?: Readonly<Partial<Record<SplitName, number>>>;
  /** Items beyond the first of each set of equal items. */
  readonly duplicates: number;
}

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** Counts, sizes, ranges, classes, duplicates and groups of a data set. */
export function describeData(set: DataSet): DataDescription {
  const { labels, groups, predefined } = set;
  const groupSizes = groups && countValues(groups).map(({ count }) => count);
  return {
    name: set.name,
    kind: set.kind,
    count: set.count,
    hash: contentHash(set),
    files: set.provenance.files,
    steps: set.provenance.steps,
    ...(set.licence !== undefined && { licence: set.licence }),
    ...(set.citation !== undefined && { citation: set.citation }),
    ...(set.kind === 'image' ? { images: describeImages(set) } : { texts: describeTexts(set) }),
    ...(labels && {
      classes: labels.names.map((value, v) => ({
        value,
        count: labels.values.reduce((sum, other) => sum + Number(other === v), 0),
      })),
      unlabelled: labels.values.reduce((sum, v) => sum + Number(v < 0), 0),
    }),
    attributes: Object.fromEntries(
      Object.entries(set.attributes ?? {}).map(([name, values]) => [name, countValues(values)]),
    ),
    ...(groupSizes && {
      groups: { count: groupSizes.length, smallest: groupSizes.at(-1) ?? 0, largest: groupSizes[0] ?? 0 },
    }),
    ...(predefined && {
      predefined: Object.fromEntries(
        splitNames.filter((name) => predefined[name]).map((name) => [name, predefined[name]!.length]),
      ),
    }),
    duplicates: set.count - new Set(itemKeys(set)).size,
  };
}

function describeImages(set: ImageSet): NonNullable<DataDescription['images']> {
  const histogram = new Float64Array(256);
  let constant = 0;
  for (let i = 0; i < set.count; i++) {
    let [low, high] = [255, 0];
    for (const v of imageAt(set, i)) {
      histogram[v]!++;
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (high - low <= 4) constant++;
  }
  const n = Math.max(1, set.count * imageSize(set));
  const mean = histogram.reduce((sum, times, v) => sum + times * v, 0) / n;
  const variance = histogram.reduce((sum, times, v) => sum + times * (v - mean) ** 2, 0) / n;
  return {
    channels: set.channels,
    height: set.height,
    width: set.width,
    least: Math.max(
      0,
      histogram.findIndex((times) => times > 0),
    ),
    most: Math.max(
      0,
      histogram.findLastIndex((times) => times > 0),
    ),
    mean,
    deviation: Math.sqrt(variance),
    constant,
  };
}

function describeTexts(set: TextSet): NonNullable<DataDescription['texts']> {
  const alphabet = new Set<string>();
  for (const text of set.documents) for (const character of text) alphabet.add(character);
  const lengths = set.documents.map(characterCount).sort((a, b) => a - b);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const damage = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\ufffd]/;
  return {
    unit: set.unit,
    characters: lengths.reduce((sum, n) => sum + n, 0),
    bytes: set.documents.reduce((sum, text) => sum + utf8Length(text), 0),
    alphabet: alphabet.size,
    shortest: lengths[0] ?? 0,
    median: lengths[Math.floor((lengths.length - 1) / 2)] ?? 0,
    longest: lengths.at(-1) ?? 0,
    blank: set.documents.filter((text) => text.trim() === '').length,
    damaged: set.documents.filter((text) => damage.test(text)).length,
  };
}

function countValues(values: readonly string[]): ValueCount[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Array.from(counts, ([value, count]) => ({ value, count })).sort(
    (a, b) => b.count - a.count || (a.value < b.value ? -1 : 1),
  );
}
