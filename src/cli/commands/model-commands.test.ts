import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { commandFolder } from '../../../test/command-folder.ts';
import { trainTokenizer } from '../../data/tokenizers/train-tokenizer.ts';
import { readNpyFile } from '../../formats/npy.ts';
import { readNpzFile } from '../../formats/npz.ts';
import { loadCheckpoint, saveCheckpoint } from '../../models/checkpoint.ts';
import { createModel } from '../../models/index.ts';
import { freshWeights } from '../../models/weights.ts';
import { stream } from '../../random.ts';

const { folder, run } = commandFolder('models');
beforeAll(() => {
  const vae = createModel('vae', { image: [1, 8, 8], hidden: [8], latent: 3 });
  const data = { values: { binarise: 0.5 } };
  saveCheckpoint(
    join(folder, 'vae'),
    { model: vae, weights: freshWeights(vae, stream(1)), data },
    '# A test\n',
  );
  const gan = createModel('gan', {
    image: [1, 8, 8],
    latent: 3,
    generatorChannels: [2],
    discriminatorChannels: [2],
    conditional: true,
    classes: ['a', 'b', 'c'],
  });
  saveCheckpoint(
    join(folder, 'gan'),
    { model: gan, weights: freshWeights(gan, stream(1)), data: {} },
    '# A test\n',
  );
  const seen = { technique: 'fine-tune', items: 9, target: 'letters', classes: ['a'] };
  saveCheckpoint(
    join(folder, 'narrow'),
    {
      model: gan,
      weights: freshWeights(gan, stream(1)),
      data: { trainedOn: 'letters', classes: ['a', 'b'], adapted: [seen] },
    },
    '# A test\n',
  );
  const tokenizer = trainTokenizer('character', ['abc def\n'], true);
  const gpt = createModel('transformer', {
    vocabulary: tokenizer.vocabularySize,
    context: 8,
    layers: 1,
    heads: 1,
    width: 8,
  });
  for (const unit of ['running', 'item'] as const)
    saveCheckpoint(
      join(folder, unit),
      { model: gpt, weights: freshWeights(gpt, stream(1)), data: { unit }, tokenizer },
      '# A test\n',
    );
});

test('sample writes images as a picture and as arrays, the same for one seed', async () => {
  const first = await run('sample', 'vae', '--count', '5', '--out', 'a.npy', '--seed', '3');
  expect(first).toMatchObject({ code: 0, out: '', said: 'Wrote 5 samples to a.npy.\n' });
  await run('sample', 'vae', '--count', '5', '--out', 'b.npz', '--seed', '3');
  const array = readNpyFile(join(folder, 'a.npy'));
  expect(array.shape).toEqual([5, 1, 8, 8]);
  expect(readNpzFile(join(folder, 'b.npz')).get('samples')?.data).toEqual(array.data);
  expect((await run('sample', 'vae', '--out', 'c.png')).code).toBe(0);
  expect(readFileSync(join(folder, 'c.png')).subarray(1, 4).toString()).toBe('PNG');
});

test('sample warns of classes that the model has seen no example of', async () => {
  const { code, said } = await run('sample', 'narrow', '--class', 'a', '--out', 'seen.npy');
  expect([code, said]).toEqual([0, 'Wrote 16 samples to seen.npy.\n']);
  expect((await run('sample', 'narrow', '--class', 'c', '--out', 'seen.npy')).said).toMatch(
    /^warning: the model has seen no example of class c; samples of it mean nothing\.$/m,
  );
  const all = await run('sample', 'narrow', '--out', 'seen.npy');
  expect(all.code).toBe(0);
  expect(all.said).toMatch(/no example of class c; samples of it mean nothing\. --class NAME chooses others/);
  expect(all.said).toMatch(/last training \(fine-tune on 9 items\) had no example of class b; samples of it/);
});

test('sample takes the classes that are asked for, each in turn', async () => {
  const pictures = async (...line: string[]) => {
    expect(await run('sample', 'gan', '--count', '4', '--out', 'g.npy', ...line)).toMatchObject({ code: 0 });
    return readNpyFile(join(folder, 'g.npy')).data as Float32Array;
  };
  const image = (data: Float32Array, i: number) => [...data.subarray(64 * i, 64 * (i + 1))];
  const [all, some] = [await pictures(), await pictures('--class', 'b', 'a')];
  // Fresh weights treat all classes alike: the samples are those of the latent vectors.
  expect(image(some, 0)).toEqual(image(all, 0));
  expect((await run('export', 'gan')).code).toBe(0);
  expect(readFileSync(join(folder, 'gan/onnx/README.md'), 'utf8')).toContain(
    "score = scorer.run(['score'], {'x': images, 'label': label})[0]",
  );
});

test('sample shows images in the terminal', async () => {
  const { code, out } = await run('sample', 'vae', '--count', '2');
  expect(code).toBe(0);
  // Two images of 8 x 8, two rows of pixels a line.
  expect(out.split('\n').filter((line) => line.length > 8)).toHaveLength(4);
});

test('sample prints texts that begin with the prompt and reach the length', async () => {
  const { code, out } = await run(
    'sample',
    'running',
    '--count',
    '3',
    '--prompt',
    'ab',
    '--length',
    '30',
    '--json',
    'topK=3',
  );
  expect(code).toBe(0);
  const texts = JSON.parse(out) as string[];
  expect(texts).toHaveLength(3);
  for (const text of texts) expect(text.startsWith('ab')).toBe(true);
  const short = await run('sample', 'running', '--count', '3', '--prompt', 'ab', '--json', 'topK=3');
  expect(texts[0]!.length).toBeGreaterThan((JSON.parse(short.out) as string[])[0]!.length);
  expect(await run('sample', 'item', '--out', 'texts.txt')).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'texts.txt'), 'utf8').trimEnd().split('\n')).toHaveLength(16);
});

test.each([
  ['no checkpoint', ['sample', 'nowhere'], 1, /checkpoint not found/],
  ['a prompt for images', ['sample', 'vae', '--prompt', 'a'], 2, /for language models/],
  ['an unknown setting', ['sample', 'running', 'topk=3'], 2, /unknown key 'topk'.*Did you mean 'topK'/],
  ['an unknown class', ['sample', 'gan', '--class', 'd'], 1, /unknown class 'd'.*a, b, c/s],
  ['classes where there are none', ['sample', 'vae', '--class', 'd'], 1, /not trained by class/],
  ['classes of texts', ['sample', 'running', '--class', 'd'], 2, /not examples by class/],
  ['a temperature below 0', ['sample', 'running', 'temperature=-1'], 2, /temperature is -1/],
  [
    'a picture of texts',
    ['sample', 'running', '--out', 'x.png'],
    1,
    /allowed: \.txt, \.json, \.abc or \.mid/,
  ],
  ['an unknown picture format', ['sample', 'vae', '--out', 'x.gif'], 1, /allowed: \.png/],
])('%s is an error', async (_, line, code, wanted) => {
  const result = await run(...line);
  expect(result).toMatchObject({ code, out: '' });
  expect(result.said).toMatch(wanted);
});

test('export writes programs and a page that describes them', async () => {
  const { code, out } = await run('export', 'vae', '--json');
  expect(code).toBe(0);
  const { programs } = JSON.parse(out) as { programs: { file: string; inputs: { name: string }[] }[] };
  expect(programs.map(({ file, inputs }) => [file, inputs.map(({ name }) => name)])).toEqual([
    ['sampler.onnx', ['z']],
    ['scorer.onnx', ['x', 'noise']],
  ]);
  for (const { file } of programs) expect(existsSync(join(folder, 'vae/onnx', file))).toBe(true);
  expect(readFileSync(join(folder, 'vae/onnx/README.md'), 'utf8')).toMatch(
    /\| scorer\.onnx \| output \| `log_weights` \| float32 \[samples, batch\]/,
  );
  expect((await run('export', 'running', '--out', 'gpt-onnx')).out).toMatch(/logits \[batch, 8, \d+\]/);
  expect(existsSync(join(folder, 'gpt-onnx/tokenizer.json'))).toBe(true);
  const page = (of: string) => readFileSync(join(folder, of, 'README.md'), 'utf8');
  expect(page('gpt-onnx')).toMatch(/^[\d,]+ parameters/m);
  expect(page('gpt-onnx')).toContain("nll = scorer.run(['nll'], {'tokens': tokens, 'targets': targets})");
  expect(page('vae/onnx')).toContain('Pixels of `x` are 0 or 1: 1 where an image has 0.5 of full brightness');
});

test('sample and export take a folder of transformers as it is', async () => {
  cpSync(
    fileURLToPath(new URL('../../../test/golden/hugging-face/gpt2', import.meta.url)),
    join(folder, 'gpt2'),
    { recursive: true },
  );
  const { code, out } = await run(
    'sample',
    'gpt2',
    '--count',
    '2',
    '--prompt',
    'The',
    '--length',
    '6',
    '--json',
  );
  expect(code).toBe(0);
  const texts = JSON.parse(out) as string[];
  expect(texts).toHaveLength(2);
  expect(texts.every((text) => text.startsWith('The'))).toBe(true);
  expect((await run('export', 'gpt2', '--out', 'onnx')).code).toBe(0);
  expect(existsSync(join(folder, 'onnx/sampler.onnx'))).toBe(true);
  // The program on the page begins as texts do: with the beginning mark.
  const { bos } = loadCheckpoint(join(folder, 'gpt2')).tokenizer!.special;
  expect(readFileSync(join(folder, 'onnx/README.md'), 'utf8')).toContain(
    `ids = [${bos}, *tokenizer.encode('The ', add_special_tokens=False).ids]`,
  );
});

test('a decoder alone is no autoencoder, which is said with what to do', async () => {
  expect((await run('export', 'vae', '--out', 'halves')).code).toBe(0);
  const { code, said } = await run('import', 'halves/sampler.onnx', '--as', 'autoencoder', '--out', 'half');
  expect(code).toBe(1);
  expect(said).toMatch(/its input 'z' is \[3\] for each example, which is no image, so that it is no whole/);
  expect(said).toContain(
    'name the file of its encoder with --encoder FILE, or import it with --as generator',
  );
  expect(existsSync(join(folder, 'half'))).toBe(false);
});
