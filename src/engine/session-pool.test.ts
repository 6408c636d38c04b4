import { afterEach, expect, test } from 'vitest';
import { exportFiles } from '../onnx/export-program.ts';
import { input } from '../tensor/build.ts';
import { add, mul } from '../tensor/functions/elementwise.ts';
import { linear } from '../tensor/functions/linear.ts';
import { program } from '../tensor/program.ts';
import { Executable } from './executable.ts';
import { SessionPool } from './session-pool.ts';

const options = { device: 'cpu', threads: 1 } as const;
const scaled = (factor: number) => exportFiles(program({ y: mul(input('x', [2]), factor) }));
let pool: SessionPool;
afterEach(() => pool.clear());

test('equal programs share a session, which lives while one of them is in use', async () => {
  pool = new SessionPool(0);
  const first = await pool.lease(scaled(2), options);
  const second = await pool.lease(scaled(2), options);
  expect(second.session).toBe(first.session);
  await first.release();
  expect(pool.size).toBe(1);
  await second.release();
  await second.release();
  expect(pool.size).toBe(0);
});

test('the latest unused sessions are kept', async () => {
  pool = new SessionPool(2);
  for (const factor of [2, 3, 4]) await (await pool.lease(scaled(factor), options)).release();
  expect(pool.size).toBe(2);
  await (await pool.lease(scaled(4), options)).release();
  expect(pool.size).toBe(2);
  await pool.clear();
  expect(pool.size).toBe(0);
});

test('unused sessions with large constants are given back', async () => {
  const model = (size: number, value: number) =>
    exportFiles(program({ y: mul(input('x', [size]), input('w', [size])) }), {
      constants: { w: new Float32Array(size).fill(value) },
    });
  pool = new SessionPool(8, 100_000);
  for (const value of [1, 2, 3]) await (await pool.lease(model(10, value), options)).release();
  expect(pool.size).toBe(3);
  await (await pool.lease(model(30_000, 1), options)).release();
  expect(pool.size).toBe(0);
  await (await pool.lease(model(20_000, 1), options)).release();
  await (await pool.lease(model(20_000, 2), options)).release();
  expect(pool.size).toBe(1);
});

test('unused sessions whose runs took much memory are given back', async () => {
  pool = new SessionPool(8, 100_000);
  await (await pool.lease(scaled(2), options)).release(60_000);
  expect(pool.size).toBe(1);
  await (await pool.lease(scaled(3), options)).release(60_000);
  expect(pool.size).toBe(1);
  await (await pool.lease(scaled(3), options)).release(1);
  await (await pool.lease(scaled(4), options)).release(30_000);
  expect(pool.size).toBe(2);
});

test('other threads, another session', async () => {
  pool = new SessionPool(0);
  const one = await pool.lease(scaled(2), options);
  const two = await pool.lease(scaled(2), { ...options, threads: 2 });
  expect(two.session).not.toBe(one.session);
  await Promise.all([one.release(), two.release()]);
});

test('weights outside of the file are used', async () => {
  pool = new SessionPool(0);
  const [x, w, b] = [input('x', [1, 4]), input('w', [300, 4]), input('b', [300])];
  const constants = {
    w: Float32Array.from({ length: 1200 }, (_, i) => i % 7),
    b: Float32Array.from({ length: 300 }, (_, i) => i),
  };
  const model = exportFiles(program({ y: add(linear(x, w, b), 1) }), { constants, externalAbove: 0 });
  expect(model.external!.parts.length).toBe(2);
  const slots = [
    [{ name: 'x', dtype: 'float32', shape: [1, 4], used: true }],
    [{ name: 'y', dtype: 'float32', shape: [1, 300], value: 'y' }],
  ] as const;
  const executable = new Executable(await pool.lease(model, options), ...slots);
  const { y } = await executable.run({ x: Float32Array.of(1, 2, 3, 4) });
  const expected = constants.b.map(
    (shift, row) => shift + 1 + [1, 2, 3, 4].reduce((sum, v, i) => sum + v * constants.w[row * 4 + i]!, 0),
  );
  expect([...y!]).toEqual([...expected]);
  await executable.dispose();
});
