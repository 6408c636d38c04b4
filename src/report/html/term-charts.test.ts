import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, expect, test } from 'vitest';
import { syntheticReport } from '../../../test/synthetic-report.ts';
import { imageRows } from '../../../test/synthetic-study.ts';
import { reportHtml } from './report-html.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-terms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = { rows: imageRows, budgets: [25, 100], seeds: [1, 2] };
const textOf = (page: string) => parseHTML(page).document.getElementById('learning')!.textContent!;

test('terms of looks have panels of their own, and validation is not called a loss where it is none', async () => {
  const report = await syntheticReport(study, folder, {
    change: ({ step, result }) => ({
      step,
      result: {
        ...result,
        criterion: 'samples',
        lossUnit: "kernel distance of samples in 'glyphs'",
        looks: result.looks.map((look) => ({
          ...look,
          training: null,
          // Players have counted nothing before the first update.
          terms: { diversity: 0.8, ...(look.step === 0 ? {} : { 'output on real': look.step / 100 }) },
        })),
      },
    }),
  });
  const page = reportHtml(report);
  const titles = [...parseHTML(page).document.querySelectorAll('#learning .axis-y')].map(
    ({ textContent }) => textContent,
  );
  expect(titles).toEqual(expect.arrayContaining(['diversity', 'output on real']));
  expect(textOf(page)).toContain('inside training, with 100 images');
  expect(textOf(page)).toContain("validation, kernel distance of samples in 'glyphs'");
  expect(textOf(page)).toContain('do not say how good samples are');
  expect(page).not.toMatch(/NaN|undefined/);
});

test('a report of looks without terms has neither', async () => {
  const page = reportHtml(await syntheticReport(study, folder));
  expect(textOf(page)).not.toContain('inside training');
  expect(textOf(page)).not.toContain('do not say how good');
});

test('parts of the loss of a model with one player are called that', async () => {
  const report = await syntheticReport(study, folder, {
    change: ({ step, result }) => ({
      step,
      result: {
        ...result,
        looks: result.looks.map((look) =>
          look.step === 0 ? look : { ...look, terms: { reconstruction: 90 + look.step, divergence: 5 } },
        ),
      },
    }),
  });
  const page = reportHtml(report);
  expect(textOf(page)).toContain('the parts of the training loss');
  expect(textOf(page)).not.toContain('players');
  const titles = [...parseHTML(page).document.querySelectorAll('#learning .axis-y')].map(
    ({ textContent }) => textContent,
  );
  expect(titles).toEqual(
    expect.arrayContaining(['reconstruction, nats per image', 'divergence, nats per image']),
  );
});
