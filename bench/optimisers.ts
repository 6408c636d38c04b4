/**
 * Times Adam's update of one flat vector of parameters on one thread: as WebAssembly, as loops, and in PyTorch, in
 * turns, so that what else the machine does falls on all of them alike.
 *
 *     npm run bench -- optimisers [--python peers-env/bin/python] [--rounds 15]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { createOptimiser, slotsOf } from '../src/engine/optimisers/create-optimiser.ts';
import { createParameterArena } from '../src/engine/optimisers/parameter-arena.ts';
import { stream } from '../src/random.ts';
import { readOptions } from './read-options.ts';

const { values } = readOptions({
  options: { python: { type: 'string' }, rounds: { type: 'string', default: '15' } },
});
const rounds = Number(values.rounds);
const stepsPerRound = 10;

/** Something that makes updates and says how many milliseconds each took. */
interface Contender {
  readonly name: string;
  run(steps: number): Promise<number[]>;
  end(): void;
}

function graft(parameters: number, backend: 'wasm' | 'loops', clipNorm?: number): Contender {
  const spec = clipNorm === undefined ? ({ name: 'adam' } as const) : ({ name: 'adam', clipNorm } as const);
  const arena = createParameterArena([{ name: 'weights', length: parameters }], {
    slots: slotsOf(spec),
    backend,
  });
  arena.parameters.set(stream(0).child('parameters').normals(parameters));
  arena.gradient.set(stream(0).child('gradient').normals(parameters));
  const optimiser = createOptimiser(spec, arena);
  const run = async (steps: number) =>
    Array.from({ length: steps }, () => {
      const start = performance.now();
      optimiser.step(1e-3);
      return performance.now() - start;
    });
  return { name: `Graft ${backend}${clipNorm === undefined ? '' : ', clipped'}`, run, end: () => {} };
}

async function pytorch(python: string, parameters: number, mode: 'foreach' | 'fused'): Promise<Contender> {
  const program = 'bench/peers/optimiser_step.py';
  const child: ChildProcess = spawn(python, [program, '--parameters', `${parameters}`, '--mode', mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${program} ended`);
    return JSON.parse(value) as { steps_ms?: number[] };
  };
  await answer();
  const run = async (steps: number) => {
    child.stdin!.write(`run ${steps}\n`);
    return (await answer()).steps_ms!;
  };
  return { name: `PyTorch ${mode}`, run, end: () => child.stdin!.end('quit\n') };
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

for (const parameters of [675_424, 10_000_000]) {
  const contenders = [
    graft(parameters, 'wasm'),
    graft(parameters, 'wasm', 1),
    ...(parameters < 1e6 ? [graft(parameters, 'loops')] : []),
    ...(values.python === undefined
      ? []
      : [
          await pytorch(values.python, parameters, 'foreach'),
          await pytorch(values.python, parameters, 'fused'),
        ]),
  ];
  for (const contender of contenders) await contender.run(stepsPerRound);
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, contender] of contenders.entries())
      times[i]!.push(median(await contender.run(stepsPerRound)));
  for (const contender of contenders) contender.end();
  console.log(`Adam, ${parameters} parameters, one thread; load ${loadavg()[0]!.toFixed(1)}`);
  for (const [i, { name }] of contenders.entries()) {
    const each = times[i]!;
    const ratios = each.map((time, round) => time / times[0]![round]!);
    // Adam reads parameters, gradient and two averages, and writes all but the gradient.
    const rate = (7 * 4 * parameters) / median(each) / 1e6;
    console.log(
      `  ${name.padEnd(20)} ${median(each).toFixed(3).padStart(8)} ms (least ${Math.min(...each).toFixed(3)})` +
        ` ${rate.toFixed(1).padStart(6)} GB/s  ${median(ratios).toFixed(2).padStart(6)} x Graft wasm`,
    );
  }
}
