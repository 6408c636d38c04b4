/**
 * Writes the starting weights, batches, rates and losses of the first updates of nanoGPT's CPU configuration, for
 * `bench/peers/nanogpt_parity.py` to repeat with nanoGPT's own code:
 *
 *     npm run bench -- nanogpt-parity --text tinyshakespeare.txt --out parity --updates 150
 *     python bench/peers/nanogpt_parity.py --nanogpt nanoGPT --parity parity
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinPassages } from '../src/data/text-batches.ts';
import { trainTokenizer } from '../src/data/tokenizers/train-tokenizer.ts';
import { writeSafetensorsFile } from '../src/formats/safetensors.ts';
import { inputNames } from '../src/models/context.ts';
import { createTransformer } from '../src/models/transformer.ts';
import { weightTensors } from '../src/models/weight-tensors.ts';
import { freshWeights } from '../src/models/weights.ts';
import { stream } from '../src/random.ts';
import { randomWindows } from '../src/training/batch-source.ts';
import { createPlayerRunner } from '../src/training/player-runner.ts';
import { createSchedule } from '../src/training/schedules/schedule-spec.ts';
import { readOptions } from './read-options.ts';

const { values } = readOptions({
  options: {
    text: { type: 'string' },
    out: { type: 'string', default: 'parity' },
    updates: { type: 'string', default: '150' },
  },
});
if (values.text === undefined) {
  console.error('Give the text: npm run bench -- nanogpt-parity --text tinyshakespeare.txt');
  process.exit(2);
}
const text = readFileSync(values.text, 'utf8');
const training = text.slice(0, Math.floor(0.9 * text.length));
const tokenizer = trainTokenizer({ character: { unseen: 'refuse' } }, [text], false);
const model = createTransformer({
  vocabulary: tokenizer.vocabularySize,
  context: 64,
  layers: 4,
  heads: 4,
  width: 128,
});
const fresh = freshWeights(model, stream(5));
mkdirSync(values.out, { recursive: true });
writeSafetensorsFile(join(values.out, 'start.safetensors'), weightTensors(model, fresh));

const source = randomWindows(joinPassages([tokenizer.encode(training)]), 64, 12, stream(6));
const weights = { parameters: { ...fresh.parameters }, state: { ...fresh.state } };
const runner = await createPlayerRunner(model, model.players[0]!, new Set(model.layers), weights, source, {
  optimiser: { name: 'adamw', beta1: 0.9, beta2: 0.99, weightDecay: 0.1, clipNorm: 1 },
  rates: {},
  averageDecay: undefined,
  losses: [],
  threads: 1,
  device: 'cpu',
  memoryLimit: 0,
});
const plan = createSchedule({ name: 'cosine', floor: 0.1, warmup: 100 }, { steps: 2000 });
const record = {
  losses: [] as number[],
  rates: [] as number[],
  tokens: [] as number[],
  targets: [] as number[],
};
for (let update = 0; update < Number(values.updates); update++) {
  runner.fill(update);
  record.tokens.push(...runner.batch.feeds[inputNames.field('tokens')]!);
  record.targets.push(...runner.batch.feeds[inputNames.field('targets')]!);
  record.losses.push(await runner.run());
  const rate = 1e-3 * plan.setting(update, plan.start).rateFactor;
  record.rates.push(rate);
  runner.optimiser.step(rate);
}
await runner.dispose();
writeFileSync(join(values.out, 'updates.json'), JSON.stringify(record));
console.log(`${values.updates} updates written to ${values.out}/`);
