import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { compile } from '../engine/compile.ts';
import { input } from '../tensor/build.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { program } from '../tensor/program.ts';

/** What the machine offers. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Bytes that programs may use (a container's limit where there is one), and those free now. */
  readonly memory: { readonly total: number; readonly free: number };
}

/** What this process may use of the machine. */
export function describeMachine(): Machine {
  const limit = process.constrainedMemory();
  // Without a limit the system reports none, or one beyond what there is.
  const total = limit !== undefined && limit > 0 && limit < totalmem() ? limit : totalmem();
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: { total, free: Math.min(total, availableMemory()) },
  };
}

/** Memory that can be had without swapping; where the system does not tell, what is free. */
function availableMemory(): number {
  const available = (process as { availableMemory?: () => number }).availableMemory?.();
  return available !== undefined && available > 0 ? available : freemem();
}

/** Bytes free on the disk that holds a folder, which need not exist yet; undefined where the system does not tell. */
export function freeDisk(folder: string): number | undefined {
  for (let place = folder; ; place = dirname(place)) {
    try {
      const { bavail, bsize } = statfsSync(place);
      return bavail * bsize;
    } catch {
      if (dirname(place) === place) return undefined;
    }
  }
}

const SIDE = 512;

/** Floating-point operations a second of matrix products of 512 x 512 on one thread: the best of several, over about `milliseconds`. */
export async function measureMatrixRate(now: () => number, milliseconds = 150): Promise<number> {
  const a = input('a', [SIDE, SIDE]);
  const b = input('b', [SIDE, SIDE]);
  const executable = await compile(program({ c: matmul(a, b) }), { threads: 1 });
  try {
    const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % 7) / 7);
    const bound = executable.bind({ a: values, b: values });
    await bound.run();
    let best = Number.POSITIVE_INFINITY;
    for (const end = now() + milliseconds; now() < end; ) {
      const before = now();
      await bound.run();
      best = Math.min(best, now() - before);
    }
    return (2 * SIDE ** 3) / (best / 1000);
  } finally {
    await executable.dispose();
  }
}
