import { expect, test } from 'vitest';
import { imageRows, matrixOf, type SyntheticStudy, syntheticTrials } from '../../test/synthetic-study.ts';
import { stream } from '../random.ts';
import { compareTrials } from '../study/compare-trials.ts';
import { boundTable } from './bound-rows.ts';
import type { ReportData } from './report-data.ts';

const study: SyntheticStudy = { rows: imageRows.slice(1, 3), budgets: [25, 100], seeds: [1, 2] };

function tableOf(extras: Record<string, number> | undefined) {
  const matrix = matrixOf(study);
  const trials = syntheticTrials(study).map((trial) => {
    const measurements = trial.result.measurements.map((m) =>
      extras === undefined ? m : { ...m, value: 100, extras },
    );
    return { ...trial, result: { ...trial.result, measurements } };
  });
  const comparison = compareTrials(trials, { matrix, primary: 'nll', stream: stream(1) });
  return boundTable({ comparison, matrix, study: { item: 'image' } } as ReportData);
}

test('the ELBO lies above the bound by the gap', () => {
  expect(tableOf({ gap_to_elbo: 6, effective_sample_size: 12 })).toEqual({
    head: ['technique', '25 images', '100 images'],
    rows: ['from-scratch', 'feature-extraction'].map((label) => [
      label,
      '106.0 (6.0; 12.0)',
      '106.0 (6.0; 12.0)',
    ]),
  });
});

test('there is none where the metric is no bound', () => {
  expect(tableOf(undefined)).toBeNull();
});
