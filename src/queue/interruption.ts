/** How a person or the system asks a run to end. */
export interface Interruption {
  /** Aborted by the first signal: finish cleanly. */
  readonly signal: AbortSignal;
  /** Aborted by the second: end at once. */
  readonly killSignal: AbortSignal;
  /** 128 + the number of the first signal; undefined while there was none. */
  exitCode(): number | undefined;
  /** Stops listening. */
  dispose(): void;
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Listens for Ctrl-C (exit code 130), SIGTERM (143) and the terminal's end (129). */
export function listenForInterruption(onSignal?: (count: number) => void): Interruption {
  const stop = new AbortController();
  const kill = new AbortController();
  let exitCode: number | undefined;
  let count = 0;
  const listener = (name: NodeJS.Signals) => {
    exitCode ??= 128 + numbers[name as keyof typeof numbers];
    count++;
    (count === 1 ? stop : kill).abort();
    onSignal?.(count);
  };
  const names = Object.keys(numbers) as (keyof typeof numbers)[];
  for (const name of names) process.on(name, listener);
  return {
    signal: stop.signal,
    killSignal: kill.signal,
    exitCode: () => exitCode,
    dispose() {
      for (const name of names) process.off(name, listener);
    },
  };
}
