import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCleanPage } from '../../../test/expect-clean-page.ts';
import { type SyntheticReportOptions, syntheticReport } from '../../../test/synthetic-report.ts';
import { imageRows, type SyntheticStudy } from '../../../test/synthetic-study.ts';
import { formatNumber } from '../../study/format-number.ts';
import { measurementKey } from '../../study/measurement-key.ts';
import type { ReportData } from '../report-data.ts';
import { reportHtml } from './report-html.ts';

const study: SyntheticStudy = {
  rows: imageRows,
  budgets: [25, 100, 400],
  seeds: [1, 2, 3],
  unseen: ['glyphs/serif', 'glyphs/monospace'],
  unconverged: (technique, budget) => technique === 'from-scratch' && budget === 400,
  failed: (technique, budget, seed) => technique === 'gradual-unfreezing' && budget === 25 && seed === 2,
};
let folder = '';
let count = 0;
const make = (options: Partial<SyntheticStudy> = {}, more: SyntheticReportOptions = {}) =>
  syntheticReport({ ...study, ...options }, join(folder, String(count++)), more);
let report: ReportData;
let markup: string;
let document: ReturnType<typeof parseHTML>['document'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-report-'));
  report = await make();
  markup = reportHtml(report);
  ({ document } = parseHTML(markup));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the page', () => {
  test('has a section for everything that was recorded, each with its entry in the contents', () => {
    const ids = [...document.querySelectorAll('main > section')].map(({ id }) => id);
    expect(ids).toEqual([
      'verdict',
      'results',
      'samples',
      'budgets',
      'learning',
      'cost',
      'comparisons',
      'memorisation',
      'forgetting',
      'unseen',
      'metrics',
      'trials',
      'problems',
      'material',
      'methods',
    ]);
    const linked = [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'));
    expect(linked).toEqual(ids.slice(1).map((id) => `#${id}`));
  });

  test('loads nothing, runs nothing, and is small', () => {
    expect(document.querySelectorAll('script, link, iframe, object, embed, base, form').length).toBe(0);
    for (const element of document.querySelectorAll('image'))
      expect(element.getAttribute('href')).toMatch(/^data:image\/png;base64,/);
    for (const element of document.querySelectorAll('[src], [srcset], [xlink\\:href], [action]'))
      expect(element.getAttribute('src')).toMatch(/^data:image\/png;base64,/);
    for (const a of document.querySelectorAll('a')) expect(a.getAttribute('href')).toMatch(/^#/);
    expect(markup).not.toMatch(/url\(|@import/);
    for (const element of document.querySelectorAll('*'))
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on/);
    expect(markup.length).toBeLessThan(5_000_000);
  });

  test('shows no number that is none', () => expectCleanPage(markup));

  test('has one place for every link, and ids that are unique', () => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const a of document.querySelectorAll('a')) expect(ids).toContain(a.getAttribute('href')!.slice(1));
  });
});

test('the key table shows the data', () => {
  const rows = [...document.querySelectorAll('.key tbody tr')];
  expect(rows).toHaveLength(5);
  for (const row of rows) {
    const technique = row.querySelector('th')!.textContent!.trim();
    for (const [j, cell] of [...row.querySelectorAll('td')].entries()) {
      const budget = study.budgets[j]!;
      const summary = report.comparison!.cells.find((c) => c.technique === technique && c.budget === budget)!;
      expect(cell.querySelector('.mean')!.textContent).toBe(formatNumber(summary.mean!, 1));
      const spread = cell.querySelector('.spread')?.textContent ?? null;
      const { interval } = summary;
      expect(spread).toBe(
        interval === null ? null : `± ${formatNumber((interval.high - interval.low) / 2, 1)}`,
      );
      expect(cell.textContent!.includes('not converged')).toBe(!summary.converged);
      expect(cell.textContent!.includes('2 of 3 seeds')).toBe(summary.values.length === 2);
    }
  }
  const best = [...document.querySelectorAll('.key td.best')].map((td) =>
    td.closest('tr')!.querySelector('th')!.textContent!.trim(),
  );
  expect(best.sort()).toEqual(['fine-tune', 'fine-tune', 'gradual-unfreezing']);
});

test('every stated comparison has a row with its numbers', () => {
  const { comparisons } = report.comparison!;
  expect(document.querySelectorAll('.forest tbody tr')).toHaveLength(comparisons.length);
  const text = document.querySelector('#comparisons')!.textContent!;
  for (const { result } of comparisons)
    expect(text).toContain(formatNumber(Math.abs(result!.meanDifference), 1));
});

test('every sentence of the verdict is on the page', () => {
  const text = document.querySelector('#verdict')!.textContent!;
  for (const sentence of report.verdict!.sentences) expect(text).toContain(sentence.text);
});

test('every measurement names its step', () => {
  const first = new Map(
    [...document.querySelectorAll('#trials td[rowspan]')].map((td) => [
      td.querySelector('a')!.getAttribute('href'),
      td,
    ]),
  );
  for (const { step, result } of report.trials) {
    const cell = first.get(`#t-${step}`)!;
    expect(cell.getAttribute('rowspan')).toBe(String(result.measurements.length));
    expect(cell.closest('tr')!.textContent).toContain(measurementKey(result.measurements[0]!));
  }
});

test('every axis has words, with the direction where there is one', () => {
  const charts = [...document.querySelectorAll('figure.chart')];
  expect(charts.length).toBeGreaterThan(10);
  for (const figure of charts) {
    expect(figure.querySelector('.axis-x')!.textContent!.length).toBeGreaterThan(5);
    expect(figure.querySelector('.axis-y')!.textContent).toMatch(/(lower|higher) is better/);
    expect(figure.querySelector('[role=img]')!.getAttribute('aria-label')!.length).toBeGreaterThan(20);
    expect(figure.querySelectorAll('svg path').length).toBeGreaterThan(3);
  }
});

test('a technique has one colour and mark in all pictures', () => {
  const shapes = new Map<string, Set<string>>();
  for (const group of document.querySelectorAll('g[aria-label=dot]')) {
    const colour = group.getAttribute('fill') ?? '';
    // Small round points are single seeds.
    if (!colour.startsWith('var(--t') || group.getAttribute('fill-opacity') !== null) continue;
    const drawn = group.querySelector('path, circle');
    // The shape without its size: how many corners it has and of what kind.
    if (drawn !== null)
      shapes.set(
        colour,
        (shapes.get(colour) ?? new Set()).add((drawn.getAttribute('d') ?? 'circle').replace(/[\d.,-]+/g, '')),
      );
  }
  expect(shapes.size).toBe(5);
  for (const found of shapes.values()) expect(found.size).toBe(1);
  const sheet = [...document.querySelectorAll('symbol')].map(({ id }) => id);
  expect(sheet.filter((id) => id.startsWith('mark-'))).toHaveLength(5);
  for (const use of document.querySelectorAll('use'))
    expect(sheet).toContain(use.getAttribute('href')!.slice(1));
});

test('the same value gives the same bytes', () => expect(reportHtml(report)).toBe(markup));

test('pictures are the recorded files', () => {
  const shown = new Set(
    [...document.querySelectorAll('img, image')].map(
      (one) => (one.getAttribute('src') ?? one.getAttribute('href'))!.split(',')[1],
    ),
  );
  for (const { samples } of report.trials)
    if (samples?.kind === 'image') expect(shown).toContain(samples.png);
  for (const img of document.querySelectorAll('img'))
    expect(img.getAttribute('alt')!.length).toBeGreaterThan(10);
});

test('text from outside cannot become markup', async () => {
  const nasty = '<img src=x onerror=alert(1)>"\'&\u0007';
  const hostile = reportHtml(
    await make(
      {
        rows: imageRows.map((row) => ({ ...row, label: `${row.label} ${nasty}` })),
        budgets: [25],
        seeds: [1, 2],
      },
      { description: nasty, warnings: [nasty] },
    ),
  );
  const { document: parsed } = parseHTML(hostile);
  expect(hostile).not.toContain('<img src=x');
  expect(parsed.querySelectorAll('img[onerror], [src=x]').length).toBe(0);
  expect(parsed.querySelector('header')!.textContent).toContain('<img src=x onerror=alert(1)>"\'&\ufffd');
  expectCleanPage(hostile);
});

test('the words of a small report', async () => {
  const page = reportHtml(
    await make({ rows: imageRows.slice(1, 4), budgets: [25, 100], seeds: [1, 2], unseen: [] }),
  );
  const { document: small } = parseHTML(page);
  for (const drawing of small.querySelectorAll('svg, style, #trials, #methods')) drawing.remove();
  // One line for each block of words, so that a change shows where it is.
  const blocks = [
    ...small.querySelectorAll('h1, h2, h3, p, li, tr, summary, figcaption, .axis-x, .axis-y, dt, dd'),
  ];
  const lines = blocks.map((block) =>
    [...(block.localName === 'tr' ? block.children : [block])]
      .map((cell) => cell.textContent!.replace(/\s+/g, ' ').trim())
      .join(' | '),
  );
  expect(lines.join('\n')).toMatchSnapshot();
});
