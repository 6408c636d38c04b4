import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Stream } from '../../src/random.ts';
import { openStoreForReading } from '../../src/store/open-store.ts';
import { processStart } from '../../src/store/process-start.ts';
import { readResultFile } from '../../src/store/step-files.ts';
import type { StepRecord } from '../../src/store/step-record.ts';
import type { Json } from '../../src/study/step.ts';
import type { KillPoint } from './kill-at.ts';

/** A program that runs a plan in a workspace and is to survive being killed. */
export interface Subject {
  /** Its command line for a workspace, without `node`. */
  readonly command: (workspace: string) => readonly string[];
  /** Ids of the plan's steps. */
  readonly steps: readonly string[];
  /** The part of a result that must be the same whatever happened: all but clock and memory. */
  readonly comparable: (result: Json) => Json;
  /** How much faster than true its clock runs. */
  readonly clock?: number;
}

export interface Launch {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Runs the program in its own process group until it and what it wrote to are gone. */
export async function launch(
  subject: Subject,
  workspace: string,
  environment: Record<string, string> = {},
): Promise<Launch> {
  const child = spawn(process.execPath, subject.command(workspace), {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve) =>
    child.on('exit', (exitCode, signal) => resolve({ exitCode, signal, output })),
  );
}

export interface KillOptions {
  readonly folder: string;
  readonly killAt: string;
  readonly stream: Stream;
  readonly kills: number;
}

/**
 * Kills a run again and again, at points drawn over all that an undisturbed run does (file writes, syncs, renames,
 * commits, times), and expects each resumed run to end as the undisturbed one did. Returns what was killed where.
 *
 * Runs whose worker is killed must end by themselves; those that are killed whole are started again, up to three
 * times in one workspace before they may end. What was recorded as done when a run was killed stays as it was.
 */
export async function killAndResume(subject: Subject, options: KillOptions): Promise<readonly KillPoint[]> {
  const { folder, killAt, stream, kills } = options;
  const preload = {
    NODE_OPTIONS: `--import=${pathToFileURL(killAt).href}`,
    GRAFT_TEST_CLOCK: String(subject.clock ?? 1),
  };
  const tally = join(folder, 'tally');
  mkdirSync(tally, { recursive: true });
  const reference = join(folder, 'reference');
  const began = performance.now();
  const undisturbed = await launch(subject, reference, { ...preload, GRAFT_TEST_COUNT: tally });
  const duration = performance.now() - began;
  expect(undisturbed).toMatchObject({ exitCode: 0 });
  const expected = await outcomeOf(subject, reference);

  const happened: KillPoint[] = [];
  for (let attempt = 0; happened.length < kills; attempt++) {
    expect(attempt, `too few of the drawn points are reached: ${happened.length}`).toBeLessThan(4 * kills);
    const workspace = join(folder, `killed-${attempt}`);
    let ended = false;
    for (let round = 0; round < 3 && !ended && happened.length < kills; round++) {
      const point = drawPoint(
        stream.child(attempt).child(round),
        happened.length,
        join(folder, `mark-${attempt}-${round}`),
      );
      const { exitCode, signal, output } = await launch(subject, workspace, {
        ...preload,
        GRAFT_TEST_KILL: JSON.stringify(point),
      });
      if (existsSync(point.mark)) happened.push(point);
      if (signal === null) {
        expect({ exitCode, output, point }).toMatchObject({ exitCode: 0 });
        ended = true;
        break;
      }
      expect(signal).toBe('SIGKILL');
      // Every second time the workers are watched ending by themselves; else the next run meets them still there.
      if (round % 2 === 0) await expectWorkersToEnd(workspace);
    }
    const done = await recordsOf(subject, workspace);
    if (!ended) {
      const last = await launch(subject, workspace, preload);
      expect({ ...last, point: happened.at(-1) }).toMatchObject({ exitCode: 0 });
    }
    expect(await outcomeOf(subject, workspace)).toEqual(expected);
    const after = new Map((await recordsOf(subject, workspace)).map((record) => [record.id, record]));
    for (const record of done) if (record.state === 'done') expect(after.get(record.id)).toEqual(record);
  }
  return happened;

  function drawPoint(draws: Stream, index: number, mark: string): KillPoint {
    const uniform = (name: string) => draws.child(name).uniforms(1)[0]!;
    const [program, target] = (
      [
        ['worker', 'worker'],
        ['worker', 'parent'],
        ['worker', 'group'],
        ['parent', 'parent'],
        ['parent', 'group'],
      ] as const
    )[index % 5]!;
    const events =
      program === 'worker'
        ? (['write', 'sync', 'rename', 'time'] as const)
        : (['commit', 'write', 'commit', 'time'] as const);
    const event = events[Math.floor(index / 5) % events.length]!;
    // Each of the two workers sees about half of the workers' events.
    const seen =
      event === 'time'
        ? duration
        : sizeOf(join(tally, `${program}-${event}`)) / (program === 'worker' ? 2 : 1);
    return {
      program,
      event,
      target,
      mark,
      number: 1 + Math.floor(uniform('number') * seen),
      delay: Math.floor(uniform('delay') * 3000),
    };
  }
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

async function recordsOf(subject: Subject, workspace: string): Promise<readonly StepRecord[]> {
  if (!existsSync(join(workspace, 'graft.db'))) return [];
  const store = await openStoreForReading(workspace);
  try {
    return await store.steps(subject.steps);
  } finally {
    await store.close();
  }
}

/** All that must not depend on what happened on the way: states, results, and the bytes of all files. */
async function outcomeOf(subject: Subject, workspace: string): Promise<unknown> {
  const records = await recordsOf(subject, workspace);
  const steps = join(workspace, 'steps');
  const files = subject.steps.flatMap((id) => filesBelow(join(steps, id)).sort());
  return {
    steps: records.map(({ id, state, failure, result }) => ({
      id,
      state,
      failure,
      result: subject.comparable(result),
      written: subject.comparable(readResultFile(join(steps, id))!.result),
    })),
    names: files.map((file) => relative(steps, file)),
    hashes: files
      // It tells times; what of it must be the same stands above.
      .filter((file) => basename(file) !== 'result.json')
      .map(
        (file) => `${relative(steps, file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
      ),
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Waits until the workers that a killed run noted are gone. */
export async function expectWorkersToEnd(workspace: string): Promise<void> {
  const path = join(workspace, 'holder.json');
  if (!existsSync(path)) return;
  const { workers } = JSON.parse(readFileSync(path, 'utf8')) as { workers: { pid: number; start: string }[] };
  const alive = () => workers.filter(({ pid, start }) => processStart(pid) === start);
  const deadline = performance.now() + 300_000;
  while (alive().length > 0) {
    expect(performance.now(), `orphans: ${JSON.stringify(alive())}`).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
