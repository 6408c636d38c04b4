import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticReport } from '../../test/synthetic-report.ts';
import { imageRows } from '../../test/synthetic-study.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import { keyTableSection } from './html/key-table-section.ts';
import { MetricTable } from './metric-columns.ts';
import { modelTable } from './model-table.ts';
import type { ReportData } from './report-data.ts';
import { reportMarkdown } from './report-markdown.ts';

/** The second model's likelihoods are of other numbers. */
function otherScale(trial: FinishedTrial): FinishedTrial {
  if (trial.result.cell.model !== 'flow') return trial;
  const measurements = trial.result.measurements.map((m) =>
    ['nll', 'bits_per_dim'].includes(m.metric) ? { ...m, kind: 'exact', representation: 'grey' } : m,
  );
  return { ...trial, result: { ...trial.result, measurements } };
}

let folder = '';
let alike: ReportData;
let apart: ReportData;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-models-'));
  const study = { rows: imageRows, budgets: [25, 100], seeds: [1, 2, 3], models: ['vae', 'flow'] };
  alike = await syntheticReport(study, join(folder, 'alike'));
  apart = await syntheticReport(study, join(folder, 'apart'), { change: otherScale });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tableOf = (report: ReportData) => modelTable(report, new MetricTable(report))!;

test('every model stands with its chosen technique first, then with the reference and as it was', () => {
  const { rows, ranking } = tableOf(alike);
  expect(ranking.byPrimary).toBe(true);
  expect(rows).toHaveLength(6);
  for (const { model, technique } of ranking.models) {
    const own = rows.filter((row) => row.model === model);
    expect(own.map(({ chosen }) => chosen)).toEqual([true, false, false]);
    expect(own[0]!.technique).toBe(technique);
    expect(own.map((row) => row.technique)).toEqual(expect.arrayContaining(['from-scratch', 'source-only']));
    // Pre-training and size are the model's, not the technique's.
    expect(own.map(({ cells }) => cells.at(-1)!.value)).toEqual(['647 thousand', '', '']);
  }
});

test('likelihoods stand in it only where all models have them on one scale', () => {
  const { head } = tableOf(alike);
  expect(head[0]).toBe('↓\u00a0Negative log-likelihood');
  expect(head.join()).not.toContain('Bits per dimension');
  const other = tableOf(apart);
  expect(other.ranking.byPrimary).toBe(false);
  expect(other.head[0]).toBe('↓\u00a0Kernel distance (KID)');
  expect(other.head.join()).not.toMatch(/likelihood|Bits per/);
  for (const { cells } of [...other.rows, ...tableOf(alike).rows])
    for (const { value } of cells) expect(value).not.toMatch(/NaN|undefined/);
});

test('pages and Markdown show it, and say that it is no claim', () => {
  const section = keyTableSection(apart, new MetricTable(apart))!;
  const { document } = parseHTML(`<body>${section.body.markup}</body>`);
  const rows = [...document.querySelectorAll('.ranked tbody tr')];
  expect(rows.map((row) => row.getAttribute('class'))).toEqual([
    'first',
    'other',
    'other',
    'first',
    'other',
    'other',
  ]);
  expect(rows[0]!.querySelector('th')!.textContent).toBe(tableOf(apart).ranking.models[0]!.model);
  const text = reportMarkdown(apart);
  expect(text).toContain('### Models side by side, with 100 images');
  expect(text).toContain('| model | technique | ↓\u00a0Kernel distance (KID) |');
  for (const page of [document.querySelector('#results')!.textContent!, text])
    expect(page).toContain('nothing was tested between models');
  expect(text).toMatch(/## Verdict\n\n\*\*Of the models /);
});
