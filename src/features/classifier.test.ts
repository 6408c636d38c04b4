import { expect, test } from 'vitest';
import { expectParameterGradients } from '../../test/expect-parameter-gradients.ts';
import { createContext, inputNames } from '../models/context.ts';
import { mapExamples } from '../models/run-model.ts';
import { freshWeights, weightFeeds } from '../models/weights.ts';
import { stream } from '../random.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { epochs } from '../training/batch-source.ts';
import { train } from '../training/train.ts';
import { createClassifier } from './classifier.ts';

const classes = ['left', 'right', 'both'];
const model = createClassifier({ image: [1, 6, 6], channels: [3, 4], features: 5, classes });
const root = stream(11);

/** Ink on the left, on the right or on both sides, with noise. */
function examples(count: number) {
  const x = new Float32Array(count * 36);
  const target = new Float32Array(count * 3);
  const noise = root.child('pixels').uniforms(x.length);
  for (let i = 0; i < count; i++) {
    target[i * 3 + (i % 3)] = 1;
    for (let p = 0; p < 36; p++) {
      const side = p % 6 < 3 ? 0 : 1;
      x[i * 36 + p] = (i % 3 === 2 || i % 3 === side ? 0.5 : 0) + 0.5 * noise[i * 36 + p]!;
    }
  }
  return { count, fields: { x: { shape: [1, 6, 6], data: x }, target: { shape: [3], data: target } } };
}

test("the objective's gradients equal central differences, batch statistics included", () => {
  const table = examples(4);
  const context = createContext(model, { batchSize: 4, training: new Set(model.layers) });
  const loss = sum(model.players[0]!.objective(context).cost);
  const feeds: Record<string, ArrayLike<number>> = {
    ...weightFeeds(freshWeights(model, root.child('start'))),
    [inputNames.field('x')]: table.fields.x.data,
    [inputNames.field('target')]: table.fields.target.data,
  };
  expectParameterGradients(loss, model, context, feeds, 1e-5);
});

test('learns, and judges by running statistics that training wrote', async () => {
  const table = examples(60);
  const start = freshWeights(model, root.child('start'));
  const { weights, looks } = await train({
    model,
    start,
    stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
    source: epochs(table, 20, root.child('order')),
    validation: table,
    steps: 300,
    looks: 2,
    optimiser: 'adam',
    learningRate: 0.01,
    schedule: 'constant',
    convergence: { patience: 5, tolerance: 0, toleranceKind: 'relative', direction: 'lower' },
    keep: 'last',
    stream: root.child('training'),
    threads: 1,
    device: 'cpu',
    memoryLimit: 0,
  });
  expect(looks[0]!.validation).toBeGreaterThan(0.8);
  expect(looks.at(-1)!.validation).toBeLessThan(0.1);
  expect(weights.state['conv/0/mean']).not.toEqual(start.state['conv/0/mean']);
  const { shape, data } = await mapExamples(model, weights, table, (c) => model.logits(c), root, {
    batchSize: 7,
    threads: 1,
    device: 'cpu',
  });
  expect(shape).toEqual([3]);
  const right = Array.from({ length: 60 }, (_, i) => {
    const row = [...data.subarray(3 * i, 3 * i + 3)];
    return row.indexOf(Math.max(...row)) === i % 3;
  });
  expect(right.filter(Boolean).length).toBeGreaterThan(57);
});

test('refuses to sample, and images that are too small for its poolings', () => {
  const context = createContext(model, { batchSize: 1 });
  const { sampler } = model;
  expect(sampler.kind).toBe('latent');
  if (sampler.kind === 'latent')
    expect(() => sampler.decode(context, context.noise('z', [1, 5]))).toThrow('sampling from a classifier');
  expect(() => createClassifier({ image: [1, 4, 4], channels: [1, 1, 1, 1], features: 2, classes })).toThrow(
    'images of 4x4 cannot be halved 3 times',
  );
});
