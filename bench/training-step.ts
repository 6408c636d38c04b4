/**
 * Time of one training step against PyTorch on the same machine, in turns: the dense VAE, the convolutional VAE,
 * a diffusion model, a GAN (both players), nanoGPT's transformer, an LSTM and a Llama-type model, on 1 and on 2 threads.
 *
 *     npm run bench -- [--python peers-env/bin/python] [--model NAME ...] [--threads N ...]
 *         [--modes eager,fused,compile] [--rounds 10] [--json]
 *
 * Without --python Graft's steps alone. Models: dense-vae, conv-vae, transformer, lstm, diffusion, gan; --model and
 * --threads may be given several times.
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { graft, subjects } from './graft-steps.ts';
import { type Contender, inTurns, peerProcess } from './peer-process.ts';
import { readOptions } from './read-options.ts';

const { values } = readOptions({
  options: {
    python: { type: 'string' },
    model: { type: 'string', multiple: true },
    threads: { type: 'string', multiple: true },
    modes: { type: 'string', default: 'eager,fused,compile' },
    rounds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const unknown = values.model?.find((one) => subjects.every(({ name }) => name !== one));
if (unknown !== undefined) {
  console.error(`There is no model '${unknown}'. There are: ${subjects.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
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
if (values.json)
  console.log(
    JSON.stringify(
      {
        benchmark: 'training-step',
        rows,
        geometric_mean_to_eager: geometricMean,
        environment: environment(),
      },
      null,
      2,
    ),
  );
else {
  console.table(rows);
  if (ratios.length > 0)
    console.log(`Geometric mean of the ratios to PyTorch eager: ${geometricMean.toFixed(3)}`);
}

function environment() {
  const version = ['-c', 'import torch; print(torch.__version__)'];
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    ...(values.python === undefined
      ? {}
      : { torch: execFileSync(values.python, version, { encoding: 'utf8' }).trim() }),
  };
}
