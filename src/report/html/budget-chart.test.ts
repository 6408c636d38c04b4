import { expect, test } from 'vitest';
import { stepBetween } from './budget-chart.ts';

/** Pixels between neighbouring techniques, and from the last technique of a budget to the first of the next. */
function pixels(budgets: readonly number[], techniques: number, width: number) {
  const step = Math.log(stepBetween(budgets, techniques, width));
  const logs = budgets.map(Math.log);
  const scale = width / (logs.at(-1)! - logs[0]! + (techniques + 1) * step);
  const gaps = logs.slice(1).map((log, i) => scale * (log - logs[i]! - (techniques - 1) * step));
  return { beside: scale * step, between: Math.min(...gaps) };
}

test('marks of techniques stand beside each other without touching, and apart from those of other budgets', () => {
  const few = pixels([25, 100, 400], 5, 280);
  expect(few.beside).toBeCloseTo(11, 9);
  expect(few.between).toBeGreaterThan(40);
  // Of many techniques or near budgets, budgets stay apart.
  for (const many of [pixels([25, 100, 400], 20, 280), pixels([100, 120, 800], 6, 280)])
    expect(many.between).toBeGreaterThan(many.beside);
  expect(stepBetween([100], 5, 280)).toBeGreaterThan(1);
});
