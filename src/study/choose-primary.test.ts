import { expect, test } from 'vitest';
import { imageRows, syntheticTrials } from '../../test/synthetic-study.ts';
import { choosePrimary } from './choose-primary.ts';
import type { Measurement } from './measurement.ts';
import type { FinishedTrial } from './trial-table.ts';

const trials = syntheticTrials({ rows: imageRows, budgets: [25], seeds: [1, 2] });

const measured = (change: (m: Measurement) => Measurement[], of = trials): FinishedTrial[] =>
  of.map((trial) => ({
    ...trial,
    result: { ...trial.result, measurements: trial.result.measurements.flatMap(change) },
  }));

const without = (...names: string[]) => measured((m) => (names.includes(m.metric) ? [] : [m]));

test('the held-out likelihood comes first, where all have it on one scale', () => {
  expect(choosePrimary(trials)).toBe('nll');
  const [one, ...others] = trials;
  const [other] = measured((m) => [{ ...m, representation: 'other' }], [one!]);
  expect(choosePrimary([other!, ...others])).not.toBe('nll');
});

test('no measure of diversity or of copying decides', () => {
  const left = without('nll', 'bits_per_dim', 'kid', 'fid', 'reconstruction_mse');
  expect(left[0]!.result.measurements.length).toBeGreaterThan(0);
  expect(choosePrimary(left)).toBeUndefined();
});

test('nothing is chosen before a trial is finished', () => {
  expect(choosePrimary([])).toBeUndefined();
});
