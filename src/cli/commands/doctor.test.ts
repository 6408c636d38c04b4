import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { recordedRun } from '../../../test/recorded-run.ts';

test('the installation works, and devices that were not tried say so', async () => {
  const { code, out } = await recordedRun(['doctor'], tmpdir());
  expect(code).toBe(0);
  expect(out).toMatch(/^ok {5}cpu +\d+ values of a test program agree with the reference/m);
  expect(out).toMatch(/^note {3}cuda +not tested here/m);
  expect(out).toMatch(/^ok {5}data +built in: glyphs, names/m);
});

test('--json gives the findings', async () => {
  const { out } = await recordedRun(['doctor', '--json'], tmpdir());
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: { topic: string; state: string }[] };
  expect(ok).toBe(true);
  expect(findings.filter(({ topic }) => topic === 'package').map(({ state }) => state)).toEqual([
    'ok',
    'ok',
    'ok',
  ]);
});
