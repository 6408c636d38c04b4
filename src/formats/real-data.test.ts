/** Every reader on real files of its format. Skipped where the shared data folder is absent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { detectFormat } from './detect-format.ts';
import { readIdxFile } from './idx.ts';
import { readImageFile, readImageFolder, readImageZipFile } from './image-folder.ts';
import { readNpyFile } from './npy.ts';
import { readNpzFile } from './npz.ts';
import { elementCount } from './numeric-array.ts';
import { readLinesFile, readTextFile, readTextFolder } from './plain-text.ts';
import { readSafetensorsFile } from './safetensors.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const data = (path: string) => join(shared, 'data', path);

describe.skipIf(!existsSync(data('mnist')))('real files (needs the shared data folder)', () => {
  test.each([
    ['mnist/train-images-idx3-ubyte.gz', [30_000, 28, 28]],
    ['mnist/train-labels-idx1-ubyte.gz', [30_000]],
    ['mnist/t10k-images-idx3-ubyte.gz', [10_000, 28, 28]],
    ['mnist/t10k-labels-idx1-ubyte.gz', [10_000]],
    ['fashion-mnist/train-images-idx3-ubyte.gz', [3_882, 28, 28]],
    ['fashion-mnist/t10k-labels-idx1-ubyte.gz', [1_000]],
  ])('%s', (path, shape) => {
    const array = readIdxFile(data(path));
    expect(array.dtype).toBe('uint8');
    expect(array.shape).toEqual(shape);
    expect(array.data).toHaveLength(elementCount(shape));
  });

  test("MNIST's first digits and its mean brightness", () => {
    const labels = readIdxFile(data('mnist/train-labels-idx1-ubyte.gz')).data as Uint8Array;
    expect([...labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    const pixels = readIdxFile(data('mnist/train-images-idx3-ubyte.gz')).data as Uint8Array;
    let sum = 0;
    for (const value of pixels) sum += value;
    expect(sum / pixels.length / 255).toBeCloseTo(0.13, 2);
  });

  test('KMNIST as npz: 1,000 of each class', () => {
    const images = readNpzFile(data('kmnist/kmnist-test-imgs.npz')).get('arr_0')!;
    expect([images.dtype, images.shape]).toEqual(['uint8', [10_000, 28, 28]]);
    const labels = readNpzFile(data('kmnist/kmnist-test-labels.npz')).get('arr_0')!;
    const counts = new Array<number>(10).fill(0);
    for (const label of labels.data) counts[Number(label)]!++;
    expect(counts).toEqual(new Array(10).fill(1000));
  });

  test('CIFAR-10 as npz', () => {
    const train = readNpzFile(data('cifar10/train-images.npz'));
    expect(train.get('images')!.shape).toEqual([4_000, 32, 32, 3]);
    expect(train.get('labels')!.shape).toEqual([4_000]);
    const labelsOnly = readNpzFile(data('cifar10/test.npz'), (name) => name === 'labels');
    expect([...labelsOnly.keys()]).toEqual(['labels']);
    expect(labelsOnly.get('labels')!.shape).toEqual([1_000]);
  });

  test.each(['cat', 'rainbow', 'train'])('QuickDraw %s as npy', (name) => {
    const array = readNpyFile(data(`quickdraw/${name}.npy`));
    expect([array.dtype, array.shape]).toEqual(['uint8', [1000, 784]]);
  });

  test('texts, lines and folders of texts', () => {
    const text = readTextFile(data('tinyshakespeare/tinyshakespeare.txt'));
    expect(text).toHaveLength(1_115_394);
    expect(new Set(text).size).toBe(65);
    const names = readLinesFile(data('names/names.txt'));
    expect(names).toHaveLength(32_033);
    expect(new Set(names).size).toBe(29_494);
    const speeches = readTextFolder(data('inaugural'));
    expect(speeches).toHaveLength(59);
    expect(speeches[0]!.name).toBe('1789-Washington.txt');
    expect(readTextFolder(data('nottingham-abc'), ['.abc'])).toHaveLength(14);
  });

  test.each([
    ['item', 623, 13],
    ['mon', 695, 0],
    ['dngn', 1105, 0],
    ['player', 817, 19],
  ])('game tiles: %s', async (name, count, classes) => {
    const set = await readImageZipFile(data(`dcss-tiles/${name}.zip`));
    expect(set.images.shape).toEqual([count, 3, 32, 32]);
    expect(set.names).toEqual([...set.names].sort());
    expect(set.classes).toHaveLength(classes);
    expect(set.labels?.length).toBe(classes === 0 ? undefined : count);
    const corner = (i: number) =>
      Array.from((set.images.data as Uint8Array).subarray(i * 3072, i * 3072 + 1));
    // The corners of most sprites are transparent, so black.
    if (name === 'mon')
      expect(set.names.filter((_, i) => corner(i)[0] === 0).length).toBeGreaterThan(count / 2);
  });

  test.each([
    ['starry_night_google', 1240],
    ['the_scream', 1739],
    ['shipwreck', 600],
  ])('a painting in patches: %s', async (name, count) => {
    const set = await readImageFile(data(`paintings/${name}.jpg`), { patch: 32 });
    expect(set.images.shape).toEqual([count, 3, 32, 32]);
    expect(new Set<number | bigint>(set.images.data).size).toBeGreaterThan(200);
  });

  test('paintings resized to one grey shape, with the mean brightness kept', async () => {
    const size = { height: 24, width: 32 };
    const small = await readImageFolder(data('paintings'), { size, channels: 1, fit: 'fill' });
    const large = await readImageFolder(data('paintings'), {
      size: { height: 240, width: 320 },
      channels: 1,
      fit: 'fill',
    });
    expect(small.images.shape).toEqual([3, 1, 24, 32]);
    const mean = (values: Iterable<number | bigint>, n: number) =>
      [...values].reduce<number>((s, v) => s + Number(v), 0) / n;
    expect(mean(small.images.data, small.images.data.length)).toBeCloseTo(
      mean(large.images.data, large.images.data.length),
      0,
    );
  });

  test('the form of each is recognised', () => {
    const forms = {
      'mnist/train-images-idx3-ubyte.gz': 'idx',
      'kmnist/kmnist-test-imgs.npz': 'npz',
      'quickdraw/cat.npy': 'npy',
      'dcss-tiles/mon.zip': 'image-zip',
      paintings: 'image-folder',
      'paintings/the_scream.jpg': 'image',
      'names/names.txt': 'text',
      inaugural: 'text-folder',
      'nottingham-abc/jigs.abc': 'text',
    };
    for (const [path, form] of Object.entries(forms))
      expect([path, detectFormat(data(path))]).toEqual([path, form]);
  });

  test('a classifier as safetensors', () => {
    const path = join(shared, 'models/mnist-cnn/mnist.safetensors');
    const { tensors } = readSafetensorsFile(path);
    expect(tensors.get('fc1.weight')!.shape).toEqual([32, 11616]);
    expect(tensors.get('norm1.num_batches_tracked')!.data).toBeInstanceOf(BigInt64Array);
    for (const { dtype, data } of tensors.values())
      if (dtype === 'float32') expect((data as Float32Array).every(Number.isFinite)).toBe(true);
    const biases = readSafetensorsFile(path, (name) => name.endsWith('.bias')).tensors;
    expect(biases.get('conv1.bias')).toEqual(tensors.get('conv1.bias'));
    expect([...biases.keys()].every((name) => name.endsWith('.bias'))).toBe(true);
  });
});
