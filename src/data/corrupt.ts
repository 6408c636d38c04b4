import { z } from 'zod';
import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import { type DataSet, type ImageSet, subset, type TextSet, withStep } from './data-set.ts';

const fraction = z.number().min(0).max(1);

/** How training data are made worse on purpose, to study the effect of their quality. `off-domain` names its data set elsewhere. */
export const corruptionFields = {
  duplicates: fraction.default(0).describe('fraction of items replaced by copies of other items'),
  'wrong-labels': fraction.default(0).describe('fraction of labelled items that get another class'),
  noise: fraction
    .default(0)
    .describe(
      'images: standard deviation of Gaussian noise, in units of full brightness; text: fraction of characters replaced',
    ),
  seed: z.int().min(0).default(0),
};

export interface Corruption {
  duplicates: number;
  'wrong-labels': number;
  noise: number;
  /** Fraction of items replaced by items of another set. */
  offDomain?: { fraction: number; from: DataSet };
}

/** How many items (characters of text, for noise) were changed. */
export interface CorruptionReport {
  offDomain: number;
  wrongLabels: number;
  noise: number;
  duplicates: number;
}

/**
 * A corrupted copy of training data of the same size. In this order: items replaced by off-domain ones, labels
 * replaced by another class, noise, items replaced by copies of other items (as they then are); so the quantity stays
 * equal while the quality falls. Never to be used on validation or test data.
 *
 * Image noise is added to every pixel, rounded and clipped to 0..255. Text noise replaces characters by ones drawn
 * uniformly from those of the set itself.
 */
export function corruptData<S extends DataSet>(
  set: S,
  corruption: Corruption,
  stream: Stream,
): { set: S; report: CorruptionReport } {
  const report: CorruptionReport = { offDomain: 0, wrongLabels: 0, noise: 0, duplicates: 0 };
  let out: DataSet = set;
  if (corruption.offDomain && corruption.offDomain.fraction > 0) {
    out = replaceItems(out, corruption.offDomain, stream.child('off-domain'), report);
  }
  if (corruption['wrong-labels'] > 0) {
    out = confuseLabels(out, corruption['wrong-labels'], stream.child('wrong-labels'), report);
  }
  if (corruption.noise > 0) {
    out =
      out.kind === 'image'
        ? addPixelNoise(out, corruption.noise, stream.child('noise'), report)
        : replaceCharacters(out, corruption.noise, stream.child('noise'), report);
  }
  if (corruption.duplicates > 0) {
    out = repeatItems(out, corruption.duplicates, stream.child('duplicates'), report);
  }
  return { set: out as S, report };
}

/** The first round(fraction * n) of a random order of 0 .. n-1. */
function drawFraction(n: number, share: number, stream: Stream): Int32Array {
  return stream
    .child('which')
    .permutation(n)
    .slice(0, Math.round(share * n));
}

function refuseRunning(set: DataSet, what: string): void {
  if (set.kind === 'text' && set.unit === 'running') {
    throw new GraftError('unsupported', {
      what: `${what} in running text`,
      reason: 'it has no items to replace',
      hint: 'Give the length of a window, so that the text is cut into items.',
    });
  }
}

function replaceItems(
  set: DataSet,
  { fraction: share, from }: { fraction: number; from: DataSet },
  stream: Stream,
  report: CorruptionReport,
): DataSet {
  refuseRunning(set, 'off-domain items');
  const fits =
    set.kind === 'image'
      ? from.kind === 'image' &&
        from.channels === set.channels &&
        from.height === set.height &&
        from.width === set.width
      : from.kind === 'text' && from.unit === 'item';
  if (!fits || from.count === 0) {
    throw new GraftError('bad-data', {
      what: `off-domain data ${from.name}`,
      problem:
        from.count === 0
          ? 'has no items'
          : `its items are not of the same kind and size as those of ${set.name}`,
    });
  }
  const places = drawFraction(set.count, share, stream);
  const order = stream.child('from').permutation(from.count);
  const out = subset(set, range(set.count), `${places.length} items replaced by items of ${from.name}`);
  const documents = out.kind === 'text' ? [...out.documents] : [];
  places.forEach((place, i) => {
    // More places than items: they are taken again from the start.
    const item = order[i % order.length]!;
    if (out.kind === 'image' && from.kind === 'image') {
      const size = out.pixels.length / out.count;
      out.pixels.set(from.pixels.subarray(item * size, (item + 1) * size), place * size);
    } else if (from.kind === 'text') {
      documents[place] = from.documents[item]!;
    }
    if (out.labels) out.labels.values[place] = -1;
  });
  report.offDomain = places.length;
  return out.kind === 'text' ? { ...out, documents } : out;
}

function confuseLabels(set: DataSet, share: number, stream: Stream, report: CorruptionReport): DataSet {
  const { labels } = set;
  const present = labels ? [...new Set(labels.values)].filter((v) => v >= 0).sort((a, b) => a - b) : [];
  if (!labels || present.length < 2) {
    throw new GraftError('bad-data', {
      what: `data set ${set.name}`,
      problem: labels ? 'it has fewer than two classes, so no label can be wrong' : 'it has no labels',
      where: 'corrupt.wrong-labels',
    });
  }
  const labelled = range(set.count).filter((i) => labels.values[i]! >= 0);
  const chosen = drawFraction(labelled.length, share, stream);
  const steps = stream.child('classes').integers(chosen.length, present.length - 1);
  const values = labels.values.slice();
  chosen.forEach((k, i) => {
    const item = labelled[k]!;
    const others = present.filter((v) => v !== values[item]);
    values[item] = others[steps[i]!]!;
  });
  report.wrongLabels = chosen.length;
  return withStep({ ...set, labels: { ...labels, values } }, `${chosen.length} labels made wrong`);
}

function addPixelNoise(set: ImageSet, std: number, stream: Stream, report: CorruptionReport): ImageSet {
  const pixels = new Uint8Array(set.pixels.length);
  const size = set.pixels.length / Math.max(1, set.count);
  for (let i = 0; i < set.count; i++) {
    const noise = stream.child(i).normals(size);
    for (let p = 0; p < size; p++) {
      const value = set.pixels[i * size + p]! + 255 * std * noise[p]!;
      pixels[i * size + p] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  report.noise = set.count;
  return withStep({ ...set, pixels }, `Gaussian noise of ${std} added`);
}

function replaceCharacters(set: TextSet, share: number, stream: Stream, report: CorruptionReport): TextSet {
  const seen = new Set<string>();
  for (const text of set.documents) for (const character of text) seen.add(character);
  const alphabet = [...seen].sort();
  const documents = set.documents.map((text, i) => {
    const characters = Array.from(text);
    const random = stream.child(i);
    const uniform = random.child('where').uniforms(characters.length);
    const drawn = random.child('what').integers(characters.length, alphabet.length);
    return characters
      .map((character, c) => {
        if (uniform[c]! >= share) return character;
        report.noise++;
        return alphabet[drawn[c]!]!;
      })
      .join('');
  });
  return withStep({ ...set, documents }, `${report.noise} characters replaced`);
}

function repeatItems(set: DataSet, share: number, stream: Stream, report: CorruptionReport): DataSet {
  refuseRunning(set, 'duplicates');
  if (set.count < 2) return set;
  // At least one item stays to be copied.
  const order = stream.child('which').permutation(set.count);
  const count = Math.min(Math.round(share * set.count), set.count - 1);
  const kept = order.slice(count);
  const picks = stream.child('copies').integers(count, kept.length);
  const items = range(set.count);
  for (let i = 0; i < count; i++) items[order[i]!] = kept[picks[i]!]!;
  report.duplicates = count;
  return subset(set, items, `${count} items replaced by copies of others`);
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
