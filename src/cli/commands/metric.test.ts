import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordedRun } from '../../../test/recorded-run.ts';
import { writeNpyFile } from '../../formats/npy.ts';
import { writeNpzFile } from '../../formats/npz.ts';
import type { NumericArray } from '../../formats/numeric-array.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-metric-'));
  const points: NumericArray = {
    dtype: 'float32',
    shape: [4, 2],
    data: Float32Array.of(0, 0, 0, 2, 2, 0, 2, 2),
  };
  const moved: NumericArray = {
    ...points,
    data: Float32Array.from(points.data as Float32Array, (v) => v + 3),
  };
  writeNpyFile(join(folder, 'real.npy'), points);
  writeNpzFile(
    join(folder, 'generated.npz'),
    new Map([
      ['other', points],
      ['features', moved],
    ]),
  );
  writeFileSync(join(folder, 'texts.txt'), 'aab\nabb\n');
  writeFileSync(join(folder, 'texts.json'), JSON.stringify([{ text: 'aab' }, 'abb']));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (line: string) => recordedRun(['metric', ...line.split(' ')], folder);

test('prints one JSON object for arrays in files', async () => {
  const { code, out, said } = await run('fid --real real.npy --generated generated.npz --json');
  expect(code).toBe(0);
  expect(said).toMatch(/^note: 4 items for 2 dimensions/);
  // Equal covariances and means that are (3, 3) apart: the squared distance of the means.
  expect(JSON.parse(out)).toMatchObject({
    metric: 'fid',
    value: expect.closeTo(18, 6),
    direction: 'lower',
    inputs: { real: { n: 4, shape: [4, 2] }, generated: { n: 4 } },
  });
});

test('an array of an .npz can be named, and options are key=value', async () => {
  const { code, out } = await run('precision --real real.npy --generated generated.npz:other k=2 --json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ value: 1, options: { k: 2 } });
});

test.each(['texts.txt', 'texts.json'])('takes texts from %s', async (file) => {
  const { out } = await run(`distinct_n --generated ${file} n=2 --json`);
  // Pairs: aa, ab; ab, bb: three different ones of four.
  expect(JSON.parse(out).value).toBe(0.75);
});

test.each([
  ['an unknown metric', 'fdi --real real.npy', 2, /unknown metric 'fdi'\. Did you mean 'fid'/],
  ['an unknown input', 'fid --reel real.npy --generated real.npy', 2, /'--reel'.*Did you mean '--real'/],
  ['a missing input', 'fid --real real.npy', 2, /graft metric fid needs --generated FILE/],
  [
    'an unknown setting',
    'precision --real real.npy --generated real.npy kk=2',
    2,
    /unknown option 'kk'.*'k'/,
  ],
  ['no such file', 'fid --real real.npy --generated none.npy', 1, /none\.npy/],
  ['no such array', 'fid --real real.npy --generated generated.npz:featurs', 1, /Did you mean 'features'/],
  ['a file of another kind', 'fid --real real.csv --generated real.npy', 1, /allowed: \.npy, \.npz/],
  ['text for numbers', 'fid --real texts.txt --generated real.npy', 1, /is text, but numbers are needed/],
  ['shapes that do not fit', 'fid --real real.npy --generated texts.npy', 1, /texts\.npy/],
])('%s is an error', async (_, line, code, wanted) => {
  const result = await run(line);
  expect(result).toMatchObject({ code, out: '' });
  expect(result.said).toMatch(wanted);
});

test('--list names every metric with its inputs', async () => {
  const { out } = await run('--list --json');
  const fid = (JSON.parse(out) as { name: string; inputs: { name: string }[] }[]).find(
    ({ name }) => name === 'fid',
  );
  expect(fid?.inputs.map(({ name }) => name)).toEqual(['real', 'generated']);
  expect((await run('--list')).out).toMatch(/^bits_per_dim\s+lower/m);
});

test('the help of one metric has its inputs, options and source', async () => {
  const { out } = await run('precision --help');
  expect(out).toMatch(/--generated FILE/);
  expect(out).toMatch(/\bk\b.*\(default: \d+\)/);
  expect(out).toMatch(/et al\. \(\d{4}\)/);
});
