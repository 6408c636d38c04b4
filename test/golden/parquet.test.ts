/** Tables that pyarrow wrote (`formats/generate.py`), in every compression that is read. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  describeParquet,
  readParquetBytes,
  readParquetIntegers,
  readParquetText,
} from '../../src/formats/parquet.ts';

const read = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`formats/${name}`, import.meta.url))));

const texts = ['one', 'two\n', 'drei', 'quatre é', 'пять', '六'];

describe.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'version-2', 'plain'])('%s', (codec) => {
  const name = `${codec}.parquet`;
  const bytes = read(name);

  test('columns', () => {
    expect(describeParquet(bytes, name)).toEqual({
      rows: 6,
      columns: [
        { name: 'id', kind: 'integer' },
        { name: 'text', kind: 'text' },
        { name: 'gap', kind: 'text' },
        { name: 'bytes', kind: 'bytes' },
        { name: 'image', kind: 'image' },
        { name: 'list', kind: 'other' },
        { name: 'many', kind: 'text' },
      ],
    });
  });

  test('values', async () => {
    expect(await readParquetText(bytes, name)).toEqual(texts);
    expect(await readParquetText(bytes, name, 'many')).toEqual(texts.map((_, i) => (i === 5 ? 'b' : 'a')));
    expect(await readParquetIntegers(bytes, name, 'id')).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
    const raw = await readParquetBytes(bytes, name, 'bytes');
    expect(raw.map((value) => [...value])).toEqual(texts.map((_, i) => [i, 255 - i]));
    const images = await readParquetBytes(bytes, name, 'image');
    expect(images.map((value) => [...value])).toEqual(texts.map((_, i) => [i, 0x80]));
  });

  test('a gap is an error that names the row', async () => {
    await expect(readParquetText(bytes, name, 'gap')).rejects.toThrow(
      `${name} is not a valid parquet file (at column 'gap', row 1): the value is missing (null).`,
    );
  });
});

test('a larger table, with dictionaries that overflow into plain pages', async () => {
  const bytes = read('large.parquet');
  const values = await readParquetText(bytes, 'large.parquet');
  expect(values).toHaveLength(20_000);
  expect(values.every((value, i) => value === `row ${(i * 7919) % 1009} of ${i % 50}`)).toBe(true);
  const labels = await readParquetIntegers(bytes, 'large.parquet');
  expect(labels.every((value, i) => value === i % 3)).toBe(true);
  expect(describeParquet(bytes, '').columns.find(({ name }) => name === 'label')!.classes).toEqual([
    'a',
    'b',
    'c',
  ]);
});
