import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { evaluationBatches, planBatches } from './batches.ts';

const sizes = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 70 }), fc.nat());

describe('planBatches', () => {
  test('after any k epochs every item was seen k times, and batches have one size', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 3 }), ([count, batch, seed], epochs) => {
        const plan = planBatches(count, batch, stream(seed));
        expect(plan.size).toBe(Math.min(batch, count));
        const seen: number[] = [];
        for (let step = 0; seen.length < epochs * count; step++) {
          const indices = plan.indices(step);
          expect(indices.length).toBe(plan.size);
          seen.push(...indices);
        }
        const times = new Array<number>(count).fill(0);
        for (const i of seen.slice(0, epochs * count)) times[i]!++;
        expect(times).toEqual(new Array(count).fill(epochs));
      }),
    );
  });

  test('a step does not depend on the steps before it', () => {
    fc.assert(
      fc.property(sizes, fc.nat(40), ([count, batch, seed], step) => {
        const plan = planBatches(count, batch, stream(seed));
        plan.indices(3);
        const later = plan.indices(step);
        expect([...planBatches(count, batch, stream(seed)).indices(step)]).toEqual([...later]);
      }),
    );
  });

  test('epochs are in different orders', () => {
    const plan = planBatches(50, 50, stream(1));
    expect([...plan.indices(0)]).not.toEqual([...plan.indices(1)]);
  });

  test('nothing to train on is an error', () => {
    expect(() => planBatches(0, 10, stream(0))).toThrow('number of training items is 0');
    expect(() => planBatches(10, 0, stream(0))).toThrow('batch size is 0');
  });
});

test('evaluation covers every item once, in order, in batches of one size', () => {
  fc.assert(
    fc.property(sizes, ([count, batch]) => {
      const batches = evaluationBatches(count, batch);
      expect(new Set(batches.map((b) => b.indices.length))).toEqual(new Set([Math.min(count, batch)]));
      const items = batches.flatMap(({ indices, valid }) => [...indices.slice(0, valid)]);
      expect(items).toEqual(Array.from({ length: count }, (_, i) => i));
    }),
  );
});
