import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importRules } from '../../src/onnx/import-rules/index.ts';
import { hasNodeTests } from '../onnx-node-tests.ts';
import { onnxOperatorsText } from './onnx-operators-text.ts';

const page = fileURLToPath(new URL('../../docs/onnx-operators.md', import.meta.url));

test('docs/onnx-operators.md names every operator that has a rule', () => {
  const text = readFileSync(page, 'utf8');
  const listed = /## Operators \(\d+\)\n\n(.*)\.\n/.exec(text)?.[1]?.replaceAll('`', '').split(', ');
  expect(listed).toEqual(Object.keys(importRules).sort());
});

test.skipIf(!hasNodeTests())(
  "docs/onnx-operators.md says which of ONNX's tests are claimed (needs the shared folder; GRAFT_WRITE_DOCS=1 writes it anew)",
  () => {
    if (process.env.GRAFT_WRITE_DOCS === '1') writeFileSync(page, onnxOperatorsText());
    expect(readFileSync(page, 'utf8')).toBe(onnxOperatorsText());
  },
);
