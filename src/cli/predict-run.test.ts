import { expect, test } from 'vitest';
import type { Step } from '../study/step.ts';
import { predictRun, shortages } from './predict-run.ts';

const step = (id: string, needs: readonly string[] = []): Step => ({
  id,
  kind: 'trial',
  label: id,
  needs,
  inputs: null,
  estimate: { flops: 1, memory: 1e8, disk: 1e6 },
});
const ten = () => 10;

test('steps are given to workers as they become free, behind those that they need', () => {
  const chain = [step('a'), step('b', ['a']), step('c', ['b'])];
  const start = predictRun([step('a')], 1, ten).wallSeconds - 10;
  // A chain takes as long with four workers as with one; independent steps do not.
  expect(predictRun(chain, 4, ten).wallSeconds).toBeCloseTo(start + 30, 9);
  expect(predictRun(chain, 1, ten).wallSeconds).toBeCloseTo(start + 30, 9);
  const apart = [step('a'), step('b'), step('c')];
  expect(predictRun(apart, 2, ten).wallSeconds).toBeCloseTo(start + 20, 9);
  expect(predictRun(apart, 3, ten).wallSeconds).toBeCloseTo(start + 10, 9);
});

test('memory counts the workers that can have work, disk all steps; nothing left takes nothing', () => {
  const two = [step('a'), step('b')];
  const prediction = predictRun(two, 8, ten);
  expect(prediction.workerMemory).toBe(1e8);
  expect(prediction.memory - predictRun(two, 1, ten).memory).toBeCloseTo(1e8, 0);
  expect(prediction.disk).toBe(2e6);
  expect(predictRun([], 2, ten).wallSeconds).toBe(0);
});

test('what the machine does not have is said, with what helps', () => {
  const prediction = predictRun([step('a'), step('b')], 2, ten);
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
