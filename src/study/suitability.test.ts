import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { judgeSuitability } from './suitability.ts';

const nll = (value: number, on: string, split = 'test'): Measurement => ({
  metric: 'nll',
  on,
  split,
  value,
  unit: 'nats/item',
  direction: 'lower',
  version: 1,
  kind: 'bound with k = 64',
});
const reference = { metric: 'nll', value: 200, unit: 'nats/item', what: 'independent pixels' } as const;

const judge = (target: number, source?: number, more: Measurement[] = []) =>
  judgeSuitability({
    target: 'kmnist',
    source: 'mnist',
    item: 'image',
    measurements: [nll(target, 'target'), ...(source === undefined ? [] : [nll(source, 'source')]), ...more],
    reference,
    variance: 0.1,
  });

test.each([
  [201, 100, 'unsuitable'],
  [200, 100, 'unsuitable'],
  [160, 100, 'far'],
  [150, 100, 'near'],
  [110, 100, 'at home'],
  [90, 100, 'at home'],
  [150, undefined, 'unknown'],
  [150, 210, 'unknown'],
] as const)('target %s, source %s, reference 200: %s', (target, source, fit) => {
  const { fit: found, path } = judge(target, source);
  expect(found).toBe(fit);
  // The path ends where the judgement does.
  expect(path.at(-1)!.answer).toMatch(
    { unknown: /^not known/, unsuitable: /unsuitable$/ }[fit as string] ?? fit,
  );
});

test('the path names its numbers, and goes on to reconstructions where they decide what to try', () => {
  const { path, suggestion } = judge(160, 100, [
    measured('reconstruction_mse', 'target', 0.025, { split: 'test' }),
  ]);
  expect(path.map(({ found, answer }) => [found, answer])).toEqual([
    ['160.0 against 200.0 nats per image (lower is better)', 'yes: go on'],
    ['60 %: 160.0 between 100.0 and 200.0', 'far (up to 10 % at home, up to 50 % near, beyond that far)'],
    ['75 %', 'yes: keep the early layers'],
  ]);
  expect(suggestion).toContain('gradual-unfreezing');
});

const measured = (
  metric: string,
  on: string,
  value: number,
  more: Partial<Measurement> = {},
): Measurement => ({
  metric,
  on,
  value,
  unit: '',
  direction: 'lower',
  version: 1,
  ...more,
});

test('every sentence quotes its numbers, and names the measurements that they are', () => {
  const { conclusion, evidence, suggestion } = judge(160, 100, [
    measured('reconstruction_mse', 'target', 0.025, { split: 'test' }),
    measured('bits_per_dim', 'target', 0.29, { split: 'test' }),
    measured('precision', 'target', 0.5),
    measured('coverage', 'target', 0.25),
    measured('kid', 'target', 0.3),
    measured('kid', 'source', 0.1),
    measured('recognised', 'target', 0.4, { extras: { real: 0.9 }, features: { network: 'net', hash: '' } }),
    measured('authpct', 'source', 30),
    { ...nll(90, 'source', 'train'), standardError: 1 },
    nll(130, 'quickdraw'),
    nll(150, 'target', 'train'),
  ]);
  expect(conclusion).toBe("kmnist is far from the model's own domain: it should be adapted.");
  expect(evidence).toEqual([
    {
      text: 'On the target its negative log-likelihood is 160.0 nats per image (0.2900 bits per dimension, bound with k = 64); independent pixels reach 200.0, so that it is 20 % better than frequencies alone.',
      measurements: ['nll@target/test', 'bits_per_dim@target/test'],
    },
    {
      text: 'On held-out items of its own domain (mnist) it is 100.0: the target costs it 60.00 nats per image more, 60 % of the way from its own domain to frequencies alone.',
      measurements: ['nll@source/test', 'nll@target/test'],
    },
    {
      text: "Its reconstructions of target images are off by 0.02500 on average (squared), so that 75 % of the target's variance comes back: its encoder carries over.",
      measurements: ['reconstruction_mse@target/test'],
    },
    {
      text: '50 % of its samples lie among real items of the target, and they cover a part of the real variety (coverage 25 %). Their kernel distance to it is 0.3000, to its own domain 0.1000.',
      measurements: ['precision@target', 'coverage@target', 'kid@target', 'kid@source'],
    },
    {
      text: 'The classifier net recognises 40 % of its samples, and 90 % of real held-out items.',
      measurements: ['recognised@target[net]'],
    },
    {
      text: '30 % of its samples are no near-copies of training images of its own domain, which is few: it repeats its training data.',
      measurements: ['authpct@source'],
    },
    {
      text: 'Items of the training part of its own domain cost it 90.00, held-out ones 100.0.',
      measurements: ['nll@source/train', 'nll@source/test'],
    },
    {
      text: 'Items of the training part of the target cost it 150.0, held-out ones 160.0.',
      measurements: ['nll@target/train', 'nll@target/test'],
    },
    { text: 'Elsewhere it reaches 130.0 on quickdraw.', measurements: ['nll@quickdraw/test'] },
  ]);
  expect(suggestion).toMatch(/fine-tune, and gradual-unfreezing/);
});

test.each([
  [
    0.99,
    0.01,
    0,
    /99 % of its samples lie .*, but they cover almost none of the real variety \(coverage 1 %, recall 0 %\): samples that are blurred or much alike/,
  ],
  [
    0.99,
    0.6,
    0.02,
    /, but they cover almost none of the real variety \(coverage 60 %, recall 2 %\): samples/,
  ],
  [
    0.1,
    0.05,
    0.02,
    /10 % of .*, and they cover almost none of the real variety \(coverage 5 %, recall 2 %\)\. Their/,
  ],
  [
    0.8,
    0.6,
    0.7,
    /80 % of .*, and they cover most of the real variety \(coverage 60 %, recall 70 %\)\. Their/,
  ],
])('precision %s is read together with coverage %s and recall %s', (precision, coverage, recall, wanted) => {
  const { evidence } = judge(160, 100, [
    measured('precision', 'target', precision),
    measured('recall', 'target', recall),
    measured('coverage', 'target', coverage),
    measured('kid', 'target', 0.3),
  ]);
  const found = evidence.find(({ text }) => text.includes('lie among'))!;
  expect(found.text).toMatch(wanted);
  expect(found.measurements).toEqual(['precision@target', 'coverage@target', 'recall@target', 'kid@target']);
});

test('a gap between training and held-out items is told from chance by its standard error', () => {
  const gap = (held: number): string => {
    const parts = [
      { ...nll(90, 'target', 'train'), standardError: 3 },
      { ...nll(held, 'target'), standardError: 4 },
    ];
    const { evidence } = judgeSuitability({ target: 'a', item: 'image', measurements: parts });
    return evidence.at(-1)!.text;
  };
  expect(gap(99)).toMatch(
    /\(difference 9\.000, standard error 5\.000\), which shows no memory of the former\.$/,
  );
  expect(gap(101)).toMatch(/: it may have seen the former, or the parts differ\.$/);
});

test.each([
  [210, 100, 0.09, /^Worth trying first: fine-tune, beside from-scratch/],
  [160, 100, 0.09, /all of its layers have to change/],
  [130, 100, 0.01, /feature-extraction and gradual-unfreezing/],
  [130, 100, 0.09, /fine-tune with a low rate, and gradual/],
  [101, 100, 0.01, /source-only/],
])(
  'target %s, source %s, error %s of variance 0.1: a technique that fits',
  (target, source, error, wanted) => {
    expect(judge(target, source, [measured('reconstruction_mse', 'target', error)]).suggestion).toMatch(
      wanted,
    );
  },
);

test('a model without likelihood is judged by what else there is', () => {
  const { fit, evidence, limits } = judgeSuitability({ target: 'a', item: 'image', measurements: [] });
  expect(fit).toBe('unknown');
  expect(evidence[0]!.text).toMatch(/has no likelihood/);
  expect(limits).toMatch(/cannot show/);
});
