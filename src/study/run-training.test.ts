import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createAutoencoder } from '../models/autoencoder.ts';
import type { ExampleTable } from '../models/example-table.ts';
import { createGan, type GanConfig } from '../models/gan.ts';
import type { Weights } from '../models/model.ts';
import { createVqVae } from '../models/vq-vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { convergenceRule } from '../training/convergence.ts';
import { runTraining, type TrainingJob } from './run-training.ts';
import type { StepContext, StepEvent } from './step.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

const model = createAutoencoder({ image: [1, 4, 4], hidden: [8], latent: 2 });
const pictures = (name: string): ExampleTable => {
  const data = Float32Array.from(
    stream(3)
      .child(name)
      .uniforms(600 * 16),
  );
  return { count: 600, fields: { x: { shape: [1, 4, 4], data } } };
};
const all = { name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } } as const;

const job = (over: Partial<TrainingJob> = {}): TrainingJob => ({
  model,
  start: freshWeights(model, stream(1)),
  stages: [all],
  train: pictures('train'),
  validation: pictures('validation'),
  training: {
    steps: 3,
    batch: 4,
    optimiser: 'adam',
    schedule: 'constant',
    looks: 1,
    convergence: convergenceRule.parse({}),
  },
  learningRate: 0.01,
  stream: stream(2),
  ...over,
});
const context = (
  signal = new AbortController().signal,
  emit: (event: StepEvent) => void = () => {},
): StepContext => ({
  directory: mkdtempSync(join(folder, 'step-')),
  dependency: () => {
    throw new Error('there is none');
  },
  now: () => 0,
  emit,
  signal,
  base: folder,
  threads: 1,
  device: 'cpu',
  earlier: { wall: 0, cpu: 0 },
});

test('a model that is not trained keeps its density of codes, which training fits anew', async () => {
  const fresh = job().start;
  const start: Weights = {
    ...fresh,
    state: { ...fresh.state, 'codes/mean': Float32Array.of(5, -7) },
  };
  const asItIs = await runTraining(job({ start, stages: [] }), context());
  expect(asItIs.weights).toEqual(start);
  const trained = await runTraining(job({ start }), context());
  expect(trained.weights.state['codes/mean']).not.toEqual(start.state['codes/mean']);
});

test('an interruption acts within a look at validation and within the fit of a density', async () => {
  // The first look has 3 batches: aborted before it, none is computed.
  const before = new AbortController();
  before.abort();
  const looks: StepEvent[] = [];
  await expect(
    runTraining(
      job(),
      context(before.signal, (event) => looks.push(event)),
    ),
  ).rejects.toMatchObject({ code: 'interrupted' });
  expect(looks).toEqual([]);
  // After the last look of three updates only the density is left to be fitted.
  const late = new AbortController();
  const fitting = runTraining(
    job({ training: { ...job().training, steps: 1 } }),
    context(late.signal, (event) => {
      if (event.type === 'look' && event.step === 1) late.abort();
    }),
  );
  await expect(fitting).rejects.toMatchObject({ code: 'interrupted' });
});

test('a study reaches accumulation and the warm-up of averages', async () => {
  const { training } = job();
  const one = await runTraining(job(), context());
  const two = await runTraining(job({ training: { ...training, accumulate: 2 } }), context());
  expect(two.flops).toBe(2 * one.flops);
  const averaged = (warmUp: boolean) =>
    runTraining(job({ keep: 'last', training: { ...training, average: { decay: 0.9, warmUp } } }), context());
  expect((await averaged(true)).looks).not.toEqual((await averaged(false)).looks);
});

describe('what goes wrong in the training of a GAN is said', () => {
  // Feature networks do not see two channels: looks compare pixels.
  const image: [number, number, number] = [2, 4, 4];
  const table = (name: string): ExampleTable => ({
    count: 64,
    fields: {
      x: {
        shape: image,
        data: Float32Array.from(
          stream(4)
            .child(name)
            .uniforms(64 * 32),
        ),
      },
    },
  });
  const trained = async (config: Partial<GanConfig>, over: Partial<TrainingJob>, dead: boolean) => {
    const gan = createGan({
      image,
      latent: 2,
      generatorChannels: [2],
      discriminatorChannels: [8],
      normalisation: 'none',
      spectralNorm: false,
      ...config,
    });
    const { parameters, state } = freshWeights(gan, stream(1));
    // A generator that reads nothing of the latent vector makes one image.
    const start = dead
      ? { parameters: { ...parameters, 'generator/0/weight': new Float32Array(16) }, state }
      : { parameters, state };
    const said: string[] = [];
    const { warnings } = await runTraining(
      job({
        model: gan,
        start,
        train: table('train'),
        validation: table('validation'),
        criterion: { network: 'pixels', hash: '' },
        training: { ...job().training, batch: 16, steps: 90, looks: 6 },
        stages: [
          {
            name: 'discriminator alone',
            layers: gan.layers.filter((layer) => layer.startsWith('discriminator/')),
            length: { kind: 'share', share: 1 },
          },
        ],
        ...over,
      }),
      context(undefined, (event) => {
        if (event.type === 'warning') said.push(event.text);
      }),
    );
    expect(said).toEqual(warnings);
    return warnings.join('\n');
  };

  test('samples that are all alike, and a discriminator that is sure', async () => {
    const warnings = await trained({}, { learningRate: 0.02 }, true);
    expect(warnings).toContain('Samples never became diverse');
    expect(warnings).toContain('The discriminator is saturated');
  });

  test('outputs that run away', async () => {
    const endless = { objective: 'wasserstein', gradientPenalty: 1e-12 } as const;
    const warnings = await trained(endless, { learningRate: 3 }, false);
    expect(warnings).toContain('Training diverged');
  });
});

describe('a code book', () => {
  const image: [number, number, number] = [1, 4, 4];
  const vqVae = createVqVae({ image, channels: [3], codes: 4, vector: 2, priorLayers: 1, priorWidth: 4 });
  const fresh = freshWeights(vqVae, stream(1));
  const trained = async (book: number[], over: Partial<TrainingJob> = {}) => {
    const said: string[] = [];
    const training = await runTraining(
      job({
        model: vqVae,
        start: {
          state: {},
          parameters: {
            ...fresh.parameters,
            'encoder/latent/weight': fresh.parameters['encoder/latent/weight']!.map((w) => 50 * w),
            'codebook/weight': Float32Array.from(book),
          },
        },
        stages: [{ name: 'prior', layers: ['prior/output'], length: { kind: 'share', share: 1 } }],
        ...over,
      }),
      context(undefined, (event) => {
        if (event.type === 'warning') said.push(event.text);
      }),
    );
    expect(said).toEqual(training.warnings);
    return training;
  };

  test('of which examples use little is said to be dead, and how much they use', async () => {
    // One entry amid all vectors, and three far away.
    const { notes, warnings } = await trained([0, 0, 900, 0, 0, 900, 900, 900]);
    expect(notes).toEqual([
      'Training examples use 1 of the 4 entries of the code book, as evenly as 1.0 that are all used equally often (perplexity).',
    ]);
    expect(warnings).toEqual([expect.stringMatching(/^The codes collapsed/)]);
  });

  test('that is used is told as well, also where nothing is trained', async () => {
    const { notes, warnings } = await trained([1, 1, -1, 1, 1, -1, -1, -1], { stages: [] });
    expect(notes).toEqual([expect.stringMatching(/^Training examples use [234] of the 4 entries/)]);
    expect(warnings).toEqual([]);
  });
});
