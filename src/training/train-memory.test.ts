import { expect, test } from 'vitest';
import { residentMemory } from '../../test/resident-memory.ts';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { epochs } from './batch-source.ts';
import { convergenceRule } from './convergence.ts';
import { train } from './train.ts';

test('20,000 updates hold resident memory within 5 % after warm-up', async () => {
  const seed = stream(1);
  const count = 200;
  const data = seed.child('x').uniforms(count * 64, new Float32Array(count * 64)) as Float32Array;
  const table = { count, fields: { x: { shape: [1, 8, 8], data: data.map((v) => Math.round(v)) } } };
  // Large enough for outputs that are written where they lie.
  const model = createVae({ image: [1, 8, 8], hidden: [256], latent: 8 });
  const resident: number[] = [];
  await train({
    model,
    start: freshWeights(model, seed),
    stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
    source: epochs(table, 32, seed),
    validation: table,
    steps: 20_000,
    looks: 20,
    optimiser: 'adam',
    learningRate: 1e-3,
    schedule: 'constant',
    convergence: convergenceRule.parse({}),
    keep: 'best',
    stream: seed,
    threads: 1,
    device: 'cpu',
    memoryLimit: 0,
    onStep: (step) => {
      if (step % 500 === 0) resident.push(residentMemory());
    },
  });
  // The first fifth is warm-up: the compiler and the collector find their size.
  const settled = resident.slice(8);
  const start = settled.slice(0, 5).reduce((a, b) => a + b) / 5;
  const end = settled.slice(-5).reduce((a, b) => a + b) / 5;
  console.log(
    `resident memory: ${(start / 2 ** 20).toFixed(1)} MiB, at the end ${(end / 2 ** 20).toFixed(1)} MiB`,
  );
  expect(end).toBeLessThan(start * 1.05);
}, 1_800_000);
