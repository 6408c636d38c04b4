import { expect, test } from 'vitest';
import { input } from './build.ts';
import { reshape } from './functions/arrangement.ts';
import { add, exp, mul } from './functions/elementwise.ts';
import { sum } from './functions/reduction.ts';
import { liveBytes } from './live-bytes.ts';
import { program } from './program.ts';

const x = input('x', [100]);

test('a chain holds an operand and its result', () => {
  expect(liveBytes(program({ y: exp(exp(exp(x))) }))).toBe(2 * 400);
});

test('what is read again stays, and views take nothing', () => {
  const y = exp(x);
  const z = exp(reshape(exp(y), [10, 10]));
  expect(liveBytes(program({ s: sum(mul(reshape(z, [100]), y)) }))).toBe(3 * 400);
});

test('outputs stay, inputs are not counted, open dimensions are bound', () => {
  const open = input('a', ['batch', 50]);
  expect(liveBytes(program({ a: exp(open), b: add(open, 1) }), { batch: 4 })).toBe(2 * 4 * 50 * 4);
});
