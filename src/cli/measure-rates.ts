import { compile } from '../engine/compile.ts';
import { squaredDistances } from '../numeric/distances.ts';
import { matrix } from '../numeric/matrix.ts';
import type { MachineRates } from '../study/work-seconds.ts';
import { input } from '../tensor/build.ts';
import { add, mul } from '../tensor/functions/elementwise.ts';
import { program } from '../tensor/program.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { measureMatrixRate } from './machine.ts';

/** Milliseconds of each measurement. */
const EACH = 50;

/** What one thread of this machine does in a second: short measurements, of each the best of several runs. */
export async function measureRates(now: () => number): Promise<MachineRates> {
  return {
    products: await measureMatrixRate(now, 2 * EACH),
    values: 3 * 2 ** 17 * (await chainRate(now, [2 ** 17], 12)),
    nodes: await chainRate(now, [8], 60),
    scalars: await scalarRate(now),
  };
}

/** Nodes a second of a program of sums and products, each of two tensors of this shape. */
async function chainRate(now: () => number, shape: readonly number[], length: number): Promise<number> {
  const [a, b] = [input('a', shape), input('b', shape)];
  let value: Tensor = a;
  for (let i = 0; i < length; i++) value = i % 2 === 0 ? add(value, b) : mul(value, b);
  const executable = await compile(program({ value }), { threads: 1 });
  try {
    const values = () => new Float32Array(shape[0]!).fill(0.5);
    const bound = executable.bind({ a: values(), b: values() });
    return length / (await fastest(now, () => bound.run()));
  } finally {
    await executable.dispose();
  }
}

async function scalarRate(now: () => number): Promise<number> {
  const points = matrix(
    32,
    256,
    Float64Array.from({ length: 32 * 256 }, (_, i) => i % 7),
  );
  return (32 * 32 * 256) / (await fastest(now, () => void squaredDistances(points, points)));
}

/** Seconds of the fastest of several runs, after one that warms up. */
async function fastest(now: () => number, run: () => Promise<void> | void): Promise<number> {
  await run();
  let best = Number.POSITIVE_INFINITY;
  for (const end = now() + EACH; now() < end || best === Number.POSITIVE_INFINITY; ) {
    const before = now();
    await run();
    best = Math.min(best, now() - before);
  }
  // A clock that has not moved says nothing.
  return Math.max(best, 1e-3) / 1000;
}
