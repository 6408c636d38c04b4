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
  expect(judge(target, source).fit).toBe(fit);
});

test('every sentence quotes its numbers', () => {
  const mse: Measurement = {
    metric: 'reconstruction_mse',
    on: 'target',
    split: 'test',
    value: 0.025,
    unit: 'squared data units',
    direction: 'lower',
    version: 1,
  };
  const { sentences } = judge(160, 100, [mse, nll(130, 'quickdraw'), nll(150, 'target', 'train')]);
  expect(sentences).toEqual([
    'On kmnist its negative log-likelihood is 160.0 nats per image (bound with k = 64); independent pixels reach 200.0, so that it is 20 % better than frequencies alone.',
    'On its own domain (mnist) it is 100.0: the target costs it 60.00 nats per image more.',
    "Its reconstructions of target images are off by 0.02500 on average (squared), so that 75 % of the target's variance comes back.",
    'Elsewhere it reaches 130.0 on quickdraw.',
    'kmnist is far from its own domain: it should be adapted, and training from scratch may do as well.',
  ]);
});

test('a model without likelihood is judged by what else there is', () => {
  const { fit, sentences } = judgeSuitability({ target: 'a', item: 'image', measurements: [] });
  expect(fit).toBe('unknown');
  expect(sentences[0]).toMatch(/has no likelihood/);
});
