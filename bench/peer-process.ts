import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Something that makes training steps and says how many milliseconds each took. */
export interface Contender {
  readonly name: string;
  run(steps: number): Promise<readonly number[]>;
  end(): Promise<void>;
}

/** A Python program of `bench/peers` that speaks the line protocol `run N` -> {"steps_ms": [...]}. */
export async function peerProcess(name: string, python: string, args: readonly string[]): Promise<Contender> {
  // Threads of a program whose turn it is not must not stay awake beside the other; PyTorch's own steps take no longer so.
  const child: ChildProcess = spawn(python, [...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const answer = async (): Promise<{ steps_ms?: number[]; error?: string }> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} (${args.join(' ')}) ended without an answer`);
    const parsed = JSON.parse(value) as { steps_ms?: number[]; error?: string };
    if (parsed.error !== undefined) throw new Error(`${name}: ${parsed.error}`);
    return parsed;
  };
  await answer();
  return {
    name,
    async run(steps) {
      child.stdin!.write(`run ${steps}\n`);
      return (await answer()).steps_ms!;
    },
    async end() {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.stdin!.write('quit\n');
      await closed;
    },
  };
}

/** Runs contenders in turns and returns each one's median milliseconds. */
export async function inTurns(
  contenders: readonly Contender[],
  rounds: number,
  steps: number,
): Promise<Record<string, { median: number; least: number }>> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await contender.run(steps);
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) times.get(contender.name)!.push(...(await contender.run(steps)));
  return Object.fromEntries(
    [...times].map(([name, list]) => {
      const sorted = [...list].sort((a, b) => a - b);
      return [name, { median: sorted[Math.floor(sorted.length / 2)]!, least: sorted[0]! }];
    }),
  );
}
