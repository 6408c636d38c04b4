import { expect, test } from 'vitest';
import { input } from './build.ts';
import { evaluate } from './evaluate.ts';
import * as e from './functions/elementwise.ts';
import * as reduction from './functions/reduction.ts';
import { gradients } from './gradient.ts';
import { program } from './program.ts';
import type { Tensor } from './tensor.ts';

test('values at which formulas meet infinities', () => {
  const evaluateOne = (build: (x: Tensor) => Tensor, values: number[]) => {
    const x = input('x', [values.length]);
    const y = build(x);
    const [dx] = gradients(reduction.sum(y), [x]);
    const found = evaluate(program({ y, dx: dx! }), { x: values });
    return { y: [...found.y!.data], dx: [...found.dx!.data] };
  };
  // Not a number goes through a clamp, that it may be noticed.
  expect(evaluateOne((x) => e.clamp(x, -1, 1), [Number.NaN, 2, -2, 0.5])).toEqual({
    y: [Number.NaN, 1, -1, 0.5],
    dx: [1, 0, 0, 1],
  });
  expect(evaluateOne((x) => reduction.logsumexp(x, 0, true), [-Infinity, -Infinity]).y).toEqual([-Infinity]);
  expect(evaluateOne((x) => e.pow(x, e.mul(x, 0)), [0, 2])).toEqual({ y: [1, 1], dx: [0, 0] });
});
