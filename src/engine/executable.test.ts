import { expect, test } from 'vitest';
import { residentMemory } from '../../test/resident-memory.ts';
import { stream } from '../random.ts';
import { constant, input } from '../tensor/build.ts';
import { gather, slice } from '../tensor/functions/arrangement.ts';
import { add, greater, mul, softplus, tanh } from '../tensor/functions/elementwise.ts';
import { linear, matmul } from '../tensor/functions/linear.ts';
import { mean, sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import { program } from '../tensor/program.ts';
import { compile } from './compile.ts';

const doubled = program({ y: mul(input('x', [2, 2]), 2) });

test('feeds and fetches may be views of one buffer', async () => {
  const executable = await compile(doubled);
  const flat = new Float32Array(new ArrayBuffer(1024), 64, 32);
  flat.set([1, 2, 3, 4], 3);
  const bound = executable.bind({ x: flat.subarray(3, 7) }, { y: flat.subarray(10, 14) });
  await bound.run();
  expect([...flat.subarray(9, 15)]).toEqual([0, 2, 4, 6, 8, 0]);
  flat[3] = 5;
  await bound.run();
  expect(flat[10]).toBe(10);
  expect(bound.outputs.y).toBeInstanceOf(Float32Array);
  await executable.dispose();
});

test('types other than float32 go in and out', async () => {
  const x = input('x', [3, 2]);
  const i = input('i', [2], 'int32');
  const flag = input('flag', [2], 'bool');
  const p = program({ rows: gather(x, i), high: greater(x, 2), i: add(i, i), flag });
  const executable = await compile(p);
  const out = await executable.run({
    x: Float32Array.of(1, 2, 3, 4, 5, 6),
    i: Int32Array.of(2, 0),
    flag: Uint8Array.of(1, 0),
  });
  expect(out).toEqual({
    rows: Float32Array.of(5, 6, 1, 2),
    high: Uint8Array.of(0, 0, 1, 1, 1, 1),
    i: Int32Array.of(4, 0),
    flag: Uint8Array.of(1, 0),
  });
  await executable.dispose();
});

test('softplus and its gradient are right to 1e-7, and 0 where they are too small for that', async () => {
  const values = [-60, -30, -20, -18, -17, -16, -10, -1, 0, 1, 20];
  const x = input('x', [values.length]);
  const y = softplus(x);
  const executable = await compile(program({ y, slope: gradients(sum(y), [x])[0]! }));
  const out = await executable.run({ x: Float32Array.from(values) });
  for (const [i, value] of values.entries()) {
    expect(Math.abs(out.y![i]! - Math.log1p(Math.exp(value)))).toBeLessThan(value > 1 ? 2e-6 : 1.2e-7);
    expect(Math.abs(out.slope![i]! - 1 / (1 + Math.exp(-value)))).toBeLessThan(1.2e-7);
    if (value < -17.5) expect([out.y![i], out.slope![i]]).toEqual([0, 0]);
  }
  await executable.dispose();
});

test('frozen weights are constants', async () => {
  const [x, w] = [input('x', [1, 2]), input('w', [3, 2])];
  const p = program({ y: linear(x, w) });
  const executable = await compile(p, { constants: { w: Float32Array.of(1, 0, 0, 1, 1, 1) } });
  expect(executable.inputs.map(({ name }) => name)).toEqual(['x']);
  expect([...(await executable.run({ x: Float32Array.of(2, 3) })).y!]).toEqual([2, 3, 5]);
  await executable.dispose();
  await expect(compile(p, { constants: { v: Float32Array.of(1) } })).rejects.toThrow("unknown input 'v'");
  await expect(compile(p, { constants: { w: Float32Array.of(1) } })).rejects.toThrow('6 values');
});

test('an input that no output depends on may be fed', async () => {
  const p = program({ y: add(mul(input('x', [2]), 2), slice(mul(input('unused', [4]), 0), 0, 0, 2)) });
  const executable = await compile(p);
  const feeds = { x: Float32Array.of(1, 2), unused: Float32Array.of(7, 7, 7, 7) };
  expect([...(await executable.run(feeds)).y!]).toEqual([2, 4]);
  await executable.dispose();
});

test('wrong arrays are refused with what was expected', async () => {
  const executable = await compile(doubled);
  const x = new Float32Array(4);
  await expect(executable.run({})).rejects.toThrow(
    "input 'x' is missing; allowed: a Float32Array of 4 values for shape [2, 2]",
  );
  await expect(executable.run({ x: new Float32Array(3) })).rejects.toThrow("'Float32Array of 3'");
  await expect(executable.run({ x: new Int32Array(4) })).rejects.toThrow("'Int32Array of 4'");
  await expect(executable.run({ x, z: x })).rejects.toThrow("unknown input 'z'");
  await expect(executable.run({ x }, { z: x })).rejects.toThrow("unknown output 'z'");
  await executable.dispose();
  await expect(executable.run({ x })).rejects.toThrow('disposed');
  await expect(compile(doubled, { threads: 0 })).rejects.toThrow('threads is 0');
});

test('open dimensions are given with each run, or once and for all', async () => {
  const p = program({ y: sum(input('x', ['batch', 2]), 0) });
  const open = await compile(p);
  const x = Float32Array.of(1, 2, 3, 4, 5, 6);
  expect([...(await open.run({ x }, {}, { batch: 3 })).y!]).toEqual([9, 12]);
  expect([...(await open.run({ x: x.subarray(0, 2) }, {}, { batch: 1 })).y!]).toEqual([1, 2]);
  await expect(open.run({ x })).rejects.toThrow("open dimension 'batch'");
  await open.dispose();
  const fixed = await compile(p, { symbols: { batch: 3 } });
  expect([...(await fixed.run({ x })).y!]).toEqual([9, 12]);
  await fixed.dispose();
});

/** A network's loss and gradients, with a product, a reduction and a gather in it. */
function trainingProgram() {
  const x = input('x', [64, 96]);
  const [w, b, v] = [input('w', [128, 96]), input('b', [128]), input('v', [128, 128])];
  const hidden = tanh(linear(x, w, b));
  const mixed = matmul(hidden, v, { transposeB: true });
  const loss = mean(
    mul(
      mixed,
      gather(
        hidden,
        constant(
          Int32Array.from({ length: 64 }, (_, i) => i >> 1),
          [64],
        ),
      ),
    ),
  );
  const [dw, db, dv] = gradients(loss, [w, b, v]);
  return program({ loss, dw: dw!, db: db!, dv: dv! });
}

const trainingFeeds = () =>
  Object.fromEntries(
    trainingProgram().inputs.map(({ attributes: { name, shape } }) => [
      name,
      stream(5)
        .child(name)
        .normals(
          (shape as number[]).reduce((a, b) => a * b, 1),
          new Float32Array((shape as number[]).reduce((a, b) => a * b, 1)),
        ),
    ]),
  ) as Record<string, Float32Array>;

test.each([1, 2])('runs on %i threads repeat bit for bit', async (threads) => {
  const feeds = trainingFeeds();
  const results: Buffer[] = [];
  for (let session = 0; session < 2; session++) {
    const executable = await compile(trainingProgram(), { threads });
    for (let run = 0; run < 10; run++) {
      const out = await executable.run(feeds);
      results.push(
        Buffer.concat(Object.values(out).map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength))),
      );
    }
    await executable.dispose();
  }
  expect(results.every((bytes) => bytes.equals(results[0]!))).toBe(true);
});

/** What leaks less in each run than the smallest of its tensors is nobody's to find here. */
const BYTES_OF_A_RUN = 256;

test('memory stays flat over many runs', async () => {
  const executable = await compile(trainingProgram());
  const bound = executable.bind(trainingFeeds());
  const runs = async (n: number) => {
    for (let i = 0; i < n; i++) await bound.run();
    return residentMemory();
  };
  // The process itself takes pages when it likes, once; a leak grows with every run, and so in each of the windows.
  const readings = [await runs(2000)];
  for (let window = 0; window < 10; window++) readings.push(await runs(500));
  const growth = readings.slice(1).map((after, i) => (after - readings[i]!) / 500);
  expect(Math.min(...growth)).toBeLessThan(BYTES_OF_A_RUN);
  await executable.dispose();
});

test('large outputs are written where they lie and not copied', async () => {
  const size = 1_000_000;
  const y = new Float32Array(size);
  const executable = await compile(program({ y: mul(input('x', [size]), 2) }));
  const bound = executable.bind({ x: new Float32Array(size).fill(3) }, { y });
  await bound.run();
  const before = process.memoryUsage().arrayBuffers;
  await bound.run();
  // A copy would be 4 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  expect(y.every((value) => value === 6)).toBe(true);
  await executable.dispose();
});

test('an error of a program with large outputs is not taken for the end of its run', async () => {
  const p = program({ y: gather(input('x', [10]), input('i', [20_000], 'int32')) });
  const executable = await compile(p);
  const feeds = { x: new Float32Array(10), i: new Int32Array(20_000).fill(11) };
  await expect(executable.run(feeds)).rejects.toThrow('indices');
  await executable.dispose();
});
