import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import type { StepContext } from './step.ts';

interface Seconds {
  readonly wall: number;
  readonly cpu: number;
}

/** Tells a step's training time from the time of what follows it, over all of its attempts. */
export interface TrainingClock {
  /** Training has ended; what follows is measuring. */
  trained(): void;
  /** Seconds of training in all attempts: until now, or until `trained`. */
  training(): Seconds;
  /** Seconds of measuring in all attempts. */
  measuring(): Seconds;
}

/**
 * What an attempt leaves behind for the next one. The queue says only how long all earlier attempts took together:
 * `measured` is how much of that was measuring; `from`: measuring began when so much time had passed, all attempts
 * together, so that what was added since then is measuring, too.
 */
interface ClockRecord {
  readonly measured: Seconds;
  readonly from?: Seconds;
}

const FILE = 'clock.json';

const plus = (a: Seconds, b: Seconds): Seconds => ({ wall: a.wall + b.wall, cpu: a.cpu + b.cpu });
const minus = (a: Seconds, b: Seconds): Seconds => ({
  wall: Math.max(0, a.wall - b.wall),
  cpu: Math.max(0, a.cpu - b.cpu),
});

/** Starts the clock of an attempt at a step, which begins with training. */
export function trainingClock(context: StepContext): TrainingClock {
  const path = join(context.directory, FILE);
  const began = context.now();
  const cpuBegan = cpuUsage();
  const total = (): Seconds => {
    const { user, system } = cpuUsage(cpuBegan);
    return plus(context.earlier, {
      wall: (context.now() - began) / 1000,
      cpu: (user + system) / 1e6,
    });
  };
  const before = readRecord(path);
  const measured =
    before.from === undefined ? before.measured : plus(before.measured, minus(context.earlier, before.from));
  const write = (record: ClockRecord) => writeFileAtomic(path, `${JSON.stringify(record)}\n`);
  if (before.from !== undefined) write({ measured });
  let ended: Seconds | undefined;
  return {
    trained() {
      ended = total();
      write({ measured, from: ended });
    },
    training: () => minus(ended ?? total(), measured),
    measuring: () => (ended === undefined ? measured : plus(measured, minus(total(), ended))),
  };
}

const none: ClockRecord = { measured: { wall: 0, cpu: 0 } };

/** A record that cannot be read costs a wrong duration, no result. */
function readRecord(path: string): ClockRecord {
  if (!existsSync(path)) return none;
  try {
    const { measured, from } = JSON.parse(readFileSync(path, 'utf8')) as Partial<ClockRecord>;
    if (!isSeconds(measured)) return none;
    return isSeconds(from) ? { measured, from } : { measured };
  } catch {
    return none;
  }
}

const isSeconds = (value: Seconds | undefined): value is Seconds =>
  Number.isFinite(value?.wall) && Number.isFinite(value?.cpu);
