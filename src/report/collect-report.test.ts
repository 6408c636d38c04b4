import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SyntheticReportOptions, syntheticReport } from '../../test/synthetic-report.ts';
import { imageRows, type SyntheticStudy } from '../../test/synthetic-study.ts';
import { isGraftError } from '../errors.ts';
import type { StepRecord } from '../store/step-record.ts';
import type { TrialResult } from '../study/trial-result.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import { rateSearches } from './rate-searches.ts';
import { mediaSize, readMedia } from './read-media.ts';
import type { ReportData } from './report-data.ts';

const study: SyntheticStudy = { rows: imageRows.slice(1), budgets: [25, 100, 400], seeds: [1, 2, 3] };
let folder = '';
let count = 0;
const make = (options: Partial<SyntheticStudy> = {}, more: SyntheticReportOptions = {}) =>
  syntheticReport({ ...study, ...options }, join(folder, String(count++)), more);
let report: ReportData;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-collect-'));
  report = await make();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withLooks = (trial: FinishedTrial, validation: number): FinishedTrial => ({
  ...trial,
  result: { ...trial.result, looks: trial.result.looks.map((look) => ({ ...look, validation })) },
});

test('a row that trains nothing has no learning rate', async () => {
  const whole = await make({ rows: imageRows, budgets: [25], seeds: [1] });
  const rate = (technique: string) =>
    whole.trials.find(({ result }) => result.cell.technique === technique)!.result.learningRate;
  expect(rate('source-only')).toBeNull();
  expect(rate('fine-tune')).toBeGreaterThan(0);
});

test('a report is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('the model to use is the chosen technique at the largest budget, its seed by validation', async () => {
  // The test values stay as they are: only validation says which seed.
  const changed = await make(
    {},
    { change: (trial) => withLooks(trial, trial.result.cell.seed === 3 ? 1 : 2) },
  );
  const choice = changed.verdict!.choices.find(({ budget }) => budget === 400)!;
  expect(changed.best!.cell).toEqual({ model: 'vae', technique: choice.technique, budget: 400, seed: 3 });
  const other = await make({}, { change: (trial) => withLooks(trial, trial.result.cell.seed === 1 ? 1 : 2) });
  expect(other.best!.cell).toEqual({ ...changed.best!.cell, seed: 1 });
});

describe('media', () => {
  const shown = (found: ReportData, role: 'samples' | 'nearest' | 'reconstructions') =>
    found.trials.filter((trial) => trial[role] !== undefined).map(({ result }) => result.cell);

  test('all fit into a small study', () => {
    expect(shown(report, 'samples')).toHaveLength(report.trials.length);
    expect(new Set(shown(report, 'nearest').map(({ seed }) => seed))).toEqual(new Set([1]));
    expect(report.leftOut).toEqual([]);
  });

  test('come budget by budget, the largest and the smallest of the first seed first', async () => {
    const sizeAt = (budget: number) =>
      report.trials
        .filter(({ result: { cell } }) => cell.seed === 1 && cell.budget === budget)
        .reduce((sum, { samples }) => sum + mediaSize(samples!), 0);
    const little = await make({}, { mediaBytes: sizeAt(400) + sizeAt(25) });
    const cells = shown(little, 'samples');
    expect(new Set(cells.map(({ seed }) => seed))).toEqual(new Set([1]));
    expect([...new Set(cells.map(({ budget }) => budget))].sort((a, b) => a - b)).toEqual([25, 400]);
    expect(cells).toHaveLength(8);
    expect(little.leftOut.join()).toMatch(/^samples of 28 trials: they lie in the folders of their steps/);
  });

  test('of the largest budget come in any case', async () => {
    const none = await make({}, { mediaBytes: 1 });
    expect(new Set(shown(none, 'samples').map(({ budget, seed }) => `${budget} ${seed}`))).toEqual(
      new Set(['400 1']),
    );
  });

  test('that cannot be read are errors that name the file', () => {
    const at = join(folder, 'broken');
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'samples.png'), 'no picture');
    writeFileSync(join(at, 'samples.json'), '{"text": 1}');
    writeFileSync(join(at, 'cut.json'), '[{"text": "a"}, {"text');
    writeFileSync(join(at, 'odd.json'), '["a", {"copied": "b"}]');
    const code = (file: string) => {
      try {
        readMedia(at, file);
      } catch (error) {
        return isGraftError(error) && error.message.includes(file) ? error.code : 'other';
      }
      return 'none';
    };
    expect(['samples.png', 'samples.json', 'cut.json', 'odd.json', 'missing.png'].map(code)).toEqual([
      'bad-file',
      'bad-file',
      'bad-file',
      'bad-file',
      'file-not-found',
    ]);
  });
});

test('the search for rates says what each gave and which was taken', () => {
  const trial = report.trials[0]!;
  const record = (id: string, more: object) => ({ id, ...more }) as unknown as StepRecord;
  const records = new Map(
    [
      record(trial.step, {
        inputs: {
          learningRate: {
            tuned: [
              { rate: 1e-3, steps: ['a', 'b'] },
              { rate: 1e-2, steps: ['c'] },
            ],
          },
        },
      }),
      record('a', { result: { validation: 90 } }),
      record('b', { result: { validation: 92 } }),
      record('c', { result: { validation: null, failure: 'loss is not finite' } }),
    ].map((one) => [one.id, one]),
  );
  const result: TrialResult = { ...trial.result, learningRate: 1e-3 };
  expect(rateSearches([{ step: trial.step, result }], (id) => records.get(id), 'image')).toEqual([
    {
      model: 'vae',
      technique: result.cell.technique,
      budget: result.cell.budget,
      unit: 'nats per image',
      chosen: 1e-3,
      rates: [
        { rate: 1e-3, steps: ['a', 'b'], validation: 91 },
        { rate: 1e-2, steps: ['c'], validation: null },
      ],
    },
  ]);
});

test('a primary metric that no trial has is said, not replaced', async () => {
  const none = await make(
    {},
    {
      change: (trial) => ({
        ...trial,
        result: {
          ...trial.result,
          measurements: trial.result.measurements.filter(({ on }) => on !== 'target'),
        },
      }),
    },
  );
  expect(none).toMatchObject({ comparison: null, verdict: null, best: null });
  expect(none.warnings.map(({ text }) => text).join()).toContain('nothing is compared');
});

test('what was planned decides, whatever else the trials have', async () => {
  const without = (primary: string | undefined) =>
    make(
      {},
      {
        ...(primary === undefined ? {} : { primary }),
        change: (trial) => ({
          ...trial,
          result: {
            ...trial.result,
            measurements: trial.result.measurements.filter(({ metric }) => metric !== 'nll'),
          },
        }),
      },
    );
  expect((await without(undefined)).comparison).toBeNull();
  expect((await without('kid')).comparison?.primary.metric).toBe('kid');
});

test('training that diverged has its cost', async () => {
  const failing = await make({ failed: (technique, budget) => technique === 'fine-tune' && budget === 25 });
  expect(failing.failures).toHaveLength(3);
  const trials = failing.trials.reduce((sum, { result }) => sum + result.cost.trainingFlops, 0);
  const pretraining = failing.models[0]!.pretraining[0]!.flops;
  expect(failing.cost.flops).toBe(trials + 3e9 + pretraining);
});

test('rows with a rate of their own are named in what the verdict holds for', async () => {
  const scope = async (ratesByHand: Record<string, number>) =>
    (await make({}, { ratesByHand })).verdict!.sentences.map(({ text }) => text).join(' ');
  expect(await scope({ 'fine-tune': 0.01 })).toContain('The rate of fine-tune (0.01) was fixed by hand');
  expect(await scope({})).not.toContain('by hand');
});
