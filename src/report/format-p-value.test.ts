import { expect, test } from 'vitest';
import { formatPValue } from './format-p-value.ts';

test.each([
  [1, '1'],
  [0.9996, '1'],
  [0.25, '0.250'],
  [0.0123, '0.012'],
  [0.00423, '0.0042'],
  [0.00009, '< 0.0001'],
  [0, '< 0.0001'],
])('%d is %s', (p, text) => {
  expect(formatPValue(p)).toBe(text);
});
