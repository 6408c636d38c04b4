import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { resultsText } from './results-text.ts';

const page = fileURLToPath(new URL('../../docs/results.md', import.meta.url));

test('docs/results.md says what the kept results say (GRAFT_WRITE_DOCS=1 writes it anew)', () => {
  if (process.env.GRAFT_WRITE_DOCS === '1') writeFileSync(page, resultsText());
  expect(readFileSync(page, 'utf8')).toBe(resultsText());
});
