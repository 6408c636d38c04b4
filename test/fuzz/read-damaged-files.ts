import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '../../src/errors.ts';
import { type Stream, stream } from '../../src/random.ts';
import { alteredJson, cut, mutated } from './alter-file.ts';
import { damagedSubjects, type Subject } from './damaged-subjects.ts';

/** What a program that read damaged files says at its end. */
export interface DamageReport {
  /** For each file: how often it was read all the same, and how often refused with a code. */
  readonly outcomes: Readonly<Record<string, { read: number; refused: number }>>;
  /** Errors without a code, or with a message that is none, and where they came from. */
  readonly failures: readonly string[];
  /** Bytes of memory that the process had at most. */
  readonly peak: number;
  /** Seconds that the slowest file took, and which it was. */
  readonly slowest: { readonly seconds: number; readonly file: string };
}

/** How often each file is cut off, and how often bytes or members of it are changed. */
const CUTS = 20;
const CHANGES = 160;

const [, , root, golden] = process.argv as [string, string, string, string];
const outcomes: Record<string, { read: number; refused: number }> = {};
const failures: string[] = [];
let slowest = { seconds: 0, file: '' };

async function attempt({ name, path, read }: Subject, damage: string, bytes: Uint8Array): Promise<void> {
  writeFileSync(path, bytes);
  const start = performance.now();
  outcomes[name] ??= { read: 0, refused: 0 };
  try {
    await read();
    outcomes[name].read++;
  } catch (error) {
    outcomes[name].refused++;
    const isClear =
      error instanceof GraftError &&
      error.message.length < 2500 &&
      !/undefined|NaN|\[object/.test(error.message.replaceAll(path, ''));
    if (!isClear) {
      failures.push(`${name}, ${damage}: ${(error as Error).stack ?? error}`);
      writeFileSync(join(root, `failure-${failures.length}`), bytes);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  if (seconds > slowest.seconds) slowest = { seconds, file: `${name}, ${damage}` };
}

for (const subject of damagedSubjects(root, golden)) {
  const whole = new Uint8Array(readFileSync(subject.path));
  await subject.read();
  const seed = stream(29).child(subject.name);
  const damages: readonly (readonly [string, number, (own: Stream) => Uint8Array])[] = [
    ['cut', CUTS, (own) => cut(whole, own)],
    ['changed', subject.json ? CHANGES / 4 : CHANGES, (own) => mutated(whole, own)],
    [
      'altered',
      subject.json ? CHANGES : 0,
      (own) => Buffer.from(alteredJson(Buffer.from(whole).toString(), own)),
    ],
  ];
  for (const [kind, times, damage] of damages)
    for (let i = 0; i < times; i++)
      await attempt(subject, `${kind} ${i}`, damage(seed.child(`${kind} ${i}`)));
  writeFileSync(subject.path, whole);
}

const report: DamageReport = {
  outcomes,
  failures,
  peak: process.resourceUsage().maxRSS * 1024,
  slowest,
};
process.stdout.write(JSON.stringify(report));
