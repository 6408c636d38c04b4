/** A step with the seconds that it takes, or, where it runs, still takes. */
export interface TimedStep {
  readonly id: string;
  readonly needs: readonly string[];
  readonly seconds: number;
  readonly running: boolean;
}

/**
 * Seconds until all steps are done: running ones keep their workers, the others are given to `workers` in the plan's order
 * as soon as those that they need are done. `start`: until a worker can take its first step.
 */
export function scheduleSeconds(steps: readonly TimedStep[], workers: number, start = 0): number {
  if (steps.length === 0) return 0;
  const running = steps.filter((step) => step.running);
  const free = Array.from(
    { length: Math.max(1, Math.min(workers, steps.length)) },
    (_, i) => running[i]?.seconds ?? start,
  );
  const ends = new Map(running.map(({ id, seconds }) => [id, seconds]));
  for (const { id, needs, seconds, running: runs } of steps) {
    if (runs) continue;
    const ready = Math.max(0, ...needs.map((need) => ends.get(need) ?? 0));
    // The worker that can begin first.
    const worker = free.indexOf(Math.min(...free));
    const end = Math.max(free[worker]!, ready) + seconds;
    free[worker] = end;
    ends.set(id, end);
  }
  return Math.max(...ends.values());
}
