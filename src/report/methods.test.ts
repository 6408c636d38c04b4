import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticReport } from '../../test/synthetic-report.ts';
import { imageRows } from '../../test/synthetic-study.ts';
import { parseStudy } from '../study/study-spec.ts';
import { methodsParagraphs } from './methods.ts';
import type { ReportData } from './report-data.ts';

let folder = '';
let report: ReportData;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-methods-'));
  report = await syntheticReport({ rows: imageRows.slice(1), budgets: [25], seeds: [1, 2] }, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('methods say where validation looked at more than a budget holds', () => {
  const of = (validation: number | undefined) =>
    methodsParagraphs(
      report,
      parseStudy(
        {
          ...(report.study.spec as object),
          budgets: [25, 100],
          training: validation === undefined ? {} : { validation },
        },
        'test',
      ),
    )[0]!;
  const plain = 'budgets include validation (one fifth, at least 5), are nested';
  expect(of(undefined)).toContain(plain);
  expect(of(5)).toContain(plain);
  expect(of(20)).toContain('(one fifth, at least 5; validation looked at 20 images where that is more than');
});

test('methods name the optimisers of players where those train a model', () => {
  const optimisers = [{ name: 'adam', beta1: 0, beta2: 0.9 }] as const;
  const models = report.models.map((model) => ({ ...model, optimisers }));
  const of = (training: object) =>
    methodsParagraphs(
      { ...report, models },
      parseStudy({ ...(report.study.spec as object), training }, 'test'),
    ).find((text) => text.startsWith('All techniques'));
  const { label } = models[0]!;
  expect(of({})).toContain(`, adam (${label}: adam with beta1 0 and beta2 0.9) with a learning rate`);
  expect(of({ optimiser: 'sgd' })).toContain(', sgd with a learning rate');
});

test('methods name what a model has of its own, and what looks of some measure in place of a loss', () => {
  const [label] = report.matrix.models as [string];
  const spec = parseStudy(
    {
      ...(report.study.spec as object),
      models: report.matrix.models.map(() => ({ family: 'gan', training: { learningRate: [0.1, 0.2] } })),
    },
    'test',
  );
  const trials = report.trials.map((trial) => ({
    ...trial,
    result: { ...trial.result, criterion: 'samples' as const },
  }));
  const text = methodsParagraphs({ ...report, trials }, spec).join('\n');
  expect(text).toContain(`${label} has settings of its own instead: learningRate [0.1, 0.2].`);
  expect(text).toContain(`For ${label} the kernel distance of samples to validation images stands`);
  expect(methodsParagraphs(report, parseStudy(report.study.spec, 'test')).join()).not.toMatch(
    /settings of its own|stands in the place/,
  );
});
