import { expect, test } from 'vitest';
import type { Step } from '../study/step.ts';
import { predictRun, shortages, stepSeconds } from './predict-run.ts';

const step = (id: string, flops: number, needs: readonly string[] = []): Step => ({
  id,
  kind: 'trial',
  label: id,
  needs,
  inputs: null,
  estimate: { flops, memory: 1e8, disk: 1e6 },
});

const rate = 1e9;
const alone = (flops: number) => stepSeconds(step('x', flops), rate);

test('steps are given to workers as they become free, behind those that they need', () => {
  const chain = [step('a', 1e9), step('b', 1e9, ['a']), step('c', 1e9, ['b'])];
  const start = predictRun([step('a', 1e9)], 1, rate).wallSeconds - alone(1e9);
  // A chain takes as long with four workers as with one; independent steps do not.
  expect(predictRun(chain, 4, rate).wallSeconds).toBeCloseTo(start + 3 * alone(1e9), 9);
  expect(predictRun(chain, 1, rate).wallSeconds).toBeCloseTo(start + 3 * alone(1e9), 9);
  const apart = [step('a', 1e9), step('b', 1e9), step('c', 1e9)];
  expect(predictRun(apart, 2, rate).wallSeconds).toBeCloseTo(start + 2 * alone(1e9), 9);
  expect(predictRun(apart, 3, rate).wallSeconds).toBeCloseTo(start + alone(1e9), 9);
});

test('memory counts the workers that can have work, disk all steps; nothing left takes nothing', () => {
  const two = [step('a', 1), step('b', 1)];
  const prediction = predictRun(two, 8, rate);
  expect(prediction.workerMemory).toBe(1e8);
  expect(prediction.memory - predictRun(two, 1, rate).memory).toBeCloseTo(1e8, 0);
  expect(prediction.disk).toBe(2e6);
  expect(predictRun([], 2, rate).wallSeconds).toBe(0);
});

test('what the machine does not have is said, with what helps', () => {
  const prediction = predictRun([step('a', 1), step('b', 1)], 2, rate);
  const show = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  expect(shortages(prediction, { memory: 1e10, disk: 1e9 }, show)).toEqual([]);
  expect(shortages(prediction, { memory: 1e10, disk: undefined }, show)).toEqual([]);
  const found = shortages(prediction, { memory: 2e8, disk: 1e6 }, show);
  expect(found).toHaveLength(2);
  expect(found[0]).toMatch(
    /of memory will be needed, but only 200 MB are free: use fewer workers \(each takes 100 MB\)/,
  );
  expect(found[1]).toMatch(/About 2 MB of disk .* only 1 MB are free: choose another --workspace/);
});
