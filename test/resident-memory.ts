import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Resident memory in bytes after a full collection: what the collector has not yet swept is no leak. */
export function residentMemory(): number {
  collect();
  return process.memoryUsage().rss;
}
