import { join } from 'node:path';
import type { Notation, TextSet } from '../data/data-set.ts';
import { isGraftError } from '../errors.ts';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import { applyMetric, metricContext } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { Measurement } from './measurement.ts';
import { toMeasurement } from './to-measurement.ts';

/** Characters of a piece whose novelty is counted. */
const NOVEL = 4;
/** Characters of a piece whose variety is counted. */
const DISTINCT = 2;

/** What was measured of texts, and why what is missing is missing. */
export interface MeasuredTexts {
  readonly measurements: readonly Measurement[];
  readonly notMeasured: readonly string[];
}

/** A generated text and what of the training text it repeats. */
export interface ShownText {
  readonly text: string;
  /** The longest piece that also occurs in the training text. */
  readonly copied: string;
  /** For tunes: how they are written. */
  readonly notation?: Notation;
}

/**
 * Diversity of generated texts, what they copy from the training text, and the first of them in a file; of tunes also how
 * many are valid, beside that of real held-out ones.
 */
export function measureTexts(
  samples: readonly string[],
  train: TextSet,
  folder: string,
  shown: number,
  real?: TextSet,
): MeasuredTexts {
  const first: ShownText[] = samples.slice(0, shown).map((text) => ({
    text,
    copied: longestCopy(text, train.documents),
    ...(train.notation === undefined ? {} : { notation: train.notation }),
  }));
  writeFileAtomic(join(folder, 'samples.json'), `${JSON.stringify(first, null, 1)}\n`);
  const own = measureNovelty(samples, train, 'target');
  const tunes = measureTunes(samples, train.notation, real);
  const novelty = {
    measurements: [...own.measurements, ...tunes.measurements],
    notMeasured: [...own.notMeasured, ...tunes.notMeasured],
  };
  const generated = withCharacters(samples, DISTINCT);
  if (generated.length === 0)
    return { ...novelty, notMeasured: [tooShort('distinct_n', 'target', DISTINCT), ...novelty.notMeasured] };
  const distinct = toMeasurement(
    metrics.distinct_n,
    applyMetric(metrics.distinct_n, { generated }, { n: DISTINCT }),
    { on: 'target', generated: generated.length, options: { n: DISTINCT, tokens: 'characters' } },
  );
  return { ...novelty, measurements: [distinct, ...novelty.measurements] };
}

/** Validity of generated tunes, with that of real ones. */
function measureTunes(
  samples: readonly string[],
  notation: Notation | undefined,
  real: TextSet | undefined,
): MeasuredTexts {
  const measurements: Measurement[] = [];
  const notMeasured: string[] = [];
  if (notation === undefined || samples.length === 0) return { measurements, notMeasured };
  const characters = (texts: readonly string[]) => texts.map((text) => Array.from(text));
  const inputs = {
    generated: characters(samples),
    ...(real === undefined || real.count === 0 ? {} : { real: characters(real.documents) }),
  };
  const context = metricContext();
  for (const metric of [metrics.valid_tunes, metrics.bars_in_metre, metrics.notes_in_key])
    try {
      const result = applyMetric(metric, inputs, { notation }, context);
      measurements.push(
        toMeasurement(metric, result, {
          on: 'target',
          ...(real === undefined ? {} : { split: 'test', real: real.count }),
          generated: samples.length,
          options: { notation },
        }),
      );
    } catch (error) {
      // Tunes of free metre have no bars to count.
      if (!isGraftError(error, 'bad-data')) throw error;
      notMeasured.push(`${metric.name} on target was not measured: ${error.facts.problem}.`);
    }
  return { measurements, notMeasured };
}

/** Share of the pieces of generated texts that do not occur in training texts. */
export function measureNovelty(samples: readonly string[], train: TextSet, on: string): MeasuredTexts {
  const generated = withCharacters(samples, NOVEL);
  if (generated.length === 0)
    return { measurements: [], notMeasured: [tooShort('ngram_novelty', on, NOVEL)] };
  const training = train.documents.map((text) => Array.from(text));
  const novelty = toMeasurement(
    metrics.ngram_novelty,
    applyMetric(metrics.ngram_novelty, { generated, train: training }, { n: NOVEL }),
    {
      on,
      split: 'train',
      real: train.count,
      generated: generated.length,
      options: { n: NOVEL, tokens: 'characters' },
    },
  );
  return { measurements: [novelty], notMeasured: [] };
}

/** The characters of the texts that have at least `n`. */
const withCharacters = (texts: readonly string[], n: number): string[][] =>
  texts.map((text) => Array.from(text)).filter(({ length }) => length >= n);

const tooShort = (metric: string, on: string, n: number): string =>
  `${metric} on ${on} was not measured: no sample has ${n} characters or more.`;

/** The longest piece of a text that occurs in one of the documents. */
function longestCopy(text: string, documents: readonly string[]): string {
  let best = '';
  for (let start = 0; start < text.length; start++) {
    while (start + best.length < text.length) {
      const piece = text.slice(start, start + best.length + 1);
      if (!documents.some((document) => document.includes(piece))) break;
      best = piece;
    }
  }
  return best;
}
