import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { commandFolder } from '../../../test/command-folder.ts';
import { loadCheckpoint } from '../../models/checkpoint.ts';

const golden = fileURLToPath(new URL('../../../test/golden/hugging-face', import.meta.url));
const { folder, run } = commandFolder('import');
beforeAll(() => {
  for (const name of ['gpt2', 'llama', 'llama-lora'])
    cpSync(join(golden, name), join(folder, name), { recursive: true });
  cpSync(join(golden, '../imported/autoencoder.onnx'), join(folder, 'autoencoder.onnx'));
});

test('import makes a checkpoint of a folder of transformers', async () => {
  const { code, out } = await run('import', 'llama', '--out', 'mine');
  expect(code).toBe(0);
  expect(out).toContain('mine  llama, 10,716 parameters in 4 layers, 326 tokens');
  expect(loadCheckpoint(join(folder, 'mine')).weights).toEqual(loadCheckpoint(join(folder, 'llama')).weights);
  expect(readFileSync(join(folder, 'mine/README.md'), 'utf8')).toContain('llama, a folder of a llama');
  const again = await run('import', 'llama', '--out', 'mine');
  expect(again.code).toBe(1);
  expect(again.said).toContain('the folder holds other files');
  expect((await run('import', 'gpt2', '--out', 'mine', '--force', '--json')).code).toBe(0);
  expect(loadCheckpoint(join(folder, 'mine')).model.family).toBe('gpt2');
});

test('import takes a LoRA adapter into its model', async () => {
  const { code } = await run('import', 'llama-lora', '--base', 'llama', '--out', 'merged');
  expect(code).toBe(0);
  const [a, b] = ['merged', 'llama'].map((name) => loadCheckpoint(join(folder, name)).weights.parameters);
  expect(a!['block/0/attention/query/weight']).not.toEqual(b!['block/0/attention/query/weight']);
  expect(a!['block/0/attention/key/weight']).toEqual(b!['block/0/attention/key/weight']);
});

test.each([
  ['from its own folder', '../llama'],
  ['beside its folder', 'llama'],
])('an adapter finds its model by a path %s', async (_, name) => {
  const file = join(folder, 'llama-lora/adapter_config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...config, base_model_name_or_path: name }));
  expect(loadCheckpoint(join(folder, 'llama-lora')).model.family).toBe('llama');
  writeFileSync(file, JSON.stringify({ ...config, base_model_name_or_path: 'nowhere' }));
  expect(() => loadCheckpoint(join(folder, 'llama-lora'))).toThrow(
    /adapter_config.json\) not found: nowhere/,
  );
  writeFileSync(file, JSON.stringify(config));
});

test('import reads a model of llama2.c and its tokenizer', async () => {
  mkdirSync(join(folder, 'c'));
  const [width, hidden, layers, heads, keys, vocabulary, context] = [8, 12, 1, 2, 1, 262, 16] as const;
  const count =
    vocabulary * width + layers * (2 * width + width * width * 3 + 3 * width * hidden) + width + context * 4;
  const file = Buffer.alloc(28 + 4 * count);
  [width, hidden, layers, heads, keys, vocabulary, context].forEach((v, i) => {
    file.writeInt32LE(v, 4 * i);
  });
  for (let i = 0; i < count; i++) file.writeFloatLE(Math.sin(i), 28 + 4 * i);
  writeFileSync(join(folder, 'c/model.bin'), file);
  const pieces = [
    '<unk>',
    '\n<s>\n',
    '\n</s>\n',
    ...Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16)}>`),
    ' ',
    'a',
    ' a',
  ];
  const parts = pieces.map((piece, id) => {
    const head = Buffer.alloc(8);
    head.writeFloatLE(id < 259 ? 0 : 259 - id);
    head.writeInt32LE(Buffer.byteLength(piece), 4);
    return Buffer.concat([head, Buffer.from(piece)]);
  });
  writeFileSync(join(folder, 'c/tok.bin'), Buffer.concat([Buffer.alloc(4), ...parts]));
  expect((await run('import', 'c/model.bin', '--out', 'from-c')).code).toBe(0);
  const { model, tokenizer } = loadCheckpoint(join(folder, 'from-c'));
  expect(model.config).toMatchObject({
    heads,
    keyHeads: keys,
    width,
    vocabulary,
    context,
  });
  expect([...tokenizer!.encode('a b')]).toEqual([261, 259, 3 + 98]);
  writeFileSync(join(folder, 'c/short.bin'), file.subarray(0, file.length - 1));
  expect((await run('import', 'c/short.bin', '--out', 'short')).said).toContain(
    'it is unknown binary data, no model file that is known',
  );
});

test('import adds byte tokens to vocabularies of characters alone', async () => {
  const { code, said } = await run('import', 'llama', '--unseen', 'bytes', '--out', 'spelled');
  expect(code).toBe(1);
  expect(said).toContain('tokens, not of characters');
});

test('import refuses pickles, and says how to convert them', async () => {
  writeFileSync(join(folder, 'old.pt'), Uint8Array.of(0x80, 2, 0x7d, 0x71));
  const single = await run('import', 'old.pt', '--out', 'x');
  expect(single.code).toBe(1);
  expect(single.said).toContain('it is a Python pickle');
  mkdirSync(join(folder, 'old'));
  cpSync(join(golden, 'gpt2/config.json'), join(folder, 'old/config.json'));
  writeFileSync(join(folder, 'old/pytorch_model.bin'), Uint8Array.of(0x80, 2));
  expect((await run('sample', 'old')).said).toContain("M.from_pretrained('in').save_pretrained('out')");
  expect((await run('import', 'nothing', '--out', 'x')).said).toContain('model not found');
});

test('import changes sizes and vocabularies, and says what became of each tensor', async () => {
  const { code, out } = await run(
    'import',
    'gpt2',
    '--out',
    'wide',
    '--tokenizer',
    'llama',
    'width=16',
    'layers=3',
  );
  expect(code).toBe(0);
  expect(out).toContain('wide  gpt2');
  expect(out).toMatch(/embedding\/token +remapped +284 x 12 +326 x 16 +\d+ of 326 rows by token/);
  expect(out).toMatch(/block\/2\/mlp\/up\/weight +new/);
  expect(out).toMatch(/embedding\/position +resized +24 x 12 +24 x 16 +the leading \[24, 12\] taken/);
  const { model, tokenizer } = loadCheckpoint(join(folder, 'wide'));
  expect(model.config).toMatchObject({ width: 16, layers: 3, vocabulary: 326 });
  expect(tokenizer!.special).toMatchObject({ bos: 1, eos: 2 });
  const wrong = await run('import', 'gpt2', '--out', 'wrong', 'width=13');
  expect(wrong.code).not.toBe(0);
  expect(wrong.said).toContain('allowed: a multiple of the number of heads');
  expect(existsSync(join(folder, 'wrong'))).toBe(false);
});

test.each([
  [
    'a role',
    ['import', 'llama', '--out', 'said', '--as', 'next-token'],
    '--as and a folder with config.json',
  ],
  ['the model of an adapter', ['import', 'llama', '--out', 'said', '--base', 'gpt2'], '--base and a folder'],
  [
    'a tokenizer for images',
    ['import', 'autoencoder.onnx', '--as', 'autoencoder', '--tokenizer', 'llama', '--out', 'said'],
    '--tokenizer and --as autoencoder',
  ],
])('%s that nothing would be made of is refused', async (_, line, words) => {
  const { code, said } = await run(...line);
  expect(code).toBe(1);
  expect(said).toContain(words);
  expect(existsSync(join(folder, 'said'))).toBe(false);
});

test('another tokenizer may have any name', async () => {
  cpSync(join(folder, 'llama/tokenizer.json'), join(folder, 'their.json'));
  const { code, out } = await run('import', 'gpt2', '--out', 'renamed', '--tokenizer', 'their.json');
  expect([code, out]).toEqual([0, expect.stringContaining('326 tokens')]);
});

test('a model that holds its own computation keeps its size, and that is said', async () => {
  expect((await run('import', 'autoencoder.onnx', '--as', 'autoencoder', '--out', 'onnx-own')).code).toBe(0);
  const { code, said } = await run('import', 'onnx-own', '--out', 'larger', 'latent=5');
  expect(code).not.toBe(0);
  expect(said).toContain('which is for one size');
});

test('files of Keras are refused with the way to convert them', async () => {
  writeFileSync(join(folder, 'model.h5'), '\x89HDF\r\n\x1a\n', 'latin1');
  expect((await run('import', 'model.h5', '--out', 'x')).said).toContain('tensorflowjs_converter');
});
