import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatFlops } from './format-quantity.ts';

test('durations', () => {
  expect(
    [0, 0.042, 3.21, 9.96, 42.4, 59.7, 60, 61, 200, 3599, 3600, 7500, 90_000].map(formatDuration),
  ).toEqual([
    '0.00 s',
    '0.04 s',
    '3.2 s',
    '10.0 s',
    '42 s',
    '1 min',
    '1 min',
    '1 min 01 s',
    '3 min 20 s',
    '59 min 59 s',
    '1 h 00 min',
    '2 h 05 min',
    '25 h 00 min',
  ]);
});

test('bytes, operations, counts', () => {
  expect([0, 999, 1000, 999_600, 1.234e9].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '1.00 MB',
    '1.23 GB',
  ]);
  expect([0, 7.45e10, 4.25e12].map(formatFlops)).toEqual(['0 FLOP', '74.5 GFLOP', '4.25 TFLOP']);
  expect([640, 9_999, 647_000, 1.24e6].map(formatCount)).toEqual([
    '640',
    '9,999',
    '647 thousand',
    '1.24 million',
  ]);
});
