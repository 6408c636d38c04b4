import { expect, test } from 'vitest';
import type { ExampleTable } from '../../src/models/example-table.ts';
import { createModel, type FamilyName, families } from '../../src/models/index.ts';
import { weightsHash } from '../../src/models/weight-tensors.ts';
import { freshWeights } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { epochs } from '../../src/training/batch-source.ts';
import { convergenceRule } from '../../src/training/convergence.ts';
import { lossCriterion } from '../../src/training/evaluate-loss.ts';
import { train } from '../../src/training/train.ts';

const image = [1, 16, 16];
const text = { vocabulary: 64, context: 32 };

/** Sizes at which threads share the work of one operation; a family without one does not compile. */
const configs: Record<FamilyName, Record<string, unknown>> = {
  vae: { image, hidden: [256], latent: 16 },
  'vq-vae': { image, channels: [16, 32], codes: 32, priorWidth: 32 },
  autoencoder: { image, hidden: [256], latent: 16 },
  gan: { image, latent: 16, generatorChannels: [32, 16], discriminatorChannels: [16, 32] },
  diffusion: { image, channels: 16, groups: 4, multipliers: [1, 2], times: 50 },
  'flow-matching': { image, channels: 16, groups: 4, multipliers: [1, 2] },
  'normalizing-flow': { image, scales: 2, depth: 2, hidden: 32 },
  transformer: { ...text, layers: 2, heads: 2, width: 64, dropout: 0.1 },
  recurrent: { ...text, layers: 1, width: 64, hidden: 64, hiddenDropout: 0.2, weightDropout: 0.2 },
  gpt2: { ...text, layers: 2, heads: 2, width: 64 },
  llama: { ...text, layers: 2, heads: 2, width: 64, hidden: 128 },
};

const seed = stream(23);
const COUNT = 64;

function examples(family: FamilyName): ExampleTable {
  if (families[family].domain === 'image') {
    const data = Float32Array.from(seed.child('pixels').uniforms(COUNT * 256), Math.round);
    return { count: COUNT, fields: { x: { shape: image, data } } };
  }
  const { context, vocabulary } = text;
  const tokens = (name: string) => seed.child(name).integers(COUNT * context, vocabulary);
  return {
    count: COUNT,
    fields: {
      tokens: { shape: [context], data: tokens('tokens') },
      targets: { shape: [context], data: tokens('targets') },
    },
  };
}

test.each(
  (Object.keys(configs) as FamilyName[]).flatMap((family) =>
    [1, 2].map((threads) => [family, threads] as const),
  ),
)('a %s that is trained twice on %i threads has the same bits', async (family, threads) => {
  const model = createModel(family, configs[family]);
  const table = examples(family);
  const on = { threads, device: 'cpu' } as const;
  const trained = async () => {
    const { weights, looks } = await train({
      model,
      start: freshWeights(model, seed.child('init')),
      stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
      source: epochs(table, 32, seed.child('order')),
      validation: table,
      ...(model.criterion === 'samples'
        ? { criterion: await lossCriterion(model, table, { batchSize: 32, ...on }) }
        : {}),
      steps: 4,
      looks: 1,
      optimiser: 'adam',
      learningRate: 1e-3,
      schedule: 'constant',
      convergence: convergenceRule.parse({}),
      keep: 'last',
      stream: seed.child('run'),
      memoryLimit: 1e8,
      ...on,
    });
    return { hash: weightsHash(model, weights), looks };
  };
  expect(await trained()).toEqual(await trained());
});
