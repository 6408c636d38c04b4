import { expect, test } from 'vitest';
import type { ExampleTable } from '../models/example-table.ts';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { epochs } from './batch-source.ts';
import { convergenceRule } from './convergence.ts';
import type { Stage } from './stage.ts';
import { train } from './train.ts';
import { checkSnapshot, type TrainingSnapshot } from './training-snapshot.ts';

const seed = stream(3);
const model = createVae({ image: [1, 4, 4], hidden: [6], latent: 2 });
const data = seed.child('x').uniforms(20 * 16, new Float32Array(20 * 16)) as Float32Array;
const table: ExampleTable = {
  count: 20,
  fields: { x: { shape: [1, 4, 4], data: data.map((v) => Math.round(v)) } },
};
const stages: Stage[] = [
  { name: 'last', layers: ['decoder/output'], length: { kind: 'steps', steps: 3 } },
  { name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } },
];
const use = {
  model,
  start: freshWeights(model, seed),
  stages,
  optimiser: 'adam',
  averageDecay: 0.9,
} as const;

/** Snapshots of a training in two stages, after updates 1, 2, 4 and 5. */
const snapshots: TrainingSnapshot[] = [];
await train({
  ...use,
  source: epochs(table, 5, seed),
  validation: table,
  steps: 6,
  looks: 3,
  learningRate: 1e-3,
  schedule: 'reduce-on-plateau',
  convergence: convergenceRule.parse({}),
  keep: 'best',
  stream: seed,
  threads: 1,
  device: 'cpu',
  memoryLimit: 0,
  wantsSnapshot: () => true,
  onSnapshot: async (snapshot) => {
    const { arrays, ...record } = snapshot;
    snapshots.push({ ...JSON.parse(JSON.stringify(record)), arrays });
  },
});

test('what a training made is accepted, in every stage', () => {
  expect(snapshots.map(({ stage }) => stage)).toEqual([0, 0, 1, 1]);
  for (const snapshot of snapshots) expect(() => checkSnapshot(snapshot, use)).not.toThrow();
});

const [, , whole] = snapshots as [TrainingSnapshot, TrainingSnapshot, TrainingSnapshot];

test('a snapshot without one of its vectors, or with one of another length, is refused by name', () => {
  for (const name of Object.keys(whole.arrays)) {
    const { [name]: vector, ...arrays } = whole.arrays;
    expect(() => checkSnapshot({ ...whole, arrays }, use)).toThrow(`a training snapshot: it lacks '${name}'`);
    const shorter = { ...arrays, [name]: vector!.subarray(1) };
    expect(() => checkSnapshot({ ...whole, arrays: shorter }, use)).toThrow(
      `'${name}' has ${vector!.length - 1} values, not ${vector!.length}`,
    );
  }
});

test('a snapshot whose record lacks something is refused by its place', () => {
  const { arrays, ...record } = whole;
  for (const key of Object.keys(record)) {
    const { [key as keyof typeof record]: _, ...rest } = record;
    expect(() => checkSnapshot({ ...rest, arrays } as TrainingSnapshot, use)).toThrow(
      `its record is damaged at ${key}`,
    );
  }
});

test('a snapshot of another training is refused', () => {
  expect(() => checkSnapshot({ ...whole, stage: 2 }, use)).toThrow('of another course of training');
  expect(() => checkSnapshot(snapshots[0]!, { ...use, optimiser: { name: 'sgd', momentum: 0.9 } })).toThrow(
    "it lacks 'player/0/",
  );
});
