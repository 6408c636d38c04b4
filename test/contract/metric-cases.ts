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
    | {
        readonly inputs: Readonly<Record<string, ArrayInput>>;
        readonly value: number;
        /** Absolute; 1e-6 if not given. */
        readonly tolerance?: number;
      }
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
const test = normal('test', [80, 6]);
const copies = map(train, (value, i) => value + (i % 2) * 1e-3);
const memorisation = {
  good: { train, test, generated: normal('fresh', [90, 6]) },
  worse: { train, test, generated: copies },
  identical: 'a copy of the training set is what this metric must punish',
  reorder: [['train'], ['test'], ['generated']],
};

const trainText = tokens('train sequences', 20, [60, 15]);
const copiedText = {
  good: { train: trainText, generated: tokens('new sequences', 20, [25, 15]) },
  worse: { train: trainText, generated: { shape: [60, 15], data: trainText.data } },
  identical: 'a copy of the training set is what this metric must punish',
  reorder: [['train'], ['generated']],
};

const abc = (bodies: readonly string[]): ArrayInput => ({
  texts: bodies.map((body) => `X:1\nM:4/4\nL:1/4\nK:G\n${body}\n`),
  unit: 'character',
});
const goodTunes = abc(['GABc|d4|', 'D|GABc|d3:|', 'G2B2|^GA=fe|', 'GAB|G4|', 'g4|']);
const tunes = {
  good: { generated: goodTunes },
  worse: { generated: abc(['GAB|d4|G2|', '^c=fGA|[G', 'G2B|^GA=f|', '?', 'GAB^A2|']) },
  reorder: [['generated']],
};

const images = map(normal('images', [6, 3, 24, 28], 0.2, 0.5), (value) => Math.min(1, Math.max(0, value)));
const towardsGrey = (share: number) => map(images, (value) => value + share * (0.5 - value));
const reconstructions = (value: number) => ({
  good: { real: images, reconstructed: towardsGrey(0.1) },
  worse: { real: images, reconstructed: towardsGrey(0.6) },
  identical: { inputs: { real: images, reconstructed: images }, value },
  reorder: [['real', 'reconstructed']],
});

/** Class probabilities [60, 4]: `sure` on one class each, the rest spread. */
const probabilities = (sure: number): NumberArray => ({
  shape: [60, 4],
  data: Float64Array.from({ length: 240 }, (_, at) =>
    Math.floor(at / 4) % 4 === at % 4 ? sure : (1 - sure) / 3,
  ),
});

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
  cmmd: { ...features, options: { sigma: 2 }, identical: same(0) },
  sliced_wasserstein: { ...features, identical: same(0) },
  mauve: {
    ...features,
    identical: same(1),
    reorder: 'k-means starts from rows drawn by their place',
  },
  // The curves are staircases with a step for each item.
  alpha_precision: { ...features, identical: { ...same(1), tolerance: 1 / 120 } },
  beta_recall: { ...features, identical: { ...same(1), tolerance: 1 / 120 } },
  inception_score: {
    good: { probabilities: probabilities(0.9) },
    worse: { probabilities: probabilities(0.5) },
    identical: 'diversity has one set',
    reorder: [['probabilities']],
  },
  recognised: {
    good: { probabilities: probabilities(0.9) },
    worse: { probabilities: probabilities(0.3) },
    identical: 'samples that are like real ones score what the classifier scores on real ones, not 1',
    reorder: [['probabilities']],
  },
  vendi: {
    good: { generated: real },
    worse: { generated: map(real, (value, i) => (i < 60 ? value : i % 6)) },
    identical: 'diversity has one set',
    reorder: [['generated']],
  },
  parzen: {
    good: { test, generated: normal('fresh', [90, 6]) },
    worse: { test, generated: normal('fresh', [90, 6], 1, 3) },
    options: { sigma: 0.7 },
    identical: 'it rises as the width falls: identical sets have no bound',
    reorder: [['test'], ['generated']],
  },
  fld: {
    ...memorisation,
    identical: 'identical sets are the baseline, and a better model may score below it',
    reorder: [['test'], ['generated']],
  },
  authpct: {
    good: { train, generated: normal('fresh', [90, 6]) },
    worse: { train, generated: copies },
    identical: 'a copy of the training set is what this metric must punish',
    reorder: [['train'], ['generated']],
  },
  ct_test: memorisation,
  ssim: reconstructions(1),
  ms_ssim: { ...reconstructions(1), options: { weights: [0.5, 0.5] } },
  psnr: reconstructions(80),
  distinct_n: sequences,
  repetition_n: { ...sequences, options: { n: 2 } },
  repeated_tokens: sequences,
  ngram_diversity: sequences,
  ngram_entropy: sequences,
  self_bleu: sequences,
  longest_copied_span: copiedText,
  ngram_novelty: { ...copiedText, options: { n: 3 } },
  valid_tunes: { ...tunes, identical: 'real tunes have slips, so that identical sets need not score 1' },
  bars_in_metre: { ...tunes, identical: 'real tunes have slips, so that identical sets need not score 1' },
  notes_in_key: {
    ...tunes,
    identical: 'real tunes leave their key, so that identical sets need not score 1',
  },
};
