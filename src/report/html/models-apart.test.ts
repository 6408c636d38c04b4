import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syntheticReport } from '../../../test/synthetic-report.ts';
import { imageRows } from '../../../test/synthetic-study.ts';
import type { FinishedTrial } from '../../study/trial-table.ts';
import { gapTable } from '../gap-table.ts';
import { MetricTable } from '../metric-columns.ts';
import type { ReportData } from '../report-data.ts';
import { curvesSection } from './curves-section.ts';
import { learningSection } from './learning-section.ts';
import type { Section } from './section.ts';
import { forgettingSection, unseenSection } from './transfer-section.ts';

/** The second model's likelihoods are exact, and its looks are in another unit. */
function apart(trial: FinishedTrial): FinishedTrial {
  const { result } = trial;
  if (result.cell.model !== 'flow') return trial;
  const measurements = result.measurements.map(({ options: _, ...m }) => ({ ...m, kind: 'exact' }));
  return { ...trial, result: { ...result, measurements, lossUnit: 'bits per example' } };
}

let folder = '';
let report: ReportData;
let table: MetricTable;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-apart-'));
  report = await syntheticReport(
    {
      rows: imageRows.slice(0, 4),
      budgets: [25, 100],
      seeds: [1, 2],
      models: ['vae', 'flow'],
      unseen: ['glyphs/serif'],
    },
    folder,
    { change: apart },
  );
  table = new MetricTable(report);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const parsed = (found: Section | null) => parseHTML(`<body>${found?.body.markup}</body>`).document;

describe('models whose likelihoods are of two kinds', () => {
  test('have columns of their own', () => {
    expect(table.column('nll', 'target', 'vae')?.key).toBe('nll(k=64)@target/test');
    expect(table.column('nll', 'target', 'flow')?.key).toBe('nll@target/test');
  });

  test.each([
    ['quality by budget', () => curvesSection(report, table)],
    ['forgetting', () => forgettingSection(report, table)],
    ['data never trained on', () => unseenSection(report, table)],
  ])('are both drawn: %s', (_, draw) => {
    const titles = [...parsed(draw()).querySelectorAll('figure.chart figcaption')].map(
      ({ textContent }) => textContent,
    );
    expect(titles).toHaveLength(2);
    expect(titles[0]).toMatch(/^vae/);
    expect(titles[1]).toMatch(/^flow/);
  });

  test('both have a gap to their training data', () => {
    const { rows } = gapTable(report, table)!;
    expect(new Set(rows.map(({ model }) => model))).toEqual(new Set(['vae', 'flow']));
    for (const { cells } of rows) for (const { value } of cells) expect(value).toMatch(/^[+−]?\d/);
  });
});

test('what transfer brings while training stands under the unit of its model', () => {
  const tables = [...parsed(learningSection(report)).querySelectorAll('table')];
  const found = tables.map((one) => ({
    start: [...one.querySelectorAll('th')]
      .map(({ textContent }) => textContent)
      .find((t) => /^start/.test(t)),
    models: new Set([...one.querySelectorAll('tbody td:first-child')].map(({ textContent }) => textContent)),
  }));
  expect(found).toEqual([
    { start: 'start (nats per image)', models: new Set(['vae']) },
    { start: 'start (bits per image)', models: new Set(['flow']) },
  ]);
});
