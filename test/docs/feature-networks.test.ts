import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { networkTables } from './network-tables.ts';

const page = fileURLToPath(new URL('../../docs/feature-networks.md', import.meta.url));
/** A table is a run of lines that begin with a bar. */
const tables = /(?:^\|.*\n)+/gm;

test('docs/feature-networks.md quotes the cards of the networks (GRAFT_WRITE_DOCS=1 writes the tables anew)', () => {
  const wanted = networkTables();
  if (process.env.GRAFT_WRITE_DOCS === '1') {
    let next = 0;
    writeFileSync(
      page,
      readFileSync(page, 'utf8').replace(tables, () => `${wanted[next++]}\n`),
    );
  }
  expect(readFileSync(page, 'utf8').match(tables)).toEqual(wanted.map((text) => `${text}\n`));
});
