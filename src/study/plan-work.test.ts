import { describe, expect, test } from 'vitest';
import { createModel } from '../models/index.ts';
import { input } from '../tensor/build.ts';
import { add } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { measuringWork } from './measuring-work.ts';
import { programWork } from './program-work.ts';
import { samplingWork } from './sampling-work.ts';
import { trainingWork } from './training-work.ts';
import { stepSeconds } from './work-seconds.ts';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const language = (family: 'transformer' | 'recurrent', context = 12) =>
  createModel(family, {
    vocabulary: 20,
    context,
    layers: 1,
    width: 16,
    ...(family === 'recurrent' ? { hidden: 16 } : { heads: 2 }),
  });
const whole = (layers: readonly string[]) => [
  { name: 'all', layers, length: { kind: 'share', share: 1 } as const },
];
const training = { steps: 10, looks: 4, batch: 8, examples: 40, validation: 10 };

test('a program is counted by its products, its values and its nodes', () => {
  const [a, b, c] = [input('a', [6, 5]), input('b', [5, 4]), input('c', [6, 4])];
  const { run, nodes } = programWork({ y: add(matmul(a, b), c) });
  expect(run).toMatchObject({ products: 2 * 6 * 4 * 5, convolutions: 0, nodes: 2, compiled: 0 });
  expect(run.values).toBe(6 * 5 + 5 * 4 + 6 * 4 + 3 * 6 * 4);
  expect(nodes).toBe(2);
});

test('a recurrence is as many nodes as it has times', () => {
  const nodes = (context: number) => {
    const model = language('recurrent', context);
    return trainingWork(model, { ...training, stages: whole(model.layers) }).work.nodes;
  };
  expect(nodes(24) / nodes(12)).toBeGreaterThan(1.7);
});

describe('training', () => {
  const model = language('transformer');
  const all = trainingWork(model, { ...training, stages: whole(model.layers) });

  test('counts every update, and looks at all of validation', () => {
    const twice = trainingWork(model, { ...training, steps: 20, looks: 0, stages: whole(model.layers) });
    const once = trainingWork(model, { ...training, looks: 0, stages: whole(model.layers) });
    expect(all.work.products).toBeGreaterThan(once.work.products);
    const look = (all.work.products - once.work.products) / 4;
    expect(twice.work.products - look).toBeCloseTo(2 * (once.work.products - look), 0);
    expect(twice.work.compiled).toBe(once.work.compiled);
  });

  test('of few layers is less than of all, and none is one look', () => {
    const last = trainingWork(model, { ...training, stages: whole(model.layers.slice(-1)) });
    expect(last.work.products).toBeLessThan(all.work.products / 2);
    const none = trainingWork(model, { ...training, stages: [] });
    expect(none.work.products).toBeGreaterThan(0);
    expect(none.work.products).toBeLessThan(last.work.products);
  });
});

describe('sampling', () => {
  test('runs a program for each token of each batch, alone for each latency', () => {
    const model = language('transformer');
    expect(sum(samplingWork(model, 100, 64).map(({ runs }) => runs))).toBe(2 * 12);
    const measured = measuringWork(model, {
      evaluation: { importanceSamples: 4 },
      likelihoods: [40, 30],
      samples: 100,
      examples: 40,
      test: 30,
      unseen: [],
      networks: [],
    });
    const token = samplingWork(model, 1, 1)[0]!.program!;
    // 21 single samples of 12 tokens, each one run.
    expect(measured.work.nodes).toBeGreaterThan(21 * 12 * token.nodes);
  });

  test('runs a program for each step of a diffusion', () => {
    const model = createModel('diffusion', { image: [1, 8, 8], channels: 8, groups: 4, steps: 7 });
    expect(sum(samplingWork(model, 70, 32).map(({ runs }) => runs))).toBe(3 * 7);
  });
});

test('seconds of a step are those of its training and its measuring, and of little else', () => {
  const model = language('transformer');
  const { work } = trainingWork(model, { ...training, stages: whole(model.layers) });
  const rates = { products: 1e9, values: 1e9, nodes: 1e5, scalars: 1e9 };
  const seconds = (measuring: typeof work) =>
    stepSeconds(
      { kind: 'trial', estimate: { flops: 1, work: { training: work, measuring }, memory: 1, disk: 1 } },
      rates,
    );
  const double = seconds(work);
  expect(double.training).toBeLessThan(0.5);
  expect(double.seconds * (1 - 2 * double.training)).toBeCloseTo(0.3, 6);
  const slower = { ...rates, products: rates.products / 2 };
  expect(
    stepSeconds({ kind: 'tune', estimate: { flops: 1e9, memory: 1, disk: 1 } }, slower).seconds,
  ).toBeGreaterThan(2);
});
