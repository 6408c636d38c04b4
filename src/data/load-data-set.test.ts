import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { writeNpy } from '../formats/npy.ts';
import { writeNpz } from '../formats/npz.ts';
import type { NumericArray, TypedArray } from '../formats/numeric-array.ts';
import { writeZip } from '../formats/zip.ts';
import { contentHash } from './content-hash.ts';
import { dataContext } from './data-context.ts';
import type { ImageSet, TextSet } from './data-set.ts';
import type { DataSource } from './data-spec.ts';
import { loadDataSet } from './load-data-set.ts';
import { namedSets } from './sources/named-sets.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
const array = (dtype: NumericArray['dtype'], shape: number[], data: TypedArray): NumericArray => ({
  dtype,
  shape,
  data,
});
const bytes = (n: number, start = 0) => Uint8Array.from({ length: n }, (_, i) => (start + i) % 256);
const context = () => dataContext(folder, undefined);
const images = async (source: DataSource) => (await loadDataSet(source, context())) as ImageSet;
const texts = async (source: DataSource) => (await loadDataSet(source, context())) as TextSet;

describe('arrays', () => {
  test('npz with splits in the names of its arrays', async () => {
    const arrays = new Map([
      ['x_train', array('uint8', [3, 2, 2], bytes(12))],
      ['y_train', array('uint8', [3], Uint8Array.from([1, 0, 1]))],
      ['x_test', array('uint8', [2, 2, 2], bytes(8, 100))],
      ['y_test', array('uint8', [2], Uint8Array.from([0, 2]))],
    ]);
    put('keras.npz', writeNpz(arrays));
    const set = await images('./keras.npz');
    expect([set.name, set.count, set.channels, set.height, set.width]).toEqual(['keras', 5, 1, 2, 2]);
    expect([...set.predefined!.train!]).toEqual([0, 1, 2]);
    expect([...set.predefined!.test!]).toEqual([3, 4]);
    expect([...set.labels!.values]).toEqual([1, 0, 1, 0, 2]);
    expect(set.labels!.names).toEqual(['0', '1', '2']);
    expect(set.provenance.files.map(({ path }) => path)).toEqual(['keras.npz']);
  });

  test('channels last, fractions, field and label by name', async () => {
    const arrays = new Map([
      ['a', array('float32', [1, 1, 2, 3], Float32Array.from([0, 0.2, 0.4, 0.6, 0.8, 1]))],
      ['b', array('int64', [1], BigInt64Array.from([4n]))],
      ['other', array('uint8', [7, 7], bytes(49))],
    ]);
    put('colour.npz', writeNpz(arrays));
    const set = await images({ path: 'colour.npz', field: 'a', label: 'b' });
    expect([set.channels, set.height, set.width]).toEqual([3, 1, 2]);
    expect([...set.pixels]).toEqual([0, 153, 51, 204, 102, 255]);
    expect([...set.labels!.values]).toEqual([4]);
    await expect(images({ path: 'colour.npz', field: 'x' })).rejects.toThrow(
      "it has no array 'x'. Arrays there: a, b, other.",
    );
  });

  test('a folder of arrays without splits: files are classes; labels.txt names numbered ones', async () => {
    put('doodles/cat.npy', writeNpy(array('uint8', [2, 16], bytes(32))));
    put('doodles/train.npy', writeNpy(array('uint8', [1, 16], bytes(16))));
    const doodles = await images('./doodles');
    expect(doodles.labels).toEqual({ values: Int32Array.from([0, 0, 1]), names: ['cat', 'train'] });
    expect(doodles.predefined).toBeUndefined();
    put('named/images.npy', writeNpy(array('uint8', [2, 4, 4], bytes(32))));
    put('named/classes.npy', writeNpy(array('uint8', [2], Uint8Array.from([255, 1]))));
    put('named/labels.txt', 'apple\npear\n');
    const named = await images('./named');
    expect(named.labels).toEqual({ values: Int32Array.from([-1, 1]), names: ['apple', 'pear'] });
  });

  test.each([
    ['one axis', array('uint8', [4], bytes(4)), 'bad-file', 'no array in it has two or more axes'],
    ['no square', array('uint8', [2, 5], bytes(10)), 'bad-file', 'its shape is 2 x 5'],
    ['values', array('float32', [1, 1, 2], Float32Array.from([-1, 3.5])), 'bad-file', 'go from -1 to 3.5'],
    ['not finite', array('float32', [1, 1, 2], Float32Array.from([0, NaN])), 'bad-file', 'value 1 is NaN'],
  ])('%s', async (name, content, code, message) => {
    put(`bad/${name}.npy`, writeNpy(content));
    const error = await images({ path: `bad/${name}.npy` }).catch((e: unknown) => e);
    expect(isGraftError(error, code as 'bad-file')).toBe(true);
    expect((error as Error).message).toContain(message);
  });

  test('classes that fit no image', async () => {
    put('short/images.npy', writeNpy(array('uint8', [3, 4, 4], bytes(48))));
    put('short/labels.npy', writeNpy(array('uint8', [2], bytes(2))));
    await expect(images('./short')).rejects.toThrow('it has 2 entries for the 3 images of images.npy');
    put('wrong/images.npy', writeNpy(array('uint8', [1, 4, 4], bytes(16))));
    put('wrong/labels.npy', writeNpy(array('uint8', [1], Uint8Array.from([7]))));
    put('wrong/labels.txt', 'a\nb\n');
    await expect(images('./wrong')).rejects.toThrow('image 0 has class 7; there are 2, numbered from 0');
  });
});

describe('pictures', () => {
  const picture = (width: number, height: number, value: number) =>
    sharp({ create: { width, height, channels: 3, background: { r: value, g: value, b: value } } })
      .png()
      .toBuffer();

  test('a folder with class folders, resized, grey, inverted', async () => {
    put('photos/light/a.png', await picture(10, 20, 255));
    put('photos/dark/b.png', await picture(30, 30, 10));
    const set = await images({ path: './photos', resize: [4, 6], channels: 1, invert: true });
    expect([set.count, set.channels, set.height, set.width]).toEqual([2, 1, 4, 6]);
    expect(set.labels).toEqual({ values: Int32Array.from([0, 1]), names: ['dark', 'light'] });
    expect([set.pixels[0], set.pixels.at(-1)]).toEqual([245, 0]);
    expect(set.provenance.files[0]!.path).toBe('photos/ (2 files)');
    await expect(images('./photos')).rejects.toThrow('Choose it with resize');
  });

  test('patches of one image are one group', async () => {
    put('pictures/first.png', await picture(8, 8, 1));
    put('pictures/second.png', await picture(9, 4, 2));
    const set = await images({ path: './pictures', patch: 4, channels: 1 });
    expect(set.groups).toEqual([...Array(4).fill('first.png'), 'second.png', 'second.png']);
    expect((await images({ path: './pictures', patch: 4, select: 'second' })).count).toBe(2);
  });
});

test('zips of one kind each become one set; other shapes and no zips are errors', async () => {
  const green = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#0f0' } })
    .png()
    .toBuffer();
  const wide = await sharp({ create: { width: 3, height: 2, channels: 3, background: '#0f0' } })
    .png()
    .toBuffer();
  const zip = (files: Record<string, Uint8Array>) => writeZip(new Map(Object.entries(files)));
  put('tiles/a(b.zip', zip({ 'a(b/x/1.png': green, 'a(b/2.png': green }));
  put('tiles/c.zip', zip({ 'c/3.png': green }));
  const set = await images({ dataset: 'dcss-tiles', path: './tiles' });
  expect(set.attributes).toEqual({ kind: ['a(b', 'a(b', 'c'], folder: ['', 'x', ''] });
  put('tiles/d.zip', zip({ 'd/4.png': wide }));
  await expect(images({ dataset: 'dcss-tiles', path: './tiles' })).rejects.toThrow(
    'images of d are 3x2x3, those of a(b 3x2x2. Set resize',
  );
  put('empty/x.txt', 'x');
  await expect(images({ dataset: 'dcss-tiles', path: './empty' })).rejects.toThrow(
    'it holds no zip of images',
  );
});

test('docs/data.md names every data set', () => {
  const docs = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8');
  expect(Object.keys(namedSets).filter((name) => !docs.includes(name))).toEqual([]);
});

describe('texts', () => {
  test('running text, lines and whole files', async () => {
    put('book.txt', 'One line.\r\nAnother.\n\n');
    expect(await texts('./book.txt')).toMatchObject({
      unit: 'running',
      documents: ['One line.\nAnother.\n\n'],
    });
    expect(await texts({ path: 'book.txt', unit: 'line' })).toMatchObject({
      unit: 'item',
      documents: ['One line.', 'Another.'],
    });
    put('speeches/1.txt', 'first');
    put('speeches/2.txt', 'second');
    put('speeches/README.md', 'about');
    expect(await texts('./speeches')).toMatchObject({
      unit: 'running',
      documents: ['first', 'second'],
      groups: ['1', '2'],
      attributes: { file: ['1', '2'] },
    });
  });

  test('JSON lines with attributes', async () => {
    put('records.jsonl', '{"text": "a", "lang": "en", "n": 1}\n{"text": "b", "lang": "it", "n": null}\n');
    const set = await texts('./records.jsonl');
    expect(set).toMatchObject({ unit: 'item', documents: ['a', 'b'], attributes: { lang: ['en', 'it'] } });
    expect((await texts({ path: 'records.jsonl', select: { lang: 'it' } })).documents).toEqual(['b']);
    await expect(texts({ path: 'records.jsonl', field: 'txt' })).rejects.toThrow("Did you mean 'text'?");
  });

  test('tunes', async () => {
    put('tunes.abc', '% head\nX: 4\nT:One\nK:D\nabc|\n\nwords\nX:9\nT:Two\nK:G\nd|');
    expect((await texts('./tunes.abc')).documents).toEqual([
      'X:1\nT:One\nK:D\nabc|\n',
      'X:1\nT:Two\nK:G\nd|\n',
    ]);
    put('none.abc', 'T:no number\n');
    await expect(texts('./none.abc')).rejects.toThrow("no line begins with 'X:'");
  });
});

describe('what cannot be', () => {
  test.each([
    ['an unknown name', 'mnits', 'unknown-name', "Did you mean 'mnist'?"],
    ['a set that is not there', 'mnist', 'file-not-found', 'set GRAFT_DATA'],
    ['a path that is not there', './nothing', 'file-not-found', 'nothing'],
    ['a size for text', { path: 'book.txt', resize: 28 }, 'conflict', "option 'resize' and data set book"],
    ['a text unit for images', { path: './doodles', unit: 'line' }, 'conflict', "option 'unit'"],
    ['patches of arrays', { path: './doodles', patch: 2 }, 'conflict', "option 'patch'"],
    ['patch and resize', { path: './pictures', patch: 2, resize: 3 }, 'conflict', 'patches are cut'],
  ] as [string, DataSource, 'conflict', string][])('%s', async (_, source, code, message) => {
    const error = await loadDataSet(source, context()).catch((e: unknown) => e);
    expect((error as Error).message).toContain(message);
    expect(isGraftError(error, code)).toBe(true);
  });
});

test('equal sources are read once, and the hash is that of the content', async () => {
  const shared = context();
  const [a, b] = await Promise.all([
    loadDataSet('./doodles', shared),
    loadDataSet({ path: './doodles' }, shared),
  ]);
  expect(a).toBe(b);
  expect(contentHash(a)).toBe(contentHash(await images('./doodles')));
  expect(contentHash(a)).not.toBe(contentHash(await images({ path: './doodles', select: 'cat' })));
});

describe('reshaping arrays', () => {
  test('padding keeps the pixels; grey to colour and back keeps the values', async () => {
    put('square.npy', writeNpy(array('uint8', [1, 2, 2], Uint8Array.from([1, 2, 3, 4]))));
    const padded = await images({ path: 'square.npy', resize: 4, fit: 'pad' });
    expect([...padded.pixels]).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]);
    await expect(images({ path: 'square.npy', resize: 1, fit: 'pad' })).rejects.toThrow(
      "images' own size, [2, 2]",
    );
    const colour = await images({ path: 'square.npy', channels: 3 });
    expect([...colour.pixels]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
    put('colour.npy', writeNpy(array('uint8', [1, 3, 2, 2], colour.pixels)));
    expect([...(await images({ path: 'colour.npy', channels: 1 })).pixels]).toEqual([1, 2, 3, 4]);
  });

  test('constant images stay constant at any size', async () => {
    put('flat.npy', writeNpy(array('uint8', [1, 7, 7], new Uint8Array(49).fill(77))));
    for (const size of [3, 7, 16]) {
      const set = await images({ path: 'flat.npy', resize: size });
      expect([...new Set(set.pixels)]).toEqual([77]);
      expect(set.pixels.length).toBe(size * size);
    }
  });
});
