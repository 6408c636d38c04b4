/**
 * Memory and speed of adapting a Llama-type model of SmolLM2-135M's shape with random weights: 20 updates of its last
 * two layers, or of LoRA adapters beside all linear layers. Prints one JSON line.
 *
 *     npm run bench -- llama-135m [lora | last] [threads] [batch] [length] [steps] [recompute]
 */
import { createLlama } from '../src/models/llama.ts';
import { freshWeights } from '../src/models/weights.ts';
import { stream } from '../src/random.ts';
import { techniques } from '../src/techniques/index.ts';
import type { Technique } from '../src/techniques/technique.ts';
import { epochs } from '../src/training/batch-source.ts';
import { convergenceRule } from '../src/training/convergence.ts';
import { train } from '../src/training/train.ts';

const [name = 'lora', threads = '1', batchText = '4', lengthText = '128', stepsText = '20', again] =
  process.argv.slice(2);
const [batch, length, steps] = [Number(batchText), Number(lengthText), Number(stepsText)];
const model = createLlama({
  vocabulary: 49152,
  context: length,
  positions: 8192,
  layers: 30,
  heads: 9,
  keyHeads: 3,
  width: 576,
  hidden: 1536,
  base: 100_000,
});
const technique = (name === 'lora' ? techniques.lora : techniques['feature-extraction']) as Technique;
const options = name === 'lora' ? { targets: 'all', rank: 8, alpha: 16 } : { layers: 2 };
const slots = technique.fill({ model }, technique.options.parse(options));
let trained = slots.untie ? model.untied!().model : model;
let start = freshWeights(model, stream(1));
if (slots.untie) start = model.untied!().convert(start);
if (slots.rewrite !== undefined) {
  start = slots.rewrite.begin(model, start, stream(2));
  trained = slots.rewrite.build(model);
}
const count = 2 * batch;
const ids = stream(3).integers(count * (length + 1), 49152);
const rows = (shift: number) => {
  const data = new Int32Array(count * length);
  for (let i = 0; i < count; i++)
    data.set(ids.subarray(i * (length + 1) + shift, i * (length + 1) + shift + length), i * length);
  return { shape: [length], data };
};
const table = { count, fields: { tokens: rows(0), targets: rows(1) } };
let began = 0;
let cpuBegan = 0;
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
let spent = { wall: 0, cpu: 0 };
const result = await train({
  model: trained,
  start,
  stages: slots.stages,
  source: epochs(table, batch, stream(4)),
  validation: { ...table, count: batch },
  steps,
  looks: 1,
  optimiser: 'adamw',
  learningRate: 1e-4,
  schedule: 'constant',
  convergence: convergenceRule.parse({}),
  keep: 'last',
  stream: stream(5),
  threads: Number(threads),
  device: 'cpu',
  recompute: again === 'recompute',
  memoryLimit: 512 * 2 ** 20,
  onStep: (step) => {
    if (step === 1) [began, cpuBegan] = [performance.now(), cpu()];
    if (step === steps) spent = { wall: (performance.now() - began) / 1000, cpu: cpu() - cpuBegan };
  },
});
const tokens = (steps - 1) * batch * length;
console.log(
  JSON.stringify({
    technique: name,
    threads: Number(threads),
    batch,
    length,
    steps,
    recompute: again === 'recompute',
    trainedParameters: result.trainedParameters,
    peakGiB: Math.round((process.resourceUsage().maxRSS / 2 ** 20) * 100) / 100,
    tokensPerSecond: Math.round(tokens / spent.wall),
    tokensPerCpuSecond: Math.round(tokens / spent.cpu),
    losses: result.looks.map(({ validation }) => Math.round(validation * 1e4) / 1e4),
    note: result.stages[0]?.note,
  }),
);
