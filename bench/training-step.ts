/**
 * Time of one training step against PyTorch on the same machine, in turns: the dense VAE, the convolutional VAE and
 * nanoGPT's transformer, on 1 and on 2 threads.
 *
 *     npm run bench -- --python peers-env/bin/python
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { joinPassages } from '../src/data/text-batches.ts';
import type { OptimiserSpec } from '../src/engine/optimisers/optimiser-spec.ts';
import type { Model } from '../src/models/model.ts';
import { createTransformer } from '../src/models/transformer.ts';
import { createVae } from '../src/models/vae.ts';
import { freshWeights } from '../src/models/weights.ts';
import { stream } from '../src/random.ts';
import { type BatchSource, epochs, randomWindows } from '../src/training/batch-source.ts';
import { createPlayerRunner } from '../src/training/player-runner.ts';
import { type Contender, inTurns, peerProcess } from './peer-process.ts';

interface Subject {
  readonly name: 'dense-vae' | 'conv-vae' | 'transformer';
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

const subjects: readonly Subject[] = [
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
];

/** Graft's step as the training loop makes it: batch, noise, forward, backward, update. */
async function graft(
  { model, source, optimiser }: Subject,
  threads: number,
): Promise<Contender & { optimiserShare(): number }> {
  const fresh = freshWeights(model, seed.child('init'));
  const weights = { parameters: { ...fresh.parameters }, state: { ...fresh.state } };
  const runner = await createPlayerRunner(model, model.players[0]!, new Set(model.layers), weights, source, {
    optimiser,
    rates: {},
    averageDecay: undefined,
    losses: [],
    threads,
    device: 'cpu',
    memoryLimit: 0,
  });
  let step = 0;
  let inOptimiser = 0;
  let total = 0;
  return {
    name: 'graft',
    optimiserShare: () => inOptimiser / total,
    async run(steps) {
      const times: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        runner.fill(step);
        runner.noise.draw(seed.child('noise').child(step));
        await runner.run();
        const before = performance.now();
        runner.optimiser.step(1e-3);
        const end = performance.now();
        inOptimiser += end - before;
        total += end - start;
        times.push(end - start);
        step++;
      }
      return times;
    },
    end: () => runner.dispose(),
  };
}

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    model: { type: 'string', multiple: true },
    threads: { type: 'string', multiple: true },
    modes: { type: 'string', default: 'eager,fused,compile' },
    rounds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const modes = values.python === undefined ? [] : values.modes.split(',');
const rows: Record<string, unknown>[] = [];
const ratios: number[] = [];
for (const subject of subjects) {
  if (values.model !== undefined && !values.model.includes(subject.name)) continue;
  for (const threads of (values.threads ?? ['1', '2']).map(Number)) {
    const own = await graft(subject, threads);
    const peers: Contender[] = [];
    for (const mode of modes)
      peers.push(
        await peerProcess(mode, values.python!, [
          'bench/peers/step_time.py',
          '--model',
          subject.name,
          '--threads',
          `${threads}`,
          '--mode',
          mode,
        ]),
      );
    const times = await inTurns([own, ...peers], Number(values.rounds), 10);
    for (const contender of [own, ...peers]) await contender.end();
    const median = times.graft!.median;
    const ratioTo = (mode: string) => (times[mode] === undefined ? undefined : median / times[mode]!.median);
    if (times.eager !== undefined) ratios.push(ratioTo('eager')!);
    rows.push({
      model: subject.name,
      threads,
      graft_ms: Number(median.toFixed(2)),
      least_ms: Number(times.graft!.least.toFixed(2)),
      optimiser_share: Number(own.optimiserShare().toFixed(3)),
      ...Object.fromEntries(modes.map((mode) => [`${mode}_ms`, Number(times[mode]!.median.toFixed(2))])),
      ...Object.fromEntries(modes.map((mode) => [`to_${mode}`, Number(ratioTo(mode)!.toFixed(2))])),
      load: loadavg()[0]!.toFixed(1),
    });
    if (!values.json) console.table(rows.slice(-1));
  }
}
const geometricMean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / Math.max(1, ratios.length));
if (values.json) console.log(JSON.stringify({ rows, geometric_mean_to_eager: geometricMean }, null, 2));
else {
  console.table(rows);
  if (ratios.length > 0)
    console.log(`Geometric mean of the ratios to PyTorch eager: ${geometricMean.toFixed(3)}`);
}
