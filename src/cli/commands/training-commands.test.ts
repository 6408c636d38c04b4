import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRun } from '../../../test/recorded-run.ts';
import { writeNpyFile } from '../../formats/npy.ts';
import { stream } from '../../random.ts';
import type { TrialResult } from '../../study/trial-result.ts';

const program = fileURLToPath(new URL('../../../dist/graft.js', import.meta.url));
const built = existsSync(program);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-train-'));
  const images = (seed: number, size: number) => ({
    dtype: 'uint8' as const,
    shape: [150, size, size],
    data: Uint8Array.from(stream(seed).integers(150 * size * size, 2), (v) => 255 * v),
  });
  writeNpyFile(join(folder, 'a.npy'), images(1, 8));
  writeNpyFile(join(folder, 'b.npy'), images(2, 8));
  writeNpyFile(join(folder, 'large.npy'), images(3, 12));
  const letters = stream(4).integers(9000, 26);
  const text = Array.from(letters, (n, i) => (i % 60 === 59 ? '\n' : String.fromCharCode(97 + n))).join('');
  writeFileSync(join(folder, 'text.txt'), text);
  writeFileSync(
    join(folder, 'recipe.yaml'),
    [
      'name: tiny',
      'family: transformer',
      'model: { layers: 1, heads: 1, width: 8, context: 8 }',
      'data: { path: ./text.txt, split: { train: 0.9, validation: 0.1, test: 0, duplicates: keep } }',
      'windows: random',
      'training: { steps: 10, batch: 4, looks: 2, keep: last }',
      'evaluation: { part: validation, estimateBatches: 3 }',
      'seeds: 2',
    ].join('\n'),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function graft(...line: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: stdout, said: stderr };
}

test.each([
  ['pretrain', ['pretrain', 'vae', '--data', 'a.npy', '--out', 'other']],
  ['pretrain of several seeds', ['pretrain', 'vae', '--data', 'a.npy', '--out', 'others', 'seeds=2']],
])('%s does not replace a model that it did not make', async (_, line) => {
  for (const place of ['other', 'others/seed-2']) {
    mkdirSync(join(folder, place, '.graft'), { recursive: true });
    writeFileSync(join(folder, place, 'model.safetensors'), 'a model of another recipe');
  }
  mkdirSync(join(folder, 'others/.graft'), { recursive: true });
  const { code, said } = await recordedRun(line, folder);
  expect(code).toBe(1);
  expect(said).toMatch(
    /cannot write \S*other(s\/seed-2)?: another model is there.* replace it with --force/s,
  );
  expect(readFileSync(join(folder, 'other/model.safetensors'), 'utf8')).toBe('a model of another recipe');
});

describe.skipIf(!built)('training commands, by the built program (npm run build)', () => {
  test('a GAN by class is trained, adapted to other classes, sampled, evaluated and exported', () => {
    const small = ['latent=4', 'generatorChannels=[4,2]', 'discriminatorChannels=[2,4]'];
    const settings = ['conditional=true', 'steps=6', 'batch=8', 'looks=1', 'evaluation.samples=70'];
    const made = graft('pretrain', 'gan', '--data', 'glyphs/serif', '--out', 'gan', ...small, ...settings);
    expect(made.said).toContain('Samples never became diverse');
    expect(made.out).toMatch(/best validation {2}[\d.]+ {2}kernel distance.*\n {2}fid \(test, glyphs\)/);
    const config = JSON.parse(readFileSync(join(folder, 'gan/config.json'), 'utf8')) as {
      config: { classes: string[] };
    };
    expect(config.config.classes).toContain('A');
    const small2 = ['steps=4', 'looks=1', 'batch=8', 'evaluation.items=40', 'sampling.count=40'];
    const adapted = graft(
      ...['adapt', 'gan', '--data', 'glyphs/handwriting', '--budget', '20', '--out', 'gan2', '--json'],
      ...['--technique', 'feature-extraction', 'learningRate=0.001', ...small2],
    );
    const result = JSON.parse(adapted.out) as TrialResult;
    expect(result.stages[0]!.layers).toEqual(['generator/output', 'discriminator/output']);
    expect(result.looks.at(-1)!.terms).toMatchObject({ 'output on real': expect.any(Number) });
    expect(result).toMatchObject({ criterion: 'samples', lossUnit: expect.stringContaining('glyphs') });
    expect(graft('sample', 'gan2', '--class', 'A', '--out', 'a.png').code).toBe(0);
    expect(graft('export', 'gan2').code).toBe(0);
    const evaluated = graft('evaluate', 'gan2', '--data', 'glyphs/handwriting', '--json', ...small2.slice(3));
    expect((JSON.parse(evaluated.out) as { family: string }).family).toBe('gan');
  }, 60_000);

  test('pretrain makes a checkpoint from options alone, and adapt one from it', () => {
    const settings = ['steps=12', 'hidden=[8]', 'latent=2', 'evaluation.importanceSamples=4'];
    const made = graft('pretrain', 'vae', '--data', 'a.npy', '--out', 'vae', ...settings);
    expect(made.code).toBe(0);
    expect(made.out).toMatch(
      /vae {2}seed 1, 12 updates in .*\n {2}best validation loss {2}[\d.]+\n {2}nll \(test\)/,
    );
    expect(readFileSync(join(folder, 'vae/README.md'), 'utf8')).toMatch(/Learning rate \| 0\.001/);
    const config = JSON.parse(readFileSync(join(folder, 'vae/config.json'), 'utf8')) as {
      config: object;
      data: object;
    };
    expect(config).toMatchObject({ config: { latent: 2, hidden: [8] }, data: { values: { binarise: 0.5 } } });

    // Again: nothing is trained, the same checkpoint stands.
    const before = readFileSync(join(folder, 'vae/model.safetensors'));
    const again = graft('pretrain', 'vae', '--data', 'a.npy', '--out', 'vae', ...settings);
    expect(again).toMatchObject({ code: 0, said: '' });
    expect(readFileSync(join(folder, 'vae/model.safetensors'))).toEqual(before);

    const adapted = graft(
      ...['adapt', 'vae', '--data', 'b.npy', '--source', 'a.npy', '--technique', 'feature-extraction'],
      ...['--budget', '20', '--out', 'adapted', '--json', 'steps=5', 'learningRate=0.01'],
      ...['sampling.count=20', 'evaluation.importanceSamples=4'],
    );
    expect(adapted.code).toBe(0);
    const result = JSON.parse(adapted.out) as { cell: object; cost: object; measurements: { on: string }[] };
    expect(result).toMatchObject({
      cell: { technique: 'feature-extraction', budget: 20, seed: 0 },
      cost: { steps: 5 },
    });
    expect(new Set(result.measurements.map(({ on }) => on))).toEqual(new Set(['target', 'source']));
    expect(graft('sample', 'adapted', '--count', '1')).toMatchObject({ code: 0 });
    expect(statSync(join(folder, 'adapted/samples.png')).size).toBeGreaterThan(50);
  });

  test('pretrain follows a recipe with several seeds and says what their mean is', () => {
    const { code, out } = graft('pretrain', 'recipe.yaml', '--out', 'gpt', '--json');
    expect(code).toBe(0);
    const { results, mean } = JSON.parse(out) as {
      results: { folder: string; result: { seed: number; wholePart: { loss: number; tokens: number } } }[];
      mean: Record<string, { mean: number; deviation: number }>;
    };
    expect(results.map(({ result }) => result.seed)).toEqual([1, 2]);
    const losses = results.map(({ result }) => result.wholePart.loss);
    expect(mean['mean loss over the whole validation part']!.mean).toBeCloseTo(
      (losses[0]! + losses[1]!) / 2,
      12,
    );
    // Every character of the validation part behind the first is scored once.
    const text = readFileSync(join(folder, 'text.txt'), 'utf8');
    expect(results[0]!.result.wholePart.tokens).toBe(text.length - Math.floor(0.9 * text.length) - 1);
    expect(graft('sample', 'gpt/seed-2', '--count', '1', '--length', '12').code).toBe(0);
  });

  test.each([
    ['no folder', ['pretrain', 'vae', '--data', 'a.npy'], 2, /graft pretrain needs --out FOLDER/],
    ['no data', ['pretrain', 'vae', '--out', 'x'], 2, /graft pretrain needs --data SET/],
    ['an unknown family', ['pretrain', 'vea', '--data', 'a.npy', '--out', 'x'], 2, /Did you mean 'vae'/],
    [
      'an unknown setting',
      ['pretrain', 'vae', '--data', 'a.npy', '--out', 'x', 'latnt=3'],
      2,
      /Did you mean 'latent'/,
    ],
    [
      'text for images',
      ['pretrain', 'vae', '--data', 'text.txt', '--out', 'x'],
      1,
      /is for images, but 'text' holds texts/,
    ],
    ['a folder in use', ['pretrain', 'vae', '--data', 'a.npy', '--out', '.'], 1, /holds other files/],
    [
      'an unknown technique',
      ['adapt', 'vae', '--data', 'b.npy', '--out', 'x', '--technique', 'fine-tun'],
      2,
      /Did you mean 'fine-tune'/,
    ],
    [
      'an unknown setting of adapt',
      ['adapt', 'vae', '--data', 'b.npy', '--out', 'x', 'stps=3'],
      2,
      /Did you mean 'steps'/,
    ],
    [
      'images of another size',
      ['adapt', 'vae', '--data', 'large.npy', '--out', 'x'],
      1,
      /\(vae\); both need one size: set resize: 8 and channels: 1/,
    ],
    [
      'too small a budget',
      ['adapt', 'vae', '--data', 'b.npy', '--out', 'x', '--budget', '3'],
      1,
      /budget is 3 \(--budget\); allowed: an integer from 6 to/,
    ],
    ['texts for a model of images', ['adapt', 'vae', '--data', 'text.txt', '--out', 'x'], 1, /is for images/],
  ])('%s is an error', async (_, line, code, wanted) => {
    const result = await recordedRun(line, folder);
    expect(result.said).toMatch(wanted);
    expect(result.said).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(code);
  });
});
