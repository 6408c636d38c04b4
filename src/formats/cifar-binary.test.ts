import { expect, test } from 'vitest';
import { readCifarBinary } from './cifar-binary.ts';

/** Records with the given labels; the pixels of record i are i + 1. */
const records = (...labels: number[][]) =>
  new Uint8Array(labels.flatMap((label, i) => [...label, ...new Array<number>(3072).fill(i + 1)]));

test('CIFAR-10', () => {
  const batch = readCifarBinary(records([9], [0]), 'a.bin');
  expect(batch.kind).toBe('cifar-10');
  expect(batch.images.shape).toEqual([2, 3, 32, 32]);
  expect([...batch.labels]).toEqual([9, 0]);
  expect([0, 3071, 3072, 6143].map((i) => batch.images.data[i])).toEqual([1, 1, 2, 2]);
  expect(batch.coarseLabels).toBeUndefined();
});

test('CIFAR-100: the second label is the class', () => {
  const batch = readCifarBinary(records([19, 99], [3, 7], [0, 0]), 'a.bin');
  expect(batch.kind).toBe('cifar-100');
  expect([...batch.labels]).toEqual([99, 7, 0]);
  expect([...batch.coarseLabels!]).toEqual([19, 3, 0]);
});

test('a kind that does not fit is an error', () => {
  expect(() => readCifarBinary(records([1]), 'a.bin', 'cifar-100')).toThrow('no multiple of');
});
