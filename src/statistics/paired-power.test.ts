import { expect, test } from 'vitest';
import { detectableEffect, pairedTPower, pairsNeeded } from './paired-power.ts';

test('power at no effect is the level', () => {
  for (const pairs of [2, 3, 10, 100]) expect(pairedTPower(0, pairs, 0.05)).toBeCloseTo(0.05, 9);
});

test('pairs needed are the first that have the power; more than the limit is null', () => {
  for (const [effect, alpha] of [
    [0.5, 0.05],
    [1, 0.05 / 15],
    [3, 0.01],
  ] as const) {
    const pairs = pairsNeeded(effect, alpha)!;
    expect(pairedTPower(effect, pairs, alpha)).toBeGreaterThanOrEqual(0.8);
    expect(pairedTPower(effect, pairs - 1, alpha)).toBeLessThan(0.8);
  }
  // Cohen's medium effect (d = 0.5) at 5 %: 34 pairs.
  expect(pairsNeeded(0.5, 0.05)).toBe(34);
  expect(pairsNeeded(-0.5, 0.05)).toBe(34);
  expect(pairsNeeded(0.01, 0.05)).toBeNull();
  expect(pairsNeeded(0, 0.05)).toBeNull();
  expect(pairsNeeded(1e6, 0.05)).toBe(2);
});

test('the detectable effect has the power asked for', () => {
  for (const pairs of [2, 3, 5, 10]) {
    expect(pairedTPower(detectableEffect(pairs, 0.05 / 15), pairs, 0.05 / 15)).toBeCloseTo(0.8, 8);
  }
  // What three seeds can show in a family of 15.
  expect(detectableEffect(3, 0.05 / 15)).toBeGreaterThan(10);
});

test('impossible questions are errors', () => {
  expect(() => pairedTPower(1, 1, 0.05)).toThrow(/number of pairs is 1/);
  expect(() => pairsNeeded(1, 0)).toThrow(/alpha is 0/);
  expect(() => pairsNeeded(1, 0.05, 1)).toThrow(/power is 1/);
});
