import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectCleanPage } from '../../../test/expect-clean-page.ts';
import { type SyntheticReportOptions, syntheticReport } from '../../../test/synthetic-report.ts';
import { imageRows, type SyntheticStudy, textRows } from '../../../test/synthetic-study.ts';
import { reportHtml } from './report-html.ts';

const study: SyntheticStudy = {
  rows: imageRows,
  budgets: [25, 100, 400],
  seeds: [1, 2, 3],
  unseen: ['glyphs/serif', 'glyphs/monospace'],
};
let folder = '';
let count = 0;
const make = (options: Partial<SyntheticStudy> = {}, more: SyntheticReportOptions = {}) =>
  syntheticReport({ ...study, ...options }, join(folder, String(count++)), more);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-kinds-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('text: samples as lists, copied pieces marked', async () => {
  const page = reportHtml(
    await make({
      rows: textRows,
      budgets: [100, 1000],
      seeds: [1],
      kind: 'text',
      models: ['transformer'],
      unseen: ['names/Polish'],
    }),
  );
  const { document: text } = parseHTML(page);
  expect(text.querySelectorAll('#samples .texts li').length).toBeGreaterThan(40);
  expect(text.querySelector('.texts mark')!.textContent!.length).toBeGreaterThanOrEqual(8);
  expect(text.querySelector('#results')!.textContent).toContain('Bits per byte');
  expectCleanPage(page);
});

test('one budget and one technique: no empty panel', async () => {
  const page = reportHtml(await make({ rows: imageRows.slice(3, 4), budgets: [100], seeds: [4] }));
  const { document: small } = parseHTML(page);
  expect(small.querySelector('#comparisons')).toBeNull();
  expect(small.querySelector('#budgets')).toBeNull();
  for (const figure of small.querySelectorAll('figure.chart'))
    expect(figure.querySelectorAll('svg path, svg circle').length).toBeGreaterThan(2);
  expectCleanPage(page);
});

test('several models, long labels', async () => {
  const rows = imageRows.map((row) => ({
    ...row,
    label: `${row.label} (schedule one-cycle, learning rate 0.0003, layers 2)`,
  }));
  const page = reportHtml(
    await make({
      rows,
      models: ['vae', 'vae-wide'],
      budgets: [50, 500],
      seeds: [1, 2],
    }),
  );
  expect(page.length).toBeLessThan(5_000_000);
  expectCleanPage(page);
});

test('nothing finished', async () => {
  const page = reportHtml(await make({ failed: () => true }));
  const { document: empty } = parseHTML(page);
  expect([...empty.querySelectorAll('main > section')].map(({ id }) => id)).toEqual([
    'verdict',
    'problems',
    'material',
    'methods',
  ]);
  expect(empty.querySelector('#verdict')!.textContent).toContain('no trial finished');
  expect(empty.querySelectorAll('#problems tbody tr').length).toBe(37);
  expectCleanPage(page);
});

test('values that are missing or not finite leave gaps, not holes in words', async () => {
  const page = reportHtml(
    await make(
      {},
      {
        change: (trial) => ({
          ...trial,
          result: {
            ...trial.result,
            looks: trial.result.looks.map((look, i) =>
              i === 3 ? { ...look, validation: Number.NaN } : look,
            ),
            measurements: trial.result.measurements.flatMap((m) =>
              m.metric === 'recall' && trial.result.cell.technique === 'fine-tune'
                ? []
                : m.metric === 'fid' && trial.result.cell.budget === 100
                  ? [{ ...m, value: Number.NaN }]
                  : [m],
            ),
          },
        }),
      },
    ),
  );
  expectCleanPage(page);
});
