import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { comparable } from './measurement-key.ts';

const kid: Measurement = {
  metric: 'kid',
  on: 'target',
  split: 'test',
  value: 1,
  unit: 'squared kernel units',
  direction: 'lower',
  version: 1,
  real: 300,
  generated: 500,
  features: { network: 'glyphs', hash: 'h' },
  representation: 'pixels from 0 to 1',
};
const {
  generated: _,
  features: __,
  ...nll
}: Measurement = { ...kid, metric: 'nll', representation: 'binary' };

test('numbers of samples are comparable where real images are the same', () => {
  expect(comparable(kid, { ...kid, value: 2 })).toBe(true);
  expect(comparable(kid, { ...kid, representation: 'pixels of 0 and 1, at 0.5' })).toBe(false);
  // Older versions did not say it: the numbers of one model have the same real images.
  const { representation: ___, ...older } = kid;
  expect(comparable(kid, older)).toBe(true);
});

test('likelihoods are comparable on one representation alone', () => {
  expect(comparable(nll, { ...nll, value: 2 })).toBe(true);
  expect(comparable(nll, { ...nll, representation: '256 levels' })).toBe(false);
  const { representation: ___, ...unsaid } = nll;
  expect(comparable(nll, unsaid)).toBe(false);
});
