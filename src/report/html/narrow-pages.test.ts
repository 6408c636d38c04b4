import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syntheticReport } from '../../../test/synthetic-report.ts';
import { imageRows } from '../../../test/synthetic-study.ts';
import { pageStyle } from './page-style.ts';
import { reportHtml } from './report-html.ts';

let folder = '';
let document: ReturnType<typeof parseHTML>['document'];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-narrow-'));
  const report = await syntheticReport(
    {
      rows: imageRows,
      budgets: [25, 100],
      seeds: [1, 2],
      models: ['vae', 'wide'],
      unseen: ['glyphs/serif'],
      failed: (technique, budget) => technique === 'fine-tune' && budget === 25,
    },
    folder,
  );
  ({ document } = parseHTML(reportHtml(report)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Declarations of the rules whose selector list has exactly this one, in their order. */
const rulesOf = (selector: string): string =>
  [...pageStyle.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
    .filter(([, selectors]) => selectors!.split(',').some((one) => one.trim() === selector))
    .map(([, , declarations]) => declarations)
    .join(';');

describe('nothing makes a narrow page scroll sideways', () => {
  test('every table has a box of its own that scrolls', () => {
    const tables = [...document.querySelectorAll('table')];
    expect(tables.length).toBeGreaterThan(12);
    for (const table of tables) expect(table.closest('.scroll')?.getAttribute('tabindex')).toBe('0');
    expect(rulesOf('.scroll')).toMatch(/overflow-x:auto;max-width:100%/);
  });

  test('long words and preformatted text break or scroll', () => {
    expect(rulesOf('body')).toContain('overflow-wrap:break-word');
    expect(rulesOf('pre')).toMatch(/overflow:auto.*max-width:100%/);
    for (const code of document.querySelectorAll('code'))
      if (code.closest('.scroll, pre') === null) expect(code.textContent!.length).toBeLessThan(40);
  });

  test('what is drawn is as wide as its place at most', () => {
    for (const picture of document.querySelectorAll('main img, main svg')) {
      const kinds: string[] = (picture.getAttribute('class') ?? '').split(' ').filter(Boolean);
      const small =
        Number(picture.getAttribute('width') ?? picture.getAttribute('viewBox')?.split(' ')[2]) <= 32;
      const held = kinds.some((kind) =>
        /(^|;)(width|max-width):100%/.test(
          rulesOf(`.${kind}`) + ';' + rulesOf(`svg.${kind}`) + ';' + rulesOf(`.chart svg.${kind}`),
        ),
      );
      if (kinds.includes('mark') || kinds.includes('dash') || small) continue;
      expect(held, `class ${kinds.join(' ')}`).toBe(true);
    }
  });

  test('cards on a phone share the width, whatever their words', () => {
    expect(rulesOf('.cards tr')).toContain('grid-template-columns:repeat(2,minmax(0,1fr))');
    expect(rulesOf('.cards td[data-label]')).toContain('min-width:0!important');
    for (const table of document.querySelectorAll('.cards'))
      for (const cell of table.querySelectorAll('tbody td'))
        expect(
          cell.hasAttribute('data-label') || /whole|picture|missing/.test(cell.getAttribute('class') ?? ''),
        ).toBe(true);
  });
});
