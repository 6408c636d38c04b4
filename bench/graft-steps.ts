import { joinPassages } from '../src/data/text-batches.ts';
import type { OptimiserSpec } from '../src/engine/optimisers/optimiser-spec.ts';
import { createDiffusion } from '../src/models/diffusion.ts';
import { createGan } from '../src/models/gan.ts';
import { createLlama } from '../src/models/llama.ts';
import type { Model } from '../src/models/model.ts';
import { createRecurrent } from '../src/models/recurrent.ts';
import { createTransformer } from '../src/models/transformer.ts';
import { createVae } from '../src/models/vae.ts';
import { freshWeights } from '../src/models/weights.ts';
import { stream } from '../src/random.ts';
import { type BatchSource, epochs, randomWindows } from '../src/training/batch-source.ts';
import { createPlayerRunners } from '../src/training/player-runner.ts';
import type { Contender } from './peer-process.ts';

/** A model with the data and the optimiser that its steps are timed with. */
export interface Subject {
  readonly name: 'dense-vae' | 'conv-vae' | 'transformer' | 'lstm' | 'llama' | 'diffusion' | 'gan';
  readonly model: Model;
  readonly source: BatchSource;
  readonly optimiser: OptimiserSpec;
}

const seed = stream(1);

function pictures(batch: number): BatchSource {
  const count = 2000;
  const data = seed.child('pictures').uniforms(count * 784, new Float32Array(count * 784)) as Float32Array;
  const table = { count, fields: { x: { shape: [1, 28, 28], data: data.map((v) => (v > 0.8 ? 1 : 0)) } } };
  return epochs(table, batch, seed.child('order'));
}

/** What PyTorch's programs in `bench/peers/step_time.py` train as well. */
export const subjects: readonly Subject[] = [
  {
    name: 'dense-vae',
    model: createVae({ image: [1, 28, 28], hidden: [400], latent: 40 }),
    source: pictures(100),
    optimiser: 'adam',
  },
  {
    name: 'conv-vae',
    model: createVae({ image: [1, 28, 28], architecture: 'convolutional', channels: [32, 64], latent: 32 }),
    source: pictures(128),
    optimiser: 'adam',
  },
  {
    name: 'diffusion',
    model: createDiffusion({ image: [1, 28, 28] }),
    source: pictures(64),
    optimiser: 'adam',
  },
  {
    name: 'gan',
    model: createGan({ image: [1, 28, 28], average: 0 }),
    source: pictures(64),
    optimiser: 'adam',
  },
  {
    name: 'transformer',
    model: createTransformer({ vocabulary: 65, context: 64, layers: 4, heads: 4, width: 128 }),
    source: randomWindows(
      joinPassages([seed.child('text').integers(100_000, 65)]),
      64,
      12,
      seed.child('windows'),
    ),
    optimiser: { name: 'adamw', beta2: 0.99, weightDecay: 0.1, clipNorm: 1 },
  },
  {
    name: 'lstm',
    model: createRecurrent({
      vocabulary: 65,
      context: 64,
      layers: 2,
      width: 128,
      hidden: 256,
      tied: false,
    }),
    source: randomWindows(
      joinPassages([seed.child('text').integers(100_000, 65)]),
      64,
      32,
      seed.child('windows'),
    ),
    optimiser: { name: 'adam', clipNorm: 1 },
  },
  {
    name: 'llama',
    model: createLlama({
      vocabulary: 65,
      context: 128,
      layers: 4,
      heads: 8,
      keyHeads: 4,
      width: 256,
      hidden: 688,
    }),
    source: randomWindows(
      joinPassages([seed.child('text').integers(100_000, 65)]),
      128,
      8,
      seed.child('windows'),
    ),
    optimiser: { name: 'adamw', beta2: 0.99, weightDecay: 0.1, clipNorm: 1 },
  },
];

/** Graft's step as the training loop makes it: batch, noise, forward, backward, update. */
export async function graft(
  { model, source, optimiser }: Subject,
  threads: number,
  layers: readonly string[] = model.layers,
): Promise<Contender & { optimiserShare(): number; readonly flops: number }> {
  const fresh = freshWeights(model, seed.child('init'));
  const weights = { parameters: { ...fresh.parameters }, state: { ...fresh.state } };
  const runners = await createPlayerRunners(model, new Set(layers), weights, source, {
    optimiser,
    rates: {},
    averageDecay: undefined,
    losses: [],
    threads,
    device: 'cpu',
    memoryLimit: 2 ** 30,
  });
  let step = 0;
  let inOptimiser = 0;
  let total = 0;
  return {
    name: 'graft',
    flops: runners.reduce((sum, { flops }) => sum + flops, 0),
    optimiserShare: () => inOptimiser / total,
    async run(steps) {
      const times: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        for (const runner of runners) {
          runner.fill(step);
          runner.noise.draw(seed.child('noise').child(step));
          await runner.run();
          const before = performance.now();
          runner.optimiser.step(1e-3);
          inOptimiser += performance.now() - before;
        }
        const end = performance.now();
        total += end - start;
        times.push(end - start);
        step++;
      }
      return times;
    },
    end: async () => {
      for (const runner of runners) await runner.dispose();
    },
  };
}
