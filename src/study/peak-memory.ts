import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Begins to watch this process's resident memory; the function returned gives its peak in bytes since then. Where the
 * system cannot forget an earlier peak (all but Linux), it is the peak since the process began.
 */
export function watchPeakMemory(): () => number {
  const forgotten = forgetPeak();
  return () => (forgotten ? readPeak() : undefined) ?? process.resourceUsage().maxRSS * 1024;
}

/** proc(5), clear_refs: writing 5 sets the peak back to what is resident now. */
function forgetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}

/** proc(5), status: the high-water mark of resident memory. */
function readPeak(): number | undefined {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return found === null ? undefined : Number(found[1]) * 1024;
}
