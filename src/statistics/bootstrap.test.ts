import { expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { interquartileMean, stratifiedBootstrap, stratifiedIndices } from './aggregate-scores.ts';
import { bootstrap, resampleIndices } from './bootstrap.ts';
import { mean } from './summarize.ts';

const values = [2.1, 3.4, 1.9, 5.6, 2.2, 3.1, 4.4, 2.8, 3.9, 2.5, 6.1, 3.3];
const statistic = (rows: ArrayLike<number>) => mean(Array.from(rows, (i) => values[i]!));

test('drawn resamples give the same intervals each time, near those of theory', () => {
  const run = (seed: number) =>
    bootstrap({ size: 12, statistic, resamples: resampleIndices(12, 4000, stream(seed)) });
  expect(run(1)).toEqual(run(1));
  expect(run(1).percentile).not.toEqual(run(2).percentile);
  // The bootstrap's standard error of a mean is the plug-in one, sd(n) / sqrt(n).
  const plugIn = Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) / 12);
  expect(run(1).standardError / plugIn).toBeCloseTo(1, 1);
  expect(run(1).bca!.low).toBeGreaterThan(run(1).percentile.low);
});

test('every unit is drawn, and only units', () => {
  const rows = resampleIndices(5, 200, stream(3));
  expect(new Set(rows.flatMap((row) => [...row]))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(rows.every((row) => row.length === 5)).toBe(true);
});

test('a statistic that is not a number says where', () => {
  const resamples = [
    [0, 0],
    [1, 1],
  ];
  try {
    bootstrap({ size: 2, statistic: (rows) => (rows[0] === rows[1] ? Number.NaN : 1), resamples });
    expect.unreachable();
  } catch (error) {
    expect(isGraftError(error, 'not-finite') && error.facts.where).toBe('resample 0');
  }
});

test('the stratified bootstrap resamples runs within each task', () => {
  const scores = [
    [0, 10],
    [1, 11],
    [2, 12],
  ];
  const draws = stratifiedIndices(3, 2, 500, stream(1));
  const seen = new Set<number>();
  const result = stratifiedBootstrap(
    scores,
    (drawn) => {
      for (const run of drawn) {
        expect(run[0]).toBeLessThan(3);
        expect(run[1]).toBeGreaterThan(9);
        seen.add(run[0]!).add(run[1]!);
      }
      return interquartileMean(drawn);
    },
    draws,
  );
  expect(seen).toEqual(new Set([0, 1, 2, 10, 11, 12]));
  expect(result.estimate).toBe(6);
  expect(result.interval.low).toBeLessThan(6);
  expect(result.interval.high).toBeGreaterThan(6);
});
