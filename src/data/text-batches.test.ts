import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { cropBatch, cropOffsets, joinPassages } from './text-batches.ts';

describe('crops of running text', () => {
  test('never cross passages, and reach every place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(),
        (lengths, length, seed) => {
          fc.pre(lengths.some((n) => n > length));
          const text = joinPassages(lengths.map((n, p) => new Int32Array(n).fill(p)));
          const offsets = cropOffsets(text, length, 2000, 0, stream(seed));
          const allowed = new Set<number>();
          lengths.forEach((n, p) => {
            for (let i = 0; i + length < n; i++) allowed.add(text.starts[p]! + i);
          });
          expect(new Set(offsets)).toEqual(allowed);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('targets are the tokens that follow; the draw is a function of the step', () => {
    const text = joinPassages([Int32Array.from({ length: 20 }, (_, i) => i)]);
    const offsets = cropOffsets(text, 4, 3, 7, stream(5));
    expect([...cropOffsets(text, 4, 3, 7, stream(5))]).toEqual([...offsets]);
    expect([...cropOffsets(text, 4, 3, 8, stream(5))]).not.toEqual([...offsets]);
    const batch = cropBatch(text, offsets, 4);
    expect([...batch.targets]).toEqual([...batch.inputs].map((id) => id + 1));
    expect([...batch.inputs.slice(4, 8)]).toEqual([0, 1, 2, 3].map((i) => offsets[1]! + i));
  });

  test('text that is too short is an error', () => {
    const text = joinPassages([new Int32Array(4), new Int32Array(3)]);
    expect(() => cropOffsets(text, 4, 1, 0, stream(0))).toThrow('no passage has the 5 tokens');
  });
});
