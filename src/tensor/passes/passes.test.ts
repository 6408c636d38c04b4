import { describe, expect, test } from 'vitest';
import { constant, input } from '../build.ts';
import { evaluate } from '../evaluate.ts';
import { add, exp, mul, neg } from '../functions/elementwise.ts';
import { matmul } from '../functions/linear.ts';
import { sum } from '../functions/reduction.ts';
import { gradients } from '../gradient.ts';
import { printProgram, program, topologicalOrder } from '../program.ts';
import { optimiseProgram } from './optimise-program.ts';

const count = (p: { outputs: Record<string, Parameters<typeof sum>[0]> }, op: string) =>
  topologicalOrder(Object.values(p.outputs)).filter((node) => node.op === op).length;

describe('passes', () => {
  const x = input('x', [2, 3]);

  test('equal expressions are computed once', () => {
    const p = program({ y: add(exp(mul(x, 2)), exp(mul(x, 2))) });
    expect(count(p, 'exp')).toBe(2);
    expect(count(optimiseProgram(p), 'exp')).toBe(1);
  });

  test('constants are folded, scalar factors joined, neutral elements dropped', () => {
    const y = mul(mul(add(x, 0), exp(constant(0))), mul(constant(2), 3));
    const optimised = optimiseProgram(program({ y: mul(neg(neg(y)), 0.5) }));
    expect(printProgram(optimised).split('\n').length).toBe(4);
    expect([...evaluate(optimised, { x: [1, 2, 3, 4, 5, 6] }).y!.data]).toEqual([3, 6, 9, 12, 15, 18]);
  });

  test('the values stay the same', () => {
    const w = input('w', [3, 3]);
    const y = exp(mul(matmul(x, w), 0.1));
    const p = program({ y, g: gradients(sum(mul(y, y)), [w])[0]! });
    const feeds = { x: [1, 2, 3, 4, 5, 6], w: [1, 0, 2, 0, 1, 0, 1, 1, 1] };
    const [before, after] = [evaluate(p, feeds), evaluate(optimiseProgram(p), feeds)];
    for (const name of ['y', 'g']) {
      const reference = [...before[name]!.data];
      expect([...after[name]!.data].map((v, i) => Math.abs(v - reference[i]!)).every((d) => d < 1e-10)).toBe(
        true,
      );
    }
  });

  test('a frozen parameter costs no backward work', () => {
    const frozen = input('frozen', [3, 3]);
    const free = input('free', [3, 1]);
    const loss = sum(matmul(exp(matmul(x, frozen)), free));
    const p = program({ loss, g: gradients(loss, [free])[0]! });
    // Two products forward and one for the free weight's gradient.
    expect(count(optimiseProgram(p), 'matmul')).toBe(3);
  });
});
