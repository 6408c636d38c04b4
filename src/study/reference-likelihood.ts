import type { ExampleTable } from '../models/example-table.ts';
import { NO_TARGET } from '../models/next-token.ts';
import type { EncodedSet, Encoding } from './encoding.ts';

/** What a model that knows next to nothing reaches on the same data: a scale for a likelihood. */
export interface ReferenceLikelihood {
  readonly metric: 'nll' | 'bits_per_byte';
  readonly value: number;
  readonly unit: string;
  /** What the model is, in words. */
  readonly what: string;
}

/**
 * The likelihood of held-out examples under independent values, whose frequencies are those of the training examples
 * (with one further count spread over all values): each pixel by itself, or each token by itself. Undefined for pixels
 * whose likelihood is a density.
 */
export function referenceLikelihood(
  train: EncodedSet,
  test: EncodedSet,
  encoding: Encoding,
): ReferenceLikelihood | undefined {
  if (encoding.kind === 'text')
    return {
      metric: 'bits_per_byte',
      value: tokenBits(train.table, test, encoding.tokenizer.vocabularySize),
      unit: 'bits/byte',
      what: 'independent tokens with the frequencies of the training part',
    };
  const levels = typeof encoding.values === 'object' ? 2 : encoding.values === 'levels' ? 256 : undefined;
  if (levels === undefined) return undefined;
  return {
    metric: 'nll',
    value: pixelNats(train.table, test.table, levels),
    unit: 'nats/item',
    what: 'independent pixels with the frequencies of the training part',
  };
}

function pixelNats(train: ExampleTable, test: ExampleTable, levels: number): number {
  const values = (table: ExampleTable) => table.fields.x!.data;
  const pixels = values(train).length / train.count;
  const counts = new Float64Array(pixels * levels).fill(1 / levels);
  const level = (value: number) => Math.round(value * (levels - 1));
  values(train).forEach((value, i) => {
    counts[(i % pixels) * levels + level(value)]!++;
  });
  let nats = 0;
  values(test).forEach((value, i) => {
    nats -= Math.log(counts[(i % pixels) * levels + level(value)]! / (train.count + 1));
  });
  return nats / test.count;
}

function tokenBits(train: ExampleTable, test: EncodedSet, vocabulary: number): number {
  const counts = new Float64Array(vocabulary).fill(1 / vocabulary);
  let total = 1;
  for (const token of train.fields.targets!.data)
    if (token !== NO_TARGET) {
      counts[token]!++;
      total++;
    }
  let nats = 0;
  for (const token of test.table.fields.targets!.data)
    if (token !== NO_TARGET) nats -= Math.log(counts[token]! / total);
  const bytes = test.text!.bytes.reduce((a, b) => a + b, 0);
  return nats / Math.LN2 / bytes;
}
