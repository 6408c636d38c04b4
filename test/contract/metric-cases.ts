/** One case for each metric: inputs that are good and inputs that are worse, for the suite that runs over all of them. */
import type { ArrayInput, NumberArray } from '../../src/metrics/evaluate-arrays.ts';
import type { MetricName } from '../../src/metrics/index.ts';
import { stream } from '../../src/random.ts';

export interface MetricCase {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly good: Readonly<Record<string, ArrayInput>>;
  readonly worse: Readonly<Record<string, ArrayInput>>;
  /** Inputs of which both sets are the same, and the value that they must give; or why there are none. */
  readonly identical:
    | { readonly inputs: Readonly<Record<string, ArrayInput>>; readonly value: number }
    | string;
  /** Groups of inputs whose items may be reordered together without changing the value; or why there are none. */
  readonly reorder: readonly (readonly string[])[] | string;
}

const random = stream(2024);

/** Normal numbers of the given shape, times `scale` plus `shift`. */
export function normal(name: string, shape: readonly number[], scale = 1, shift = 0): NumberArray {
  const size = shape.reduce((product, n) => product * n, 1);
  return {
    shape,
    data: random
      .child(name)
      .normals(size)
      .map((value) => value * scale + shift),
  };
}

const map = (array: NumberArray, f: (value: number, i: number) => number): NumberArray => ({
  shape: array.shape,
  data: Float64Array.from(array.data as ArrayLike<number>, f),
});
const tokens = (name: string, vocabulary: number, shape: readonly number[] = [30, 12]): NumberArray => ({
  shape,
  data: random.child(name).integers(
    shape.reduce((product, n) => product * n, 1),
    vocabulary,
  ),
});
const constant = (shape: readonly number[], value: number): NumberArray => ({
  shape,
  data: new Float64Array(shape.reduce((product, n) => product * n, 1)).fill(value),
});

const real = normal('real', [120, 6]);
const features = {
  good: { real, generated: normal('generated', [110, 6]) },
  worse: { real, generated: normal('generated', [110, 6], 0.7, 2) },
  reorder: [['real'], ['generated']],
};
const same = (value: number) => ({ inputs: { real, generated: real }, value });

const logLikelihood = normal('log-likelihood', [80], 5, -90);
const likelihood = {
  good: { logLikelihood },
  worse: { logLikelihood: map(logLikelihood, (value) => value - 3) },
  identical: 'a likelihood has one set',
  reorder: [['logLikelihood']],
};

const tokenLogProbs = map(normal('token-log-probs', [200]), (value) => -Math.abs(value));
const text = (counts: Record<string, ArrayInput>) => ({
  good: { tokenLogProbs, ...counts },
  worse: { tokenLogProbs: map(tokenLogProbs, (value) => value - 0.5), ...counts },
  identical: 'a likelihood has one set',
  reorder: [['tokenLogProbs'], ...Object.keys(counts).map((name) => [name])],
});
const counts = map(constant([20], 40), (value, i) => value + i);

const sequences = {
  good: { generated: tokens('sequences', 40) },
  worse: { generated: tokens('sequences', 3) },
  identical: 'diversity has one set',
  reorder: [['generated']],
};

const train = normal('train', [100, 6]);

export const metricCases: Record<MetricName, MetricCase> = {
  nll: likelihood,
  bits_per_dim: { ...likelihood, options: { dimensions: 64, levels: 256 } },
  perplexity: text({}),
  bits_per_byte: text({ bytes: counts }),
  bits_per_character: text({ characters: counts }),
  bits_per_token: text({}),
  word_perplexity: text({ words: counts }),
  reconstruction_mse: {
    good: { real, reconstructed: map(real, (value) => value * 0.9) },
    worse: { real, reconstructed: map(real, (value) => value * 0.5) },
    identical: { inputs: { real, reconstructed: real }, value: 0 },
    reorder: [['real', 'reconstructed']],
  },
  fid: { ...features, identical: same(0) },
  kid: {
    ...features,
    identical:
      'an unbiased estimate falls below 0 on identical sets, by as much as the pairs (i, i) would add',
  },
  precision: { ...features, identical: same(1) },
  recall: { ...features, identical: same(1) },
  density: {
    ...features,
    identical:
      'density is not bounded by its value on identical sets: samples in the densest place score higher',
  },
  coverage: { ...features, identical: same(1) },
  authpct: {
    good: { train, generated: normal('fresh', [90, 6]) },
    worse: { train, generated: map(train, (value, i) => value + (i % 2) * 1e-3) },
    identical: 'a copy of the training set is what this metric must punish',
    reorder: [['train'], ['generated']],
  },
  distinct_n: sequences,
  repetition_n: { ...sequences, options: { n: 2 } },
  repeated_tokens: sequences,
  ngram_diversity: sequences,
  ngram_entropy: sequences,
};
