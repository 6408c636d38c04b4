import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Environment } from './report-data.ts';

/** The machine and Node.js as they are; versions of packages, workers and device are the caller's knowledge. */
export function describeEnvironment(
  run: Pick<Environment, 'versions' | 'workers' | 'threadsPerWorker' | 'device'>,
): Environment {
  return {
    ...run,
    versions: { ...run.versions, 'Node.js': process.versions.node },
    platform: `${platform()} ${release()} (${arch()})`,
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memory: totalmem(),
  };
}
