import { expect, test, vi } from 'vitest';
import * as engine from '../engine/compile.ts';
import { loadFeatureNetwork } from './feature-network.ts';
import { SIDE } from './network-input.ts';

vi.mock('../engine/compile.ts', { spy: true });

test('a device that failed once is tried again', async () => {
  const network = await loadFeatureNetwork('glyphs');
  const images = { shape: [1, SIDE, SIDE], data: new Float32Array(SIDE * SIDE) } as const;
  vi.mocked(engine.compile).mockRejectedValueOnce(new Error('out of memory'));
  await expect(network.extract(images)).rejects.toThrow('out of memory');
  expect((await network.extract(images)).rows).toBe(1);
  await network.dispose();
});
