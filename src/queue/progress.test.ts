import { describe, expect, test } from 'vitest';
import type { StepKind } from '../study/step.ts';
import {
  initialProgress,
  type Progress,
  type ProgressAction,
  reduceProgress,
  secondsLeft,
} from './progress.ts';

const planned = (id: string, kind: StepKind, flops: number, done = false) => ({
  id,
  kind,
  label: `step ${id}`,
  flops,
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
  test('is unknown at first, then follows the running steps, then the finished ones', () => {
    expect(secondsLeft(progressAfter(), 0)).toBeUndefined();
    // a did half of its 100 operations in 5 s: 10 operations a second; 450 are left, on two workers.
    const half = progressAfter(start('a', 0), {
      type: 'event',
      at: 5000,
      id: 'a',
      event: { type: 'progress', done: 1, total: 2, phase: 'training' },
    });
    expect(secondsLeft(half, 5000)).toBeCloseTo(45 / 2, 6);
    // a took 20 s: 5 operations a second, for the tune step too; 400 are left.
    const finished = progressAfter(start('a', 0), { type: 'finished', at: 20_000, id: 'a' });
    expect(secondsLeft(finished, 20_000)).toBeCloseTo(80 / 2, 6);
  });

  test('is not shorter than the longest step and ends at 0', () => {
    const actions: ProgressAction[] = [
      start('a', 0),
      { type: 'finished', at: 10_000, id: 'a' },
      start('b', 0, 10_000),
      { type: 'finished', at: 20_000, id: 'b' },
      start('t', 0, 20_000),
      { type: 'finished', at: 30_000, id: 't' },
      start('c', 0, 30_000),
    ];
    expect(secondsLeft(progressAfter(...actions), 30_000)).toBeCloseTo(20, 6);
    expect(secondsLeft(progressAfter(...actions), 35_000)).toBeCloseTo(15, 6);
    expect(secondsLeft(progressAfter(...actions), 90_000)).toBe(0);
    expect(secondsLeft(progressAfter(...actions, { type: 'finished', at: 50_000, id: 'c' }), 50_000)).toBe(0);
  });
});
