import { describe, expect, test } from 'vitest';
import type { StepKind } from '../study/step.ts';
import {
  initialProgress,
  type PlannedStep,
  type Progress,
  type ProgressAction,
  reduceProgress,
  secondsLeft,
} from './progress.ts';

const planned = (id: string, kind: StepKind, seconds: number | undefined, done = false): PlannedStep => ({
  id,
  kind,
  label: `step ${id}`,
  needs: [],
  predicted: seconds === undefined ? undefined : { seconds, training: 0.8 },
  done,
});
const plan: ProgressAction = {
  type: 'plan',
  at: 0,
  workers: 2,
  steps: [
    planned('p', 'pretrain', 1000, true),
    planned('a', 'trial', 100),
    planned('b', 'trial', 100),
    planned('c', 'trial', 200),
    planned('t', 'tune', 100),
  ],
};
const progressAfter = (...actions: ProgressAction[]): Progress =>
  [plan, ...actions].reduce(reduceProgress, initialProgress);
const start = (id: string, worker: number, at = 0): ProgressAction => ({ type: 'started', at, id, worker });
const failure = { kind: 'unexpected', message: 'it broke' } as const;

test('counts and workers follow the steps', () => {
  expect(progressAfter().counts).toEqual({ waiting: 4, running: 0, done: 0, failed: 0, reused: 1 });
  const running = progressAfter(start('a', 0), start('b', 1));
  expect(running.counts).toEqual({ waiting: 2, running: 2, done: 0, failed: 0, reused: 1 });
  expect(running.workers).toEqual(['a', 'b']);
  const ended = progressAfter(
    start('a', 0),
    start('b', 1),
    { type: 'finished', at: 1000, id: 'a' },
    { type: 'failed', at: 1000, id: 'b', failure },
    start('c', 1),
    { type: 'put-back', at: 1500, id: 'c', reason: 'its worker died' },
  );
  expect(ended.counts).toEqual({ waiting: 2, running: 0, done: 1, failed: 1, reused: 1 });
  expect(ended.workers).toEqual([null, null]);
  expect(ended.steps.get('b')!.failure).toEqual(failure);
  expect(ended.notes).toEqual([{ id: 'c', warning: true, text: 'its worker died' }]);
  // A step that is blocked fails without having run.
  expect(progressAfter({ type: 'failed', at: 0, id: 'c', failure }).counts).toMatchObject({
    waiting: 3,
    failed: 1,
  });
});

test('a running step shows its phase and its latest validation until it ends', () => {
  const events: ProgressAction[] = [
    start('a', 0),
    { type: 'event', at: 1, id: 'a', event: { type: 'progress', done: 30, total: 100, phase: 'training' } },
    {
      type: 'event',
      at: 1,
      id: 'a',
      event: { type: 'look', step: 10, training: 2, validation: 1.5, terms: { diversity: 0.9 } },
    },
    { type: 'event', at: 1, id: 'a', event: { type: 'note', text: 'go' } },
  ];
  const running = progressAfter(...events);
  expect(running.steps.get('a')).toMatchObject({
    phase: { name: 'training', done: 30, total: 100 },
    validation: 1.5,
    terms: { diversity: 0.9 },
  });
  expect(running.notes).toEqual([{ id: 'a', warning: false, text: 'go' }]);
  const ended = progressAfter(...events, { type: 'finished', at: 2, id: 'a' });
  expect(ended.steps.get('a')).toEqual({ ...planned('a', 'trial', 100), state: 'done' });
});

test('unknown steps change nothing', () => {
  const before = progressAfter();
  expect(reduceProgress(before, start('x', 0))).toBe(before);
});

describe('the time left', () => {
  const event = (
    time: number,
    id: string,
    done: number,
    total: number,
    phase = 'training',
  ): ProgressAction => ({ type: 'event', at: time, id, event: { type: 'progress', done, total, phase } });
  const of = (steps: readonly PlannedStep[], actions: readonly ProgressAction[], workers = 1): Progress =>
    [{ type: 'plan', at: 0, steps, workers } as const, ...actions].reduce(reduceProgress, initialProgress);

  test('is what was predicted as long as nothing was measured, on as many workers', () => {
    // 100, 100, 200 and 100 seconds on two workers.
    expect(secondsLeft(progressAfter(), 0)).toBeCloseTo(300, 6);
  });

  test('follows what finished work took against its prediction, little of it little', () => {
    const plan = [
      planned('p', 'pretrain', 100),
      ...['a', 'b', 'c', 'd'].map((id) => planned(id, 'trial', 100)),
    ];
    const leftAfter = (seconds: number) =>
      secondsLeft(
        of(plan, [start('p', 0), { type: 'finished', at: 1000 * seconds, id: 'p' }]),
        1000 * seconds,
      )!;
    expect(leftAfter(100)).toBeCloseTo(400, 6);
    // Twice as slow: nearly so for the rest, which is of another kind.
    expect(leftAfter(200)).toBeGreaterThan(600);
    expect(leftAfter(200)).toBeLessThan(800);
    // A short first step that is ten times as slow says little.
    const short = of(
      [planned('p', 'pretrain', 1), ...plan.slice(1)],
      [start('p', 0), { type: 'finished', at: 10_000, id: 'p' }],
    );
    expect(secondsLeft(short, 10_000)).toBeLessThan(700);
  });

  test('takes the part of a running step that is done from its progress, and steps of earlier runs as measured', () => {
    const done = { ...planned('p', 'pretrain', 400, true), took: 800 };
    const plan = [done, planned('a', 'trial', 100)];
    const rest = secondsLeft(of(plan, []), 0)!;
    expect(rest).toBeGreaterThan(170);
    // Half of training, which is four fifths of the step.
    const half = of(plan, [start('a', 0), event(80_000, 'a', 0, 100), event(80_000, 'a', 50, 100)]);
    expect(secondsLeft(half, 80_000)! / rest).toBeCloseTo(0.6, 1);
    const measuring = of(plan, [
      start('a', 0),
      event(160_000, 'a', 0, 100),
      event(180_000, 'a', 0, 5, 'measuring: x'),
    ]);
    expect(secondsLeft(measuring, 180_000)!).toBeLessThan(0.3 * rest);
  });

  test('does not take a step that goes on from a snapshot for a fast one', () => {
    const plan = [planned('a', 'pretrain', 100), planned('b', 'pretrain', 100)];
    const resumed = of(plan, [start('a', 0), event(1000, 'a', 90, 100), event(9000, 'a', 100, 100)]);
    // The last tenth of training took about as long as predicted.
    expect(secondsLeft(resumed, 9000)!).toBeGreaterThan(100);
  });

  test('without predictions is unknown at first, then follows the steps themselves', () => {
    const plan = [planned('a', 'pretrain', undefined), planned('b', 'pretrain', undefined)];
    expect(secondsLeft(of(plan, [start('a', 0)]), 1000)).toBeUndefined();
    const half = of(plan, [start('a', 0), event(0, 'a', 0, 100), event(45_000, 'a', 50, 100)]);
    expect(secondsLeft(half, 45_000)!).toBeGreaterThan(100);
    expect(secondsLeft(half, 45_000)!).toBeLessThan(160);
  });

  test('ends at 0, and waits for what a step needs', () => {
    const chain = [planned('a', 'trial', 10), { ...planned('b', 'trial', 20), needs: ['a'] }];
    expect(secondsLeft(of(chain, [], 2), 0)).toBeCloseTo(30, 6);
    const finished = (id: string, time: number): ProgressAction => ({ type: 'finished', at: time, id });
    const all = [start('a', 0), finished('a', 10_000), start('b', 0, 10_000)];
    expect(secondsLeft(of(chain, all), 20_000)).toBeCloseTo(10, 6);
    expect(secondsLeft(of(chain, all), 90_000)).toBe(0);
    expect(secondsLeft(of(chain, [...all, finished('b', 30_000)]), 30_000)).toBe(0);
  });
});
