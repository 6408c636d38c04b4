import { expect, test } from 'vitest';
import { blockedInputs } from './blocked-gradients.ts';
import { input } from './build.ts';
import { gather } from './functions/arrangement.ts';
import { add, cast, floor, less, mul, where } from './functions/elementwise.ts';
import { argMax } from './functions/reduction.ts';

const a = input('a', [3]);
const b = input('b', [3]);
const table = input('table', [4, 2]);
const names = new Set(['a', 'b', 'table']);
const found = (...outputs: Parameters<typeof blockedInputs>[0]) =>
  blockedInputs(outputs, names).map(({ name, by }) => [name, by.op]);

test('what lies behind rounding alone is blocked, by that', () => {
  expect(found(mul(floor(mul(a, 2)), b))).toEqual([['a', 'floor']]);
});

test('a second way around is enough', () => {
  expect(found(add(floor(a), a))).toEqual([]);
});

test('conditions and indices pass no gradient', () => {
  expect(found(where(less(a, 0), b, 1))).toEqual([['a', 'less']]);
  expect(found(gather(table, argMax(a, 0), 0))).toEqual([['a', 'arg-max']]);
});

test('the blame is on what turns numbers into something without gradient, not on what follows', () => {
  expect(found(cast(mul(cast(b, 'int32'), cast(a, 'int32')), 'float32')).sort()).toEqual([
    ['a', 'cast'],
    ['b', 'cast'],
  ]);
});
