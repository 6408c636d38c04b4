import { expect, test } from 'vitest';
import { createGan } from '../models/gan.ts';
import type { Model, Player } from '../models/model.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { expand, reshape } from '../tensor/functions/arrangement.ts';
import { mul, square, sub } from '../tensor/functions/elementwise.ts';
import { epochs } from './batch-source.ts';
import { convergenceRule } from './convergence.ts';
import { lossCriterion } from './evaluate-loss.ts';
import { train } from './train.ts';
import type { TrainOptions } from './train-options.ts';
import { checkSnapshot, type TrainingSnapshot } from './training-snapshot.ts';

const one = { count: 1, fields: { x: { shape: [1], data: Float32Array.of(0) } } };

/** Two numbers, one for each player: the first goes after the second, the second after twice the first. */
function chase(first: Partial<Player>, second: Partial<Player>): Model {
  const number = (name: string) => ({
    name,
    shape: [1],
    layer: name,
    decay: false,
    initial: { draw: 'constant', value: 1 } as const,
  });
  const player = (own: string, other: string, factor: number, more: Partial<Player>): Player => ({
    name: own,
    layers: [own],
    unit: 'squares',
    objective: (context) => {
      const goal = mul(context.parameter(other), factor);
      const distance = square(sub(context.parameter(own), goal));
      return { cost: expand(reshape(distance, [1]), [context.batchSize]), terms: {} };
    },
    ...more,
  });
  return {
    family: 'chase',
    config: {},
    fields: [{ name: 'x', shape: [1], dtype: 'float32' }],
    parameters: [number('a'), number('b')],
    state: [],
    layers: ['a', 'b'],
    players: [player('a', 'b', 0.5, first), player('b', 'a', 2, second)],
    sampler: { kind: 'latent', latent: 1, decode: (_, z) => z },
  };
}

const options = (model: Model): TrainOptions => ({
  model,
  start: freshWeights(model, stream(1)),
  stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
  source: epochs(one, 1, stream(2)),
  validation: one,
  steps: 3,
  looks: 1,
  optimiser: 'sgd',
  learningRate: 0.1,
  schedule: 'constant',
  convergence: convergenceRule.parse({}),
  keep: 'last',
  stream: stream(3),
  threads: 1,
  device: 'cpu',
  memoryLimit: 1e6,
});

test('players take turns, each on what the others have become, with repeats and rates of their own', async () => {
  const model = chase({ repeats: 2 }, { rate: 0.5 });
  const { weights, looks, flops } = await train(options(model));
  let [a, b] = [1, 1];
  const terms = { a: 0, b: 0 };
  for (let step = 0; step < 3; step++) {
    for (let repeat = 0; repeat < 2; repeat++) {
      terms.a += (a - b / 2) ** 2 / 6;
      a -= 0.1 * 2 * (a - b / 2);
    }
    terms.b += (b - 2 * a) ** 2 / 3;
    b -= 0.05 * 2 * (b - 2 * a);
  }
  expect(weights.parameters.a![0]).toBeCloseTo(a, 6);
  expect(weights.parameters.b![0]).toBeCloseTo(b, 6);
  expect(looks.at(-1)!.terms).toEqual({
    'a loss': expect.closeTo(terms.a, 6),
    'b loss': expect.closeTo(terms.b, 6),
  });
  expect(flops).toBeGreaterThan(0);
});

test('a player may have an optimiser and an average of its own, or no average where the run has one', async () => {
  const still = await train({ ...options(chase({ optimiser: { name: 'adam', beta1: 0 } }, {})), steps: 1 });
  // The first step of Adam is as long as the rate.
  expect(still.weights.parameters.a![0]).toBeCloseTo(0.9, 5);
  const run = { averageDecay: 0.5, steps: 1 };
  const both = await train({ ...options(chase({}, {})), ...run });
  const own = await train({
    ...options(chase({ average: 'none' }, { average: { decay: 0.25, warmUp: false } })),
    ...run,
  });
  // a goes from 1 to 0.9, b from 1 to 1.16.
  expect(both.weights.parameters.a![0]).toBeCloseTo(0.95, 6);
  expect(both.weights.parameters.b![0]).toBeCloseTo(1.08, 6);
  expect(own.weights.parameters.a![0]).toBeCloseTo(0.9, 6);
  expect(own.weights.parameters.b![0]).toBeCloseTo(1.12, 6);
});

test('what was stated for a run goes before what players have of their own, but for a player without an average', async () => {
  const model = chase(
    { optimiser: { name: 'adam', beta1: 0 }, average: { decay: 0.25, warmUp: false } },
    { average: 'none' },
  );
  const run = { ...options(model), averageDecay: 0.5, steps: 1 };
  const { weights } = await train({ ...run, stated: ['optimiser', 'average'] });
  // By plain descent a goes from 1 to 0.9 and b from 1 to 1.16.
  expect(weights.parameters.a![0]).toBeCloseTo(0.95, 6);
  expect(weights.parameters.b![0]).toBeCloseTo(1.16, 6);
  const partly = await train({ ...run, stated: ['optimiser'] });
  expect(partly.weights.parameters.a![0]).toBeCloseTo(0.25 + 0.75 * 0.9, 6);
});

test('a player with nothing to train has no turn', async () => {
  const model = chase({}, {});
  const stages = [{ name: 'b', layers: ['b'], length: { kind: 'share', share: 1 } } as const];
  const { weights, looks } = await train({ ...options(model), stages });
  expect(weights.parameters.a![0]).toBe(1);
  expect(weights.parameters.b![0]).toBeGreaterThan(1);
  expect(Object.keys(looks.at(-1)!.terms!)).toEqual(['b loss']);
});

const image = [1, 4, 4] as const;
const gan = createGan({
  image: [...image],
  latent: 3,
  generatorChannels: [4],
  discriminatorChannels: [4],
  discriminatorSteps: 2,
  average: 0.9,
});
const pictures = {
  count: 12,
  fields: { x: { shape: image, data: Float32Array.from(stream(5).uniforms(12 * 16)) } },
};
const ganOptions = async (): Promise<TrainOptions> => ({
  ...options(gan),
  source: epochs(pictures, 4, stream(6)),
  validation: pictures,
  steps: 8,
  looks: 4,
  optimiser: 'adam',
  criterion: await lossCriterion(gan, pictures, { batchSize: 4, threads: 1, device: 'cpu' }),
});

test('a GAN goes on from a snapshot at any update with the same bits and looks', async () => {
  const snapshots: TrainingSnapshot[] = [];
  const whole = await train({
    ...(await ganOptions()),
    wantsSnapshot: () => true,
    onSnapshot: async (snapshot) => {
      snapshots.push(JSON.parse(JSON.stringify({ ...snapshot, arrays: {} })));
      Object.assign(snapshots.at(-1)!, { arrays: snapshot.arrays });
    },
  });
  expect(snapshots).toHaveLength(7);
  for (const resume of [snapshots[0]!, snapshots[4]!]) {
    checkSnapshot(resume, await ganOptions());
    const again = await train({ ...(await ganOptions()), resume });
    expect(again.weights).toEqual(whole.weights);
    expect(again.looks).toEqual(whole.looks);
  }
  expect(snapshots[4]!.updates.map(({ optimiser }) => optimiser)).toEqual([10, 5]);
  const { arrays, ...rest } = snapshots[4]!;
  expect(Object.keys(arrays).filter((name) => name.endsWith('/average'))).toEqual(['player/1/average']);
  expect(() => checkSnapshot({ ...rest, arrays, updates: [rest.updates[0]!] }, options(gan))).toThrow(
    'other players',
  );
});

test('looks of a GAN need a criterion', async () => {
  const { criterion: _, ...rest } = await ganOptions();
  await expect(train(rest)).rejects.toThrow('give a criterion');
});
