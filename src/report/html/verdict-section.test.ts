import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syntheticReport } from '../../../test/synthetic-report.ts';
import { imageRows } from '../../../test/synthetic-study.ts';
import type { ReportData } from '../report-data.ts';
import { reportHtml } from './report-html.ts';

let folder = '';
let report: ReportData;
let document: ReturnType<typeof parseHTML>['document'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-verdict-'));
  report = await syntheticReport(
    {
      rows: imageRows.slice(0, 4),
      budgets: [25, 100],
      seeds: [1, 2, 3],
      models: ['vae', 'wide'],
      unseen: [],
      failed: (technique, budget) => technique === 'feature-extraction' && budget === 25,
    },
    folder,
  );
  ({ document } = parseHTML(reportHtml(report)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (element: { readonly textContent: string | null } | null): string =>
  (element?.textContent ?? '').replace(/\s+/g, ' ').trim();

describe('the verdict', () => {
  test('has a line for each budget that says what it decides, and folds why', () => {
    const cards = [...document.querySelectorAll('#verdict .decision')];
    expect(cards).toHaveLength(4);
    for (const [i, card] of cards.entries()) {
      const { model, budget, technique, claimed } = report.verdict!.choices[i]!;
      expect(card.hasAttribute('open')).toBe(false);
      // Folded on a screen, but there on paper.
      expect(card.getAttribute('class')).toContain('printed');
      const line = textOf(card.querySelector('summary'));
      expect(line).toContain(`${model}, ${budget} images`);
      if (technique === null) expect(line).toMatch(/not decided a technique lacks results/);
      else {
        expect(line).toContain(technique);
        expect(line.includes('not proven')).toBe(!claimed);
        const { mean } = report.comparison!.cells.find(
          (c) => c.model === model && c.technique === technique && c.budget === budget,
        )!;
        expect(line).toContain(`${mean!.toFixed(1)} ± `);
      }
      const own = report.verdict!.sentences.filter(
        (s) => s.model === model && s.budget === budget && s.kind !== 'alternative',
      );
      for (const { text } of own) expect(textOf(card.querySelector('.grounds'))).toContain(text);
    }
    expect(report.verdict!.choices.map(({ technique }) => technique === null)).toContain(true);
  });

  test('names the model to use among several', () => {
    const { model, technique } = report.best!.cell;
    expect(textOf(document.querySelector('.answers > div > p'))).toContain(
      `${model}, ${technique} with 100 images`,
    );
  });

  test('leads from its claims to how they are made', () => {
    const links = [...document.querySelectorAll('#verdict a.path')];
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link.getAttribute('href')).toBe('#claims');
    const steps = [...document.querySelectorAll('#claims + .steps > li')].map((li) => textOf(li));
    expect(steps.map((text) => text.split(':')[0])).toEqual([
      'Pair',
      'Test',
      'Adjust',
      'Not significant',
      'Significant',
    ]);
  });
});
