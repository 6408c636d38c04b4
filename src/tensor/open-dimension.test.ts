import { describe, expect, test } from 'vitest';
import { constant, input } from './build.ts';
import { evaluate } from './evaluate.ts';
import { expand, pad, reshape, slice, transpose } from './functions/arrangement.ts';
import { add, mul } from './functions/elementwise.ts';
import { matmul } from './functions/linear.ts';
import { softmax } from './functions/loss.ts';
import { sum } from './functions/reduction.ts';
import { instantiateProgram } from './instantiate-program.ts';
import { openDimension } from './open-dimension.ts';
import { program } from './program.ts';
import type { Tensor } from './tensor.ts';

/** The program that `make` builds for each size, with that size open. */
const opened = (make: (size: number) => Tensor, sizes: readonly [number, number] = [37, 41]) => {
  const [a, b] = sizes.map((size) => ({ size, outputs: { y: make(size) } }));
  return openDimension('batch', a!, b!);
};

const attention = (size: number): Tensor => {
  const x = input('x', [size, 6]);
  const heads = transpose(reshape(x, [size, 3, 2]), [1, 0, 2]);
  const scores = softmax(matmul(heads, heads, { transposeB: true }));
  return reshape(transpose(matmul(scores, heads), [1, 0, 2]), [1, 6 * size]);
};

describe('a dimension is opened where everything is a multiple of it', () => {
  test.each([
    ['products of dimensions, squares too', attention],
    ['a whole axis sliced beside a part', (n: number) => slice(input('x', [n, 6]), 1, 1, 4)],
    [
      'constants that repeat for each example',
      (n: number) =>
        mul(
          input('x', [n, 6]),
          constant(
            Float64Array.from({ length: 6 * n }, (_, i) => i % 6),
            [n, 6],
          ),
        ),
    ],
    ['repeated values', (n: number) => add(input('x', [n, 6]), expand(constant(2), [n, 6]))],
  ] as const)('%s', (_, make) => {
    const open = opened(make);
    for (const n of [1, 2, 5]) {
      const x = Float64Array.from({ length: 6 * n }, (_, i) => Math.sin(i));
      const closed = instantiateProgram(
        { outputs: open },
        ({ attributes: { name } }) => input(name, [n, 6]),
        { batch: n },
      );
      expect(evaluate(program(closed), { x })).toEqual(evaluate(program({ y: make(n) }), { x }));
      expect(evaluate(program(open), { x }, { batch: n })).toEqual(evaluate(program(closed), { x }));
    }
  });
});

describe('what depends on the number of examples in another way is refused', () => {
  test.each([
    [
      'a size that grows by one',
      (n: number) => pad(input('x', [n, 6]), [0, 0], [1, 0]),
      'cannot be padded|a size is|after',
    ],
    ['a part of the examples', (n: number) => slice(input('x', [n, 6]), 0, 0, n - 1), 'size is'],
    [
      'a constant that counts them',
      (n: number) =>
        mul(
          input('x', [n, 6]),
          constant(
            Float64Array.from({ length: n }, (_, i) => i),
            [n, 1],
          ),
        ),
      'other values for each example',
    ],
    [
      'other operations',
      (n: number) => (n > 40 ? sum(input('x', [n, 6]), 1) : reshape(slice(input('x', [n, 6]), 1, 0, 1), [n])),
      'something else',
    ],
  ] as const)('%s', (_, make: (n: number) => Tensor, text) => {
    expect(() => opened(make)).toThrow(new RegExp(text));
  });
});
