import { join } from 'node:path';
import type { TextSet } from '../data/data-set.ts';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { Measurement } from './measurement.ts';
import { toMeasurement } from './to-measurement.ts';

/** Characters of a piece whose novelty is counted. */
const NGRAM = 4;

/** A generated text and what of the training text it repeats. */
export interface ShownText {
  readonly text: string;
  /** The longest piece that also occurs in the training text. */
  readonly copied: string;
}

/** Diversity of generated texts, what they copy from the training text, and the first of them in a file. */
export function measureTexts(
  samples: readonly string[],
  train: TextSet,
  folder: string,
  shown: number,
): Measurement[] {
  const generated = samples.map((text) => Array.from(text));
  const first: ShownText[] = samples
    .slice(0, shown)
    .map((text) => ({ text, copied: longestCopy(text, train.documents) }));
  writeFileAtomic(join(folder, 'samples.json'), `${JSON.stringify(first, null, 1)}\n`);
  const long = generated.filter((tokens) => tokens.length >= NGRAM);
  if (long.length === 0) return [];
  return [
    toMeasurement(metrics.distinct_n, applyMetric(metrics.distinct_n, { generated: long }, { n: 2 }), {
      on: 'target',
      generated: long.length,
      options: { n: 2, tokens: 'characters' },
    }),
    ...measureNovelty(samples, train, 'target'),
  ];
}

/** Share of the pieces of generated texts that do not occur in training texts. */
export function measureNovelty(samples: readonly string[], train: TextSet, on: string): Measurement[] {
  const generated = samples.map((text) => Array.from(text)).filter((tokens) => tokens.length >= NGRAM);
  const training = train.documents.map((text) => Array.from(text));
  if (generated.length === 0) return [];
  return [
    toMeasurement(
      metrics.ngram_novelty,
      applyMetric(metrics.ngram_novelty, { generated, train: training }, { n: NGRAM }),
      {
        on,
        split: 'train',
        real: train.count,
        generated: samples.length,
        options: { n: NGRAM, tokens: 'characters' },
      },
    ),
  ];
}

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
