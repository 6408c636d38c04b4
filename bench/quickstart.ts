/**
 * The quickstart study against a PyTorch program of the same trials and metrics, in turns, from start to exit: Graft with
 * two workers of one thread (as `npm start` on two cores), PyTorch in its best division of two cores.
 *
 *     npm run bench -- quickstart --python peers-env/bin/python [--rounds 3] [--quick] [--json]
 *
 * `--quick` cuts updates, seeds and items: to see that it works, not how fast it is.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportQuickstartData } from './quickstart-data.ts';
import { type GraftSeconds, readGraftRun } from './quickstart-result.ts';
import { quickstartFolder, quickstartStudy } from './quickstart-study.ts';
import { readOptions } from './read-options.ts';

interface PeerResult {
  readonly seconds: Readonly<Record<'start' | 'pretrain' | 'tune' | 'train' | 'measure' | 'total', number>>;
  readonly cells: readonly {
    readonly technique: string;
    readonly budget: number;
    readonly nll: number;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
  readonly torch: string;
}

const { values } = readOptions({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const { written, spec } = quickstartStudy(values.quick);
const folder = mkdtempSync(join(tmpdir(), 'graft-quickstart-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const say = (text: string) => console.error(text);

// What is measured is the program as it stands now.
if (spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' }).status !== 0) process.exit(1);
const data = join(folder, 'quickstart.npz');
await exportQuickstartData(spec, quickstartFolder, data);
const studyFile = values.quick ? join(folder, 'quick.json') : join(quickstartFolder, 'quickstart.yaml');
if (values.quick) writeFileSync(studyFile, JSON.stringify(written));

const settings: Readonly<Record<string, readonly string[]>> = {
  '1 process, 2 threads': ['--threads', '2'],
  '2 processes, 1 thread': ['--threads', '1', '--processes', '2'],
  '2 processes, 1 thread, 2 for pre-training': [
    ...['--threads', '1', '--processes', '2'],
    ...['--pretrain-threads', '2'],
  ],
};
const own: { seconds: number; parts: GraftSeconds }[] = [];
const cells = new Map<string, Record<string, number>>();
const peers = new Map<string, { seconds: number; result: PeerResult }[]>();
const loads: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const workspace = join(folder, `round-${round}`);
  loads.push(loadavg()[0]!);
  const began = Date.now();
  const seconds = await timed(process.execPath, [
    ...['dist/graft.js', 'run', studyFile, '--workspace', workspace],
    ...['--workers', '2', '--threads', '1', '--json'],
  ]);
  const run = await readGraftRun(workspace, { began, ended: Date.now() });
  own.push({ seconds, parts: run.seconds });
  for (const [cell, metrics] of run.cells) cells.set(cell, metrics);
  say(`Graft: ${seconds.toFixed(1)} s`);
  if (values.python === undefined) continue;
  for (const [name, options] of Object.entries(settings)) {
    loads.push(loadavg()[0]!);
    const output = join(folder, 'peer.json');
    const taken = await timed(
      values.python,
      ['bench/peers/quickstart_study.py', '--data', data, ...options],
      output,
    );
    const result = JSON.parse(readFileSync(output, 'utf8')) as PeerResult;
    peers.set(name, [...(peers.get(name) ?? []), { seconds: taken, result }]);
    say(`PyTorch, ${name}: ${taken.toFixed(1)} s`);
  }
}

const graftSeconds = median(own.map(({ seconds }) => seconds));
const best = [...peers].map(([name, runs]) => ({ name, seconds: median(runs.map((run) => run.seconds)) }));
best.sort((a, b) => a.seconds - b.seconds);
const ratio = best[0] === undefined ? undefined : graftSeconds / best[0].seconds;
const rows = [
  { program: 'Graft, 2 workers, 1 thread', ...rounded({ wall: graftSeconds, ...own.at(-1)!.parts }) },
  ...best.map(({ name, seconds }) => {
    const { total: _, ...parts } = peers.get(name)!.at(-1)!.result.seconds;
    return { program: `PyTorch, ${name}`, ...rounded({ wall: seconds, ...parts }) };
  }),
];
const compared = best[0] === undefined ? [] : compare(peers.get(best[0].name)!.at(-1)!.result);
if (values.json)
  console.log(
    JSON.stringify(
      {
        benchmark: 'quickstart',
        quick: values.quick,
        rounds: own.length,
        processor: cpus()[0]?.model,
        loads,
        rows,
        ratio,
        compared,
      },
      null,
      2,
    ),
  );
else {
  console.log(
    'Seconds: wall clock from start to exit (median of rounds); parts add up all processes (last round).',
  );
  console.table(rows);
  if (compared.length > 0) {
    console.log('The same work: means over seeds, Graft / PyTorch.');
    console.table(compared.map(shown));
  }
  if (ratio !== undefined)
    console.log(
      `Graft takes ${ratio.toFixed(2)} of the time of PyTorch with ${best[0]!.name}.${values.quick ? ' (--quick: this says nothing about speed.)' : ''}`,
    );
  console.log(`Load of the machine before each run: ${loads.map((load) => load.toFixed(1)).join(', ')}`);
}

/** Runs a program to its end; its output goes to a file or nowhere, what it says to the error output. Seconds. */
async function timed(program: string, args: readonly string[], output?: string): Promise<number> {
  const began = performance.now();
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}`);
  if (output !== undefined) writeFileSync(output, Buffer.concat(parts));
  return seconds;
}

interface Compared {
  readonly technique: string;
  readonly budget: number;
  readonly metrics: Readonly<Record<string, { readonly graft: number; readonly peer: number }>>;
}

function compare(peer: PeerResult): Compared[] {
  return peer.cells.map(({ technique, budget, metrics }) => {
    const mine = cells.get(`${technique}, ${budget}`) ?? {};
    const shared = Object.keys(metrics).filter((name) => Object.hasOwn(mine, name));
    return {
      technique,
      budget,
      metrics: Object.fromEntries(
        shared.map((name) => [name, { graft: mine[name]!, peer: metrics[name]! }] as const),
      ),
    };
  });
}

/** A row of the printed table: the metrics that say most, so that it fits a terminal. */
function shown({ technique, budget, metrics }: Compared): Record<string, string | number> {
  const values = Object.entries(metrics)
    .filter(([name]) => /^(nll (target|source)|authpct|reconstruction|fid|recognised)/.test(name))
    .map(([name, { graft, peer }]) => [name, `${graft.toPrecision(4)} / ${peer.toPrecision(4)}`]);
  return { technique, budget, ...Object.fromEntries(values) };
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function rounded(seconds: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, Number(value.toFixed(2))]));
}
