import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syntheticReport } from '../../test/synthetic-report.ts';
import { imageRows, type SyntheticStudy } from '../../test/synthetic-study.ts';
import { reportCsv } from './report-csv.ts';
import type { ReportData } from './report-data.ts';
import { reportJson } from './report-json.ts';
import { reportMarkdown } from './report-markdown.ts';

const study: SyntheticStudy = {
  rows: imageRows.slice(0, 4),
  budgets: [25, 100],
  seeds: [1, 2, 3],
  unseen: ['glyphs/serif'],
  unconverged: (technique, budget) => technique === 'from-scratch' && budget === 100,
  failed: (technique, budget, seed) => technique === 'fine-tune' && budget === 100 && seed === 2,
};
let folder = '';
let report: ReportData;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-report-'));
  report = await syntheticReport(study, folder, { warnings: ['Memory *may* run | short <b>here</b>'] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** RFC 4180, as a program would read it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let [row, field, quoted]: [string[], string, boolean] = [[], '', false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i]!;
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      row.push(field);
      field = '';
      if (c === '\n') rows.push(row.splice(0));
    } else field += c;
  }
  return rows;
}

describe('CSV', () => {
  test('has a line for every measurement and cost, in full precision', () => {
    const [head, ...rows] = parseCsv(reportCsv(report)) as [string[], ...string[][]];
    const at = (row: string[], name: string) => row[head.indexOf(name)]!;
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([head.length]));
    const measured = rows.filter((row) => at(row, 'on') !== 'cost');
    const all = report.trials.flatMap(({ step, result }) =>
      result.measurements.map((m) => [step, m.metric, m.on, String(m.value)].join()),
    );
    expect(
      measured.map((row) => [at(row, 'step'), at(row, 'metric'), at(row, 'on'), at(row, 'value')].join()),
    ).toEqual(all);
    expect(JSON.parse(at(measured[0]!, 'options'))).toEqual({ k: 64 });
    const flops = rows.filter((row) => at(row, 'metric') === 'training_flops');
    expect(flops).toHaveLength(report.trials.length);
    // Not converged: the number of updates to convergence does not exist.
    const steps = rows.filter((row) => at(row, 'metric') === 'steps_to_convergence');
    expect(steps).toHaveLength(
      report.trials.filter(({ result }) => result.cost.stepsToConvergence !== null).length,
    );
  });

  test('quotes what needs it and leaves out what is no number', () => {
    const [trial] = report.trials as [ReportData['trials'][number]];
    const { result } = trial;
    const odd = {
      ...trial,
      result: {
        ...result,
        cell: { ...result.cell, technique: 'a "b", c\nd' },
        measurements: [{ ...result.measurements[0]!, value: Number.NaN }],
      },
    };
    const [head, row] = parseCsv(reportCsv({ study: report.study, trials: [odd] })) as [string[], string[]];
    expect(row[head.indexOf('technique')]).toBe('a "b", c\nd');
    expect(row[head.indexOf('value')]).toBe('');
  });
});

describe('JSON', () => {
  test('is the whole value without its pictures', () => {
    const { trials, data, ...rest } = JSON.parse(reportJson(report)) as ReportData;
    const { trials: _, data: __, ...expected } = report;
    expect(rest).toEqual(expected);
    expect(trials.map(({ result }) => result)).toEqual(report.trials.map(({ result }) => result));
    expect(trials.every((trial) => !('samples' in trial))).toBe(true);
    expect(data.every((set) => !('examples' in set))).toBe(true);
  });

  test('with pictures is the value itself', () => {
    expect(JSON.parse(reportJson(report, { pictures: true }))).toEqual(report);
  });
});

test('Markdown', () => {
  const text = reportMarkdown(report);
  expect(text).not.toMatch(/NaN|undefined|\[object/);
  expect(text).toContain('Memory \\*may\\* run \\| short \\<b\\>here\\</b\\>');
  // All rows of a table have as many cells as its head.
  for (const block of text.split('\n\n').filter((part) => part.startsWith('|')))
    expect(new Set(block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length)).size).toBe(
      1,
    );
  for (const title of ['All metrics', 'Gap between training and held-out data', 'Forgetting', 'Cost'])
    expect(text).toContain(`\n## ${title}\n`);
  for (const what of ['glyphs/serif test set', 'training set', '| peak memory of a worker |', '| disk |'])
    expect(text).toContain(what);
  expect(text.slice(0, text.indexOf('```bibtex'))).toMatchSnapshot();
});
