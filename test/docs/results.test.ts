import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { resultsText } from './results-text.ts';

const page = fileURLToPath(new URL('../../docs/results.md', import.meta.url));

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
const measured = fileURLToPath(new URL('../../docs/results/quickstart-peer.json', import.meta.url));

test('README.md says how long the first study took as it was measured (GRAFT_WRITE_DOCS=1 writes it anew)', () => {
  const { rows } = JSON.parse(readFileSync(measured, 'utf8')) as {
    rows: { program: string; wall: number }[];
  };
  const seconds = rows.find(({ program }) => program.startsWith('Graft'))!.wall.toFixed(0);
  const place = /(that took )\d+( s \(\[results\]\(docs\/results\.md\)\))/;
  const before = readFileSync(readme, 'utf8');
  expect(before).toMatch(place);
  const text = before.replace(place, `$1${seconds}$2`);
  if (process.env.GRAFT_WRITE_DOCS === '1') writeFileSync(readme, text);
  expect(readFileSync(readme, 'utf8')).toBe(text);
});

test('docs/results.md says what the kept results say (GRAFT_WRITE_DOCS=1 writes it anew)', () => {
  if (process.env.GRAFT_WRITE_DOCS === '1') writeFileSync(page, resultsText());
  expect(readFileSync(page, 'utf8')).toBe(resultsText());
});
