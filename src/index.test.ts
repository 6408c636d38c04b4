import { expect, test } from 'vitest';
import * as graft from './index.ts';

test('the library gives its registries, and an error that says what is allowed', () => {
  expect(Object.keys(graft.families)).toContain('vae');
  expect(Object.keys(graft.techniques)).toContain('fine-tune');
  expect(Object.keys(graft.metrics)).toContain('fid');
  expect(() => graft.parseStudy({ name: 'x' }, 'here')).toThrow(graft.GraftError);
});

test('a metric on arrays, as in a notebook', () => {
  const numbers = { shape: [3, 1], data: [0, 1, 2] };
  const { value } = graft.computeMetric('reconstruction_mse', {
    real: numbers,
    reconstructed: { shape: [3, 1], data: [0, 1, 5] },
  });
  expect(value).toBe(3);
});

test('a tensor program with its gradient', async () => {
  const x = graft.input('x', [2]);
  const [dx] = graft.gradients(graft.elementwise.mul(x, x), [x]);
  const compiled = await graft.compile(graft.program({ dx: dx! }));
  expect(Array.from((await compiled.run({ x: Float32Array.of(3, 4) })).dx!)).toEqual([6, 8]);
  await compiled.dispose();
});
