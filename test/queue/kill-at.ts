import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Sqlite3Client, Sqlite3Transaction } from '@libsql/client/sqlite3';

/** Where to kill: at the event of this number in a process that runs `program`. */
export interface KillPoint {
  readonly program: 'parent' | 'worker';
  /** A write (killed half-way), a sync or a rename of a file; a commit of the database; milliseconds of time. */
  readonly event: 'write' | 'sync' | 'rename' | 'commit' | 'time';
  readonly number: number;
  /** For commits: microseconds after their beginning. */
  readonly delay: number;
  readonly target: 'worker' | 'parent' | 'group';
  /** File that is made when it happens; it happens once. */
  readonly mark: string;
}

// Loaded before the program, in it and in its workers (NODE_OPTIONS=--import=…). GRAFT_TEST_KILL holds a KillPoint;
// GRAFT_TEST_COUNT a folder of files '<program>-<event>', which grow by one byte with each event. The program leads a
// process group of its own. GRAFT_TEST_CLOCK makes its clock run faster, so that snapshots, which are written every few
// seconds, fall within short steps.

const speed = Number(process.env.GRAFT_TEST_CLOCK ?? 1);
if (speed !== 1) {
  const trueNow = performance.now.bind(performance);
  performance.now = () => trueNow() * speed;
}

const isWorker = /worker(-process)?\.js$/.test(process.argv[1] ?? '');
const point = process.env.GRAFT_TEST_KILL
  ? (JSON.parse(process.env.GRAFT_TEST_KILL) as KillPoint)
  : undefined;
const tally = process.env.GRAFT_TEST_COUNT;
const isConcerned = point !== undefined && (point.program === 'worker') === isWorker;
const counts = { write: 0, sync: 0, rename: 0, commit: 0 };

/** Counts an event; true where it is the one. */
function reached(event: keyof typeof counts): boolean {
  counts[event]++;
  if (tally !== undefined)
    originals.appendFileSync(join(tally, `${isWorker ? 'worker' : 'parent'}-${event}`), '.');
  return isConcerned && point.event === event && counts[event] === point.number && claim();
}

function claim(): boolean {
  try {
    originals.closeSync(originals.openSync(point!.mark, 'wx'));
    return true;
  } catch {
    return false;
  }
}

function victim(): number {
  const parent = isWorker ? process.ppid : process.pid;
  switch (point!.target) {
    case 'worker':
      return process.pid;
    case 'parent':
      return parent;
    case 'group':
      return -parent;
  }
}

const originals = { ...fs };
const write = originals.writeSync as (
  file: number,
  data: Uint8Array,
  offset: number,
  length: number,
) => number;
fs.writeSync = ((file: number, data: Uint8Array, offset: number, length: number) => {
  if (reached('write')) {
    write(file, data, offset, Math.floor(length / 2));
    process.kill(victim(), 'SIGKILL');
  }
  return write(file, data, offset, length);
}) as typeof fs.writeSync;
fs.fsyncSync = (file) => {
  if (reached('sync')) process.kill(victim(), 'SIGKILL');
  originals.fsyncSync(file);
};
fs.renameSync = (from, to) => {
  if (reached('rename')) process.kill(victim(), 'SIGKILL');
  originals.renameSync(from, to);
};
syncBuiltinESMExports();

if (isConcerned && point.event === 'time')
  setTimeout(() => {
    if (claim()) process.kill(victim(), 'SIGKILL');
  }, point.number).unref();

if (isConcerned && point.event === 'commit') {
  // Commits happen in native code on the main thread: another thread kills while they are under way.
  const flag = new Int32Array(new SharedArrayBuffer(4));
  new Worker(
    `const { flag, delay, pid } = require('node:worker_threads').workerData;
    Atomics.wait(flag, 0, 0);
    const end = performance.now() + delay / 1000;
    while (performance.now() < end);
    process.kill(pid, 'SIGKILL');`,
    { eval: true, workerData: { flag, delay: point.delay, pid: victim() } },
  ).unref();
  watchCommits(() => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
} else {
  watchCommits(() => {});
}

function watchCommits(act: () => void): void {
  const watch = (prototype: object, name: string, isCommit: (statement: unknown) => boolean) => {
    const methods = prototype as Record<string, (...values: unknown[]) => unknown>;
    const original = methods[name]!;
    methods[name] = function (this: unknown, ...values) {
      if (isCommit(values[0]) && reached('commit')) act();
      return original.apply(this, values);
    };
  };
  watch(Sqlite3Transaction.prototype, 'commit', () => true);
  // A statement outside a transaction commits itself.
  watch(Sqlite3Client.prototype, 'execute', (statement) =>
    /^(insert|update)/.test((statement as { sql?: string }).sql ?? ''),
  );
}
