import { describe, expect, test } from 'vitest';
import {
  countOf,
  decimalsFor,
  formatNumber,
  formatSigned,
  formatSignificant,
  listWords,
} from './format-number.ts';
import { metricInWords, unitInWords } from './metric-in-words.ts';

describe('numbers for people', () => {
  test('have fixed decimals, grouped thousands and a real minus', () => {
    expect(formatNumber(1234567.891, 1)).toBe('1,234,567.9');
    expect(formatNumber(-2.345678, 2)).toBe('−2.35');
    expect(formatNumber(999.96, 1)).toBe('1,000.0');
    expect(formatNumber(0.1 + 0.2, 3)).toBe('0.300');
  });

  test('never show a negative zero', () => {
    expect(formatNumber(-0.001, 1)).toBe('0.0');
    expect(formatSigned(0.001, 1)).toBe('0.0');
    expect(formatSigned(-0.2, 1)).toBe('−0.2');
    expect(formatSigned(0.2, 1)).toBe('+0.2');
  });

  test('go over to powers of ten where decimals would run away', () => {
    expect(formatNumber(1.234e-9, 10)).toBe('1.23 × 10⁻⁹');
    expect(formatNumber(-6.5e12, 0)).toBe('−6.50 × 10¹²');
    expect(formatNumber(Number.NaN, 2)).toBe('not finite');
  });

  test('keep significant digits', () => {
    expect([0.012345, 4.5678, 789.4, 12345, 999.9, 0].map((x) => formatSignificant(x))).toEqual([
      '0.0123',
      '4.57',
      '789',
      '12,300',
      '1,000',
      '0',
    ]);
  });
});

test('a column has the decimals that its spread deserves', () => {
  expect(decimalsFor([104.4, 92.8], [2.1, 3.9])).toBe(1);
  expect(decimalsFor([104.4, 92.8], [0.21, 0.39])).toBe(2);
  expect(decimalsFor([10400, 9280], [210])).toBe(0);
  expect(decimalsFor([0.0314], [0.0012])).toBe(4);
  // A spread far below the typical one gets a decimal more, so that it is not read as zero, but no more than that.
  expect(decimalsFor([107, 104, 93], [0.3, 15, 12])).toBe(1);
  expect(decimalsFor([107, 104, 93], [0.0003, 15, 12])).toBe(1);
  // Without a spread: four significant digits of the largest value.
  expect(decimalsFor([7.75, 5.87], [null, null])).toBe(3);
  expect(decimalsFor([], [])).toBe(0);
  // A tiny spread does not ask for more digits than the values can be read with.
  expect(decimalsFor([123.456], [1e-9])).toBe(3);
});

test('lists and counts read as sentences', () => {
  expect(listWords([])).toBe('');
  expect(listWords(['a', 'b', 'c'])).toBe('a, b and c');
  expect(countOf(1, 'seed')).toBe('1 seed');
  expect(countOf(1000, 'box')).toBe('1,000 boxes');
  expect(countOf(2, 'entry')).toBe('2 entries');
});

test('metrics and units in running text', () => {
  expect(metricInWords('nll')).toBe('negative log-likelihood');
  expect(metricInWords('fid')).toBe('Fréchet distance (FID)');
  expect(metricInWords('mauve')).toBe('MAUVE');
  expect(metricInWords('own_metric')).toBe('own_metric');
  expect(unitInWords('nats/item', 'image')).toBe('nats per image');
  expect(unitInWords('nats per example', 'text')).toBe('nats per text');
  expect(unitInWords('bits/byte', 'text')).toBe('bits per byte');
  expect(unitInWords('share', 'text')).toBe('share');
});
