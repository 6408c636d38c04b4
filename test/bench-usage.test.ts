import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function bench(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bench.mjs', ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, said: stderr };
}

test('--help lists every benchmark with what it measures', () => {
  const { code, out, said } = bench('--help');
  expect({ code, said }).toEqual({ code: 0, said: '' });
  expect(out).toMatch(/^Usage: npm run bench -- \[NAME\] \[options\]/);
  expect(out).toMatch(/^ {2}training-step +Time of one training step against PyTorch on the same machine/m);
  // Programs are the files that nobody imports.
  const files = readdirSync(`${root}/bench`).filter((name) => name.endsWith('.ts'));
  const texts = files.map((name) => readFileSync(`${root}/bench/${name}`, 'utf8')).join('\n');
  for (const file of files)
    expect(out.includes(`\n  ${file.slice(0, -3)} `)).toBe(!texts.includes(`from './${file}'`));
});

test('NAME --help says how one is called', () => {
  expect(bench('quickstart', '--help').out).toMatch(/npm run bench -- quickstart --python .*\[--rounds 3\]/);
});

test('an unknown name is answered with those that there are', () => {
  const { code, said } = bench('training-stpe');
  expect(code).toBe(2);
  expect(said).toMatch(
    /There is no benchmark 'training-stpe' in bench\/\. There are: .*quickstart, training-step\./,
  );
});

test('an unknown option is answered in words', () => {
  const { code, said } = bench('export-quickstart-data', '--quik');
  expect(code).toBe(2);
  expect(said).toMatch(/Unknown option '--quik'/);
  expect(said).not.toMatch(/\n\s+at /);
});
