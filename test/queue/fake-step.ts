import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { GraftError } from '../../src/errors.ts';
import { writeFileAtomic } from '../../src/formats/atomic-file.ts';
import { stream } from '../../src/random.ts';
import { writeResultFile } from '../../src/store/step-files.ts';
import type { Json, RunStep, StepContext } from '../../src/study/step.ts';

/** What a fake step does. */
export interface FakeInputs {
  readonly seed: number;
  /** Updates of its 'weights'. */
  readonly updates: number;
  /** Updates between snapshots. */
  readonly every: number;
  /** Something that goes wrong, at the update `at`. */
  readonly trouble?: Trouble;
  readonly at?: number;
}

export type Trouble =
  | 'bad-data'
  | 'bug'
  | 'disk-full'
  | 'no-memory'
  /** Waits until it is to stop and then cannot save what it has. */
  | 'full-at-stop'
  /** Leaves a result and dies before anybody hears of it. */
  | 'die-finished'
  /** The process kills itself, each time or only when it comes there first. */
  | 'die'
  | 'die-once'
  | 'exit'
  /** Damages its own snapshot, once, and dies. */
  | 'damage'
  /** The main thread never comes back. */
  | 'hang'
  /** Waits for a file named 'go' in the base folder, doing nothing else than looking at its signal. */
  | 'wait';

const size = 256;

/**
 * A step that behaves like a training: weights change by random numbers that depend on the update alone, a snapshot is
 * written every few updates, and a run that finds one goes on from it. Its result tells the weights' hash.
 */
export const runStep: RunStep = async (step, context) => {
  const inputs = step.inputs as unknown as FakeInputs;
  const snapshot = join(context.directory, 'snapshot.bin');
  const draws = stream(inputs.seed).child('updates');
  let { weights, update } = resume(snapshot, context) ?? { weights: start(step.needs, context), update: 0 };
  for (; update < inputs.updates; update++) {
    if (inputs.at === update) await troubles[inputs.trouble!](context);
    if (context.signal.aborted) throw new GraftError('interrupted', { what: step.label });
    const normals = draws.child(update).normals(size);
    for (let i = 0; i < size; i++) weights[i] = 0.9 * weights[i]! + normals[i]!;
    if ((update + 1) % inputs.every === 0) {
      writeFileAtomic(snapshot, sealed(weights, update + 1));
      context.emit({ type: 'look', step: update + 1, training: null, validation: weights[0]! });
    }
    context.emit({ type: 'progress', done: update + 1, total: inputs.updates, phase: 'training' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  fs.mkdirSync(join(context.directory, 'checkpoint'), { recursive: true });
  const bytes = new Uint8Array(weights.buffer);
  writeFileAtomic(join(context.directory, 'checkpoint', 'weights.bin'), bytes);
  fs.rmSync(snapshot, { force: true });
  return { hash: createHash('sha256').update(bytes).digest('hex'), first: weights[0]!, updates: update };
};

const troubles: { [T in Trouble]: (context: StepContext) => void | Promise<void> } = {
  'bad-data': () => {
    throw new GraftError('bad-data', { what: 'a fake set', problem: 'it is fake' });
  },
  bug: () => {
    throw new TypeError('a mistake in the code');
  },
  'disk-full': ({ directory }) => {
    throw new GraftError('cannot-write', { path: directory, reason: 'there is no space left on the disk' });
  },
  'no-memory': () => {
    throw new GraftError('out-of-resource', { resource: 'memory', needed: '9 GB', available: '1 GB' });
  },
  'full-at-stop': async (context) => {
    await troubles.wait(context);
    await troubles['disk-full'](context);
  },
  'die-finished': async ({ directory }) => {
    const hash = createHash('sha256').update(basename(directory)).digest('hex');
    writeResultFile(directory, { id: basename(directory) }, { hash }, { wall: 1, cpu: 1 });
    await die();
  },
  die,
  'die-once': async (context) => {
    if (isFirstTime(context)) await die();
  },
  damage: async (context) => {
    if (!isFirstTime(context)) return;
    const path = join(context.directory, 'snapshot.bin');
    const bytes = fs.readFileSync(path);
    bytes[100]! ^= 1;
    fs.writeFileSync(path, bytes);
    await die();
  },
  exit: () => {
    process.stderr.write('the native library has had enough\n');
    process.exit(7);
  },
  hang: ({ base }) => {
    fs.writeFileSync(join(base, `hangs-${process.pid}`), '');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  wait: async ({ base, signal }) => {
    fs.writeFileSync(join(base, `waits-${process.pid}`), '');
    while (!signal.aborted && !fs.existsSync(join(base, 'go')))
      await new Promise((resolve) => setTimeout(resolve, 5));
  },
};

function die(): Promise<void> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

/** True the first time that this step comes to its trouble. */
function isFirstTime({ directory, base }: StepContext): boolean {
  const mark = join(base, `died-${basename(directory)}`);
  if (fs.existsSync(mark)) return false;
  fs.writeFileSync(mark, '');
  return true;
}

function start(needs: readonly string[], context: StepContext): Float64Array {
  const weights = new Float64Array(size);
  for (const need of needs) {
    const { directory, result } = context.dependency(need);
    const bytes = fs.readFileSync(join(directory, 'checkpoint', 'weights.bin'));
    if ((result as { hash: Json }).hash !== createHash('sha256').update(bytes).digest('hex'))
      throw new GraftError('bad-data', {
        what: `weights of ${need}`,
        problem: 'they are not what was recorded',
      });
    const other = new Float64Array(new Uint8Array(bytes).buffer);
    for (let i = 0; i < size; i++) weights[i] = weights[i]! + other[i]!;
  }
  return weights;
}

/** Snapshot file: 32 bytes of SHA-256 over the rest, the number of the update, the weights. */
function sealed(weights: Float64Array, update: number): Uint8Array {
  const content = new Uint8Array(Float64Array.of(update, ...weights).buffer);
  return new Uint8Array([...createHash('sha256').update(content).digest(), ...content]);
}

function resume(path: string, context: StepContext): { weights: Float64Array; update: number } | undefined {
  if (!fs.existsSync(path)) return undefined;
  const bytes = new Uint8Array(fs.readFileSync(path));
  const content = bytes.slice(32);
  if (!createHash('sha256').update(content).digest().equals(bytes.subarray(0, 32))) {
    context.emit({ type: 'warning', text: `${path} is damaged: starting from the beginning` });
    return undefined;
  }
  const values = new Float64Array(content.buffer);
  return { weights: values.slice(1), update: values[0]! };
}
