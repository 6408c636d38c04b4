import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraftError } from '../../src/errors.ts';
import { stream } from '../../src/random.ts';
import { constant } from '../../src/tensor/build.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { mul } from '../../src/tensor/functions/elementwise.ts';
import { sum } from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { gradientRules } from '../../src/tensor/gradient-rules/index.ts';
import type { OpName } from '../../src/tensor/ops.ts';
import { type Dimension, sizeOf } from '../../src/tensor/shape.ts';
import { applyDraw, bound, boundDraw, feedsOf } from './apply-draw.ts';
import { affine, type Draw, operationDraws } from './operation-draws.ts';

const ops = Object.keys(operationDraws) as OpName[];
const draws = (op: OpName): fc.Arbitrary<Draw> => operationDraws[op] as fc.Arbitrary<Draw>;
const sizes = fc.record({ b: fc.integer({ min: 1, max: 3 }), t: fc.integer({ min: 1, max: 3 }) });
const seeds = fc.nat(1e6);
const runs = { numRuns: 40 };

const symbolic = (shapes: readonly (readonly Dimension[])[]) =>
  shapes.some((shape) => shape.some((d) => typeof d === 'string'));

describe('shapes of every operation', () => {
  test.each(ops)('%s: as counted, with open dimensions and without', (op) => {
    fc.assert(
      fc.property(draws(op), sizes, (draw, values) => {
        const open = applyDraw(op, draw);
        expect(open.outputs.map(({ shape }) => shape)).toEqual(draw.expected);
        const closed = applyDraw(op, boundDraw(draw, values));
        expect(closed.outputs.map(({ shape }) => shape)).toEqual(
          open.outputs.map(({ shape }) => bound(shape, values)),
        );
      }),
      runs,
    );
  });

  test.each(ops.filter((op) => op !== 'input'))('%s: those of what is computed', (op) => {
    fc.assert(
      fc.property(draws(op), sizes, seeds, (draw, values, seed) => {
        const closed = boundDraw(draw, values);
        const feeds = feedsOf(closed, stream(seed));
        const results = evaluateTensors(applyDraw(op, closed).outputs, feeds);
        results.forEach(({ shape, data }, i) => {
          expect(shape).toEqual(closed.expected[i]);
          expect(data.length).toBe(sizeOf(shape));
          expect(data.some(Number.isNaN)).toBe(false);
        });
        if (!symbolic(draw.operands.map(({ shape }) => shape))) return;
        expect(evaluateTensors(applyDraw(op, draw).outputs, feeds, values)).toEqual(results);
      }),
      runs,
    );
  });
});

const differentiable = ops.filter((op) => gradientRules[op] !== 'none');

describe('gradients of every operation', () => {
  test.each(differentiable)('%s: as large as the operands, and finite', (op) => {
    fc.assert(
      fc.property(draws(op), sizes, seeds, (draw, values, seed) => {
        const closed = boundDraw(draw, values);
        const node = applyDraw(op, closed);
        const outputs = node.outputs.filter(({ dtype }) => dtype === 'float32');
        const wrt = node.inputs.filter(({ dtype }) => dtype === 'float32');
        const found = gradients(outputs, wrt);
        expect(found.map(({ shape }) => shape)).toEqual(wrt.map(({ shape }) => shape));
        for (const { data, shape } of evaluateTensors(found, feedsOf(closed, stream(seed)))) {
          expect(data.length).toBe(sizeOf(shape));
          expect(data.every(Number.isFinite)).toBe(true);
        }
      }),
      runs,
    );
  });

  test.each(affine)('%s: the change along any direction, which is exact for an affine operation', (op) => {
    fc.assert(
      fc.property(draws(op), sizes, seeds, (draw, values, seed) => {
        const closed = boundDraw(draw, values);
        const node = applyDraw(op, closed);
        const [output] = node.outputs;
        const random = stream(seed);
        if (output!.dtype !== 'float32') return;
        const size = sizeOf(output!.shape as number[]);
        const weights = random.child('weights').normals(size) as Float64Array;
        const total = sum(mul(output!, constant(weights, output!.shape as number[])));
        const feeds = feedsOf(closed, random.child('feeds'));
        const names = node.inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
        const found = gradients(
          total,
          names.map((i) => node.inputs[i]!),
        );
        const [start, ...slopes] = evaluateTensors([total, ...found], feeds);
        names.forEach((at, i) => {
          const before = feeds[`x${at}`]!;
          const step = random.child('step').child(at).normals(before.length);
          const moved = { ...feeds, [`x${at}`]: before.map((v, j) => v + step[j]!) };
          const change = evaluateTensors([total], moved)[0]!.data[0]! - start!.data[0]!;
          const predicted = slopes[i]!.data.reduce((s, v, j) => s + v * step[j]!, 0);
          expect(predicted).toBeCloseTo(change, 7);
        });
      }),
      runs,
    );
  });
});

const badNumbers = fc.constantFrom<Dimension>(-1, 0, 0.5, 4, 99, Number.NaN, Number.POSITIVE_INFINITY);
const badDimensions = fc.oneof(badNumbers, fc.constantFrom<Dimension>('b', 'other', ''));

/** A list with an entry changed, added or taken away. */
const spoilList = (list: readonly Dimension[], entries: fc.Arbitrary<Dimension>) =>
  fc
    .tuple(fc.constantFrom('change', 'add', 'remove'), fc.nat(), entries)
    .map(([kind, place, value]): Dimension[] => {
      const at = list.length === 0 ? 0 : place % list.length;
      if (kind === 'add' || list.length === 0) return [...list.slice(0, at), value, ...list.slice(at)];
      if (kind === 'remove') return list.filter((_, i) => i !== at);
      return list.map((v, i) => (i === at ? value : v));
    });

/** A draw in which one operand or attribute was changed: most, but not all, are wrong now. */
function spoilDraw(draw: Draw): fc.Arbitrary<Draw> {
  const operands = draw.operands.map((operand, at) =>
    fc
      .tuple(
        spoilList(operand.shape, badDimensions),
        fc.constantFrom('float32', 'int32', 'bool'),
        fc.boolean(),
      )
      .map(([shape, dtype, kindOnly]): Draw => {
        const changed = kindOnly ? { ...operand, dtype: dtype as 'bool' } : { ...operand, shape };
        return { ...draw, operands: draw.operands.map((o, i) => (i === at ? changed : o)) };
      }),
  );
  const attributes = Object.entries(draw.attributes).flatMap(([key, value]) => {
    const set = (v: unknown): Draw => ({ ...draw, attributes: { ...draw.attributes, [key]: v } as never });
    if (Array.isArray(value)) return [spoilList(value as number[], badNumbers).map(set)];
    return typeof value === 'number' && key !== 'value' ? [badNumbers.map(set)] : [];
  });
  const all = [...operands, ...attributes];
  return all.length === 0 ? fc.constant(draw) : fc.oneof(...all);
}

test.each(ops.filter((op) => op !== 'input'))(
  '%s: what does not fit is answered with a coded error, what fits is computed',
  (op) => {
    const spoilt = draws(op).chain((draw) => spoilDraw(boundDraw(draw, { b: 2, t: 3 })));
    fc.assert(
      fc.property(spoilt, seeds, (draw, seed) => {
        const node = attempt(() => applyDraw(op, draw));
        if (node === undefined) return;
        for (const { shape } of node.outputs) {
          for (const d of shape)
            expect(typeof d === 'string' ? d.length > 0 : Number.isInteger(d) && d >= 0).toBe(true);
        }
        if (symbolic([...draw.operands, ...node.outputs].map(({ shape }) => shape))) return;
        const results = attempt(() => evaluateTensors(node.outputs, feedsOf(draw, stream(seed))));
        results?.forEach(({ data }, i) => {
          expect(data.length).toBe(sizeOf(node.outputs[i]!.shape as number[]));
        });
      }),
      { numRuns: 150 },
    );
  },
);

/** The result, or undefined where a coded error says why there is none. */
function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    if (error instanceof GraftError) return undefined;
    throw error;
  }
}
