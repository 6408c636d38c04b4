import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { StepContext } from './step.ts';
import { trainingClock } from './training-clock.ts';

let directory = mkdtempSync(join(tmpdir(), 'graft-clock-'));
afterEach(() => {
  rmSync(directory, { recursive: true });
  directory = mkdtempSync(join(tmpdir(), 'graft-clock-'));
});

let now = 0;
const attempt = (earlier: number) =>
  trainingClock({
    directory,
    now: () => now,
    earlier: { wall: earlier, cpu: earlier },
  } as unknown as StepContext);
const pass = (seconds: number) => {
  now += 1000 * seconds;
};

test('measuring that an earlier attempt did is no training', () => {
  const first = attempt(0);
  pass(10);
  first.trained();
  pass(7);
  // Killed while measuring, after 17 seconds; killed again while training, 4 seconds later.
  attempt(17);
  pass(4);
  const third = attempt(21);
  pass(2);
  third.trained();
  pass(3);
  expect(third.training().wall).toBeCloseTo(10 + 4 + 2, 9);
  expect(third.measuring().wall).toBeCloseTo(7 + 3, 9);
});

test('measuring of several attempts adds up', () => {
  let earlier = 0;
  for (let i = 0; i < 3; i++) {
    const clock = attempt(earlier);
    pass(5);
    clock.trained();
    pass(2);
    earlier += 7;
    expect(clock.training().wall).toBeCloseTo(5 * (i + 1), 9);
    expect(clock.measuring().wall).toBeCloseTo(2 * (i + 1), 9);
  }
});

test('a record that cannot be read costs no result', () => {
  writeFileSync(join(directory, 'clock.json'), '{"measured"');
  const clock = attempt(3);
  pass(1);
  expect(clock.training().wall).toBeCloseTo(4, 9);
});
