import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rewriteProgram } from '../../src/onnx/rewrites/rewrite-program.ts';
import { stream } from '../../src/random.ts';
import { constant, input } from '../../src/tensor/build.ts';
import { evaluate } from '../../src/tensor/evaluate.ts';
import type { Array64 } from '../../src/tensor/evaluate-rules/array.ts';
import { pad } from '../../src/tensor/functions/arrangement.ts';
import { add, reciprocal } from '../../src/tensor/functions/elementwise.ts';
import { shareCommonSubexpressions } from '../../src/tensor/passes/common-subexpressions.ts';
import { cut } from '../../src/tensor/passes/cut.ts';
import { foldConstants } from '../../src/tensor/passes/fold-constants.ts';
import { optimiseProgram } from '../../src/tensor/passes/optimise-program.ts';
import { simplify } from '../../src/tensor/passes/simplify.ts';
import {
  type Program,
  printProgram,
  program,
  programHash,
  topologicalOrder,
} from '../../src/tensor/program.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { choices, randomProgram } from './random-program.ts';

const passes: Readonly<Record<string, (p: Program) => Program>> = {
  'sharing common subexpressions': shareCommonSubexpressions,
  'folding constants': foldConstants,
  simplifying: simplify,
  'all passes': optimiseProgram,
  'rewrites for the engine': rewriteProgram,
  'all that happens before compiling': (p) => rewriteProgram(optimiseProgram(p)),
};

const seeds = fc.nat(1e6);
const runs = { numRuns: 300 };

function feedsOf(p: Program, seed: number): Record<string, Float64Array> {
  return Object.fromEntries(
    p.inputs.map(({ attributes: { name, shape } }) => [
      name,
      stream(seed)
        .child(name)
        .normals(sizeOf(shape as number[])) as Float64Array,
    ]),
  );
}

const nodes = (p: Program): number => topologicalOrder(Object.values(p.outputs)).length;

function expectSame(received: Record<string, Array64>, expected: Record<string, Array64>): void {
  expect(Object.keys(received)).toEqual(Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(received[name]!.shape).toEqual(shape);
    data.forEach((value, i) => {
      const got = received[name]!.data[i]!;
      if (Object.is(got, value) || got === value) return;
      // Factors that were joined round otherwise.
      expect(Math.abs(got - value), `${name}[${i}]: ${got} instead of ${value}`).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(value)),
      );
    });
  }
}

describe('no pass changes what a program computes', () => {
  test.each(Object.entries(passes))('%s', (_, pass) => {
    fc.assert(
      fc.property(choices, seeds, (drawn, seed) => {
        const p = randomProgram(drawn);
        const passed = pass(p);
        const feeds = feedsOf(p, seed);
        expectSame(evaluate(passed, feeds), evaluate(p, feeds));
        for (const [name, { shape, dtype }] of Object.entries(p.outputs))
          expect(passed.outputs[name]).toMatchObject({ shape, dtype });
      }),
      runs,
    );
  });
});

test('what passes leave is no longer than before, and needs no pass again', () => {
  fc.assert(
    fc.property(choices, (drawn) => {
      const p = randomProgram(drawn);
      const shared = shareCommonSubexpressions(p);
      expect(nodes(optimiseProgram(p))).toBeLessThanOrEqual(nodes(p));
      expect(printProgram(shareCommonSubexpressions(shared))).toBe(printProgram(shared));
      const lines = printProgram(shared)
        .split('\n')
        .map((line) => line.replace(/^%\d+ = /, ''));
      const computed = lines.filter((line) => /^[a-z-]+\(/.test(line));
      expect(new Set(computed).size).toBe(computed.length);
    }),
    runs,
  );
});

test('a program that was cut computes in two parts what it computed in one', () => {
  fc.assert(
    fc.property(
      choices,
      seeds,
      fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
      (drawn, seed, places) => {
        const p = randomProgram(drawn);
        const order = topologicalOrder(Object.values(p.outputs));
        const at = Object.fromEntries(
          [...new Set(places.map((place) => order[place % order.length]!))].map((node, i) => [
            `cut ${i}`,
            node.outputs[0]!,
          ]),
        );
        const { below, above } = cut(p, at);
        const feeds = feedsOf(p, seed);
        const middle = evaluate(below, feeds);
        const known = Object.fromEntries(Object.entries(middle).map(([name, { data }]) => [name, data]));
        expectSame(evaluate(above, { ...feeds, ...known }), evaluate(p, feeds));
      },
    ),
    runs,
  );
});

test('a sum of padded tensors that also broadcast is not taken for their concatenation', () => {
  const [column, row] = [input('column', [2, 1]), input('row', [1, 2])];
  const p = program({ y: add(pad(column, [0, 0], [0, 2]), pad(row, [0, 1], [0, 0])) });
  const feeds = { column: [1, 2], row: [3, 4] };
  expectSame(evaluate(rewriteProgram(p), feeds), evaluate(p, feeds));
});

test('nodes that differ in an infinite number or in the sign of a zero are not taken for equal', () => {
  const x = input('x', [2]);
  const padded = (value: number) => pad(x, [1], [0], 'constant', value);
  const infinite = program({ low: padded(-Infinity), high: padded(Infinity), none: padded(Number.NaN) });
  const feeds = { x: [1, 2] };
  expectSame(evaluate(optimiseProgram(infinite), feeds), evaluate(infinite, feeds));
  const zeros = program({ high: add(x, reciprocal(constant(0))), low: add(x, reciprocal(constant(-0))) });
  expectSame(evaluate(optimiseProgram(zeros), feeds), evaluate(zeros, feeds));
  expect(programHash(program({ y: padded(-Infinity) }))).not.toBe(
    programHash(program({ y: padded(Infinity) })),
  );
});
