import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  abs,
  add,
  awayFromSubnormal,
  constant,
  div,
  type Kernel,
  kernel,
  max,
  mul,
  sqrt,
  sub,
} from './kernel.ts';
import { createParameterArena } from './parameter-arena.ts';
import { allocateWasm } from './wasm-backend.ts';

const everything = kernel(['x', 'y', 'z'], ['a', 'b'], (v, s) => {
  const shared = add(mul(v.x, s.a), awayFromSubnormal(v.y));
  return {
    x: sub(shared, div(v.z, max(abs(v.y), constant(1e-3)))),
    z: mul(sqrt(abs(shared)), add(s.b, shared)),
  };
});

/** Runs a kernel over x, y, z on a backend and returns the three vectors' bits. */
function run(
  backend: 'wasm' | 'loops',
  k: Kernel<'x' | 'y' | 'z', 'a' | 'b'>,
  data: Float32Array[],
  range: [number, number],
) {
  const length = data[0]!.length;
  const arena = createParameterArena([{ name: 'w', length }], { slots: ['x', 'y', 'z'], backend });
  for (const [i, name] of ['x', 'y', 'z'].entries()) arena.slot(name).set(data[i]!);
  arena.bind(k, { x: 'x', y: 'y', z: 'z' })(range[0], range[1], { a: 0.1, b: -3.3 });
  return ['x', 'y', 'z'].map((name) => new Uint32Array(arena.slot(name).slice().buffer));
}

test('loops and WebAssembly give the same bits, on any range, and touch nothing outside it', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  const cases = fc.integer({ min: 0, max: 40 }).chain((length) =>
    fc.record({
      data: fc.tuple(...[0, 1, 2].map(() => fc.float32Array({ minLength: length, maxLength: length }))),
      cuts: fc.tuple(fc.nat(length), fc.nat(length)),
      scale: float,
    }),
  );
  fc.assert(
    fc.property(cases, ({ data, cuts }) => {
      const [start, end] = [Math.min(...cuts), Math.max(...cuts)];
      const clean = (data as Float32Array[]).map((d) => d.map((x) => (Number.isNaN(x) ? 1 : x)));
      const wasm = run('wasm', everything, clean, [start, end - start]);
      const loops = run('loops', everything, clean, [start, end - start]);
      for (const [i, bits] of wasm.entries()) {
        const values = new Float32Array(bits.buffer);
        const others = new Float32Array(loops[i]!.buffer);
        values.forEach((x, j) => {
          // A NaN's payload is free.
          if (!(Number.isNaN(x) && Number.isNaN(others[j]))) expect(loops[i]![j]).toBe(bits[j]);
          if (j < start || j >= end) expect(x).toBe(clean[i]![j]);
        });
      }
    }),
    { numRuns: 300 },
  );
});

test('a kernel computes its formula, reading all before writing', () => {
  const swap = kernel(['x', 'y', 'z'], ['a', 'b'], (v, s) => ({
    x: v.y,
    y: v.x,
    z: add(mul(s.a, v.x), mul(s.b, v.y)),
  }));
  for (const backend of ['wasm', 'loops'] as const) {
    const data = [1, 2, 3].map((k) => Float32Array.from({ length: 7 }, (_, i) => k * (i + 1)));
    const [x, y, z] = run(backend, swap, data, [0, 7]).map((bits) => [...new Float32Array(bits.buffer)]);
    expect(x).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(y).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const expected = [1, 2, 3, 4, 5, 6, 7].map((i) =>
      Math.fround(Math.fround(Math.fround(0.1) * i) + Math.fround(Math.fround(-3.3) * 2 * i)),
    );
    expect(z).toEqual(expected);
  }
});

test('awayFromSubnormal rounds what is tiny and leaves the rest as it is', () => {
  const arena = createParameterArena([{ name: 'w', length: 6 }]);
  arena.parameters.set([1e-45, -1e-38, 1e-17, -3.5, 4.1 * 2 ** -107, 1e30]);
  const rounded = kernel(['w'], [], (v) => ({ w: awayFromSubnormal(v.w) }));
  arena.bind(rounded, { w: 'parameters' })(0, 6, {});
  expect([...arena.parameters]).toEqual([0, 0, 1e-17, -3.5, 4 * 2 ** -107, 1e30].map(Math.fround));
});

test('a value that comes from no vector of the kernel is refused when the kernel is made', () => {
  const broken = () => kernel(['x'], ['a'], (v) => ({ x: add(v.x, (v as unknown as { y: typeof v.x }).y) }));
  expect(broken).toThrow(/a kernel operand is missing; allowed: a value made from the vectors x/);
});

test('a scalar that is not given is refused', () => {
  for (const backend of ['wasm', 'loops'] as const) {
    const arena = createParameterArena([{ name: 'w', length: 1 }], { backend });
    const scale = kernel(['w'], ['a'], (v, s) => ({ w: mul(v.w, s.a) }));
    const runScale = arena.bind(scale, { w: 'parameters' });
    expect(() => runScale(0, 1, {} as Record<'a', number>)).toThrow(/kernel scalar 'a'/);
  }
});

test('the sum of squares has the same bits on both backends and the value of a plain sum', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 70, noNaN: true, noDefaultInfinity: true }), (data) => {
      const sums = (['wasm', 'loops'] as const).map((backend) => {
        const arena = createParameterArena([{ name: 'w', length: data.length }], { backend });
        arena.gradient.set(data);
        return arena.sumOfSquares('gradient');
      });
      expect(sums[0]).toBe(sums[1]);
      const plain = data.reduce((sum, x) => sum + x * x, 0);
      expect(Math.abs(sums[0]! - plain)).toBeLessThanOrEqual(1e-14 * plain);
    }),
  );
});

test('vectors that memory cannot hold are an error that says so', () => {
  expect(() => allocateWasm(['a', 'b'], 600_000_000)).toThrow(
    /not enough memory for trained parameters.*4096 MiB/,
  );
});
