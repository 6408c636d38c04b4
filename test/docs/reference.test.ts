import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { referenceText } from './reference-text.ts';

const page = fileURLToPath(new URL('../../docs/reference.md', import.meta.url));

test('docs/reference.md says what the program says (GRAFT_WRITE_DOCS=1 writes it anew)', () => {
  if (process.env.GRAFT_WRITE_DOCS === '1') writeFileSync(page, referenceText());
  expect(readFileSync(page, 'utf8')).toBe(referenceText());
});
