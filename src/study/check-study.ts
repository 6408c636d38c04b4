import { type BudgetPool, drawBudget, largestBudget } from '../data/budget.ts';
import { examplesOf, type PreparedData } from '../data/prepare-data.ts';
import { GraftError, isGraftError } from '../errors.ts';
import { type Stream, stream } from '../random.ts';
import type { StudySpec } from './study-spec.ts';

/** Seeds of tuning runs start here, where no reported seed may be. */
export const FIRST_TUNING_SEED = 1_000_000;

/** Refuses seeds that are those of tuning runs, or given twice. */
export function checkSeeds(seeds: readonly number[]): void {
  const bad = seeds.find((seed, i) => seed >= FIRST_TUNING_SEED || seeds.indexOf(seed) !== i);
  if (bad !== undefined)
    throw new GraftError('invalid-value', {
      what: 'a seed',
      received: bad,
      allowed: `different numbers below ${FIRST_TUNING_SEED}, which is where seeds of tuning runs start`,
      where: 'seeds',
    });
}

/**
 * Refuses numbers of pre-trainings that leave trials neither with one checkpoint for all nor with one each: shared by
 * some, it would make their results alike, and a spread over seeds that are not independent claims too much.
 */
export function checkSourceSeeds(sourceSeeds: number, seeds: number): void {
  if (sourceSeeds === 1 || sourceSeeds === seeds) return;
  throw new GraftError('invalid-value', {
    what: 'number of pre-trainings',
    received: sourceSeeds,
    allowed: `1 (one checkpoint for all seeds) or ${seeds} (each seed its own)`,
    where: 'source.seeds',
  });
}

/** Draws a budget to see that it can be drawn; what is wrong is said with the key that asks for it. */
function checkDraw(pool: BudgetPool, budget: number, draw: Stream, validation: number | undefined): void {
  try {
    drawBudget(pool, budget, draw, validation);
  } catch (error) {
    if (!isGraftError(error, 'invalid-value')) throw error;
    const where = error.facts.what === 'budget' ? 'budgets' : 'training.validation';
    throw new GraftError('invalid-value', { ...error.facts, where }, { cause: error });
  }
}

/** Refuses budgets given twice, and those that the draws of some seed, reported or of a tuning run, do not have. */
export function checkBudgets(spec: StudySpec, target: PreparedData, seeds: readonly number[]): void {
  const pool = examplesOf(target.train, target.window);
  const tuning = Array.from({ length: spec.training.tuningSeeds }, (_, i) => FIRST_TUNING_SEED + i);
  const draws = [...seeds, ...tuning].map((seed) => stream(seed).child('budget'));
  const twice = spec.budgets.find((budget, i) => spec.budgets.indexOf(budget) !== i);
  if (twice !== undefined)
    throw new GraftError('invalid-value', {
      what: 'a budget',
      received: twice,
      allowed: 'each budget once',
      where: 'budgets',
    });
  for (const budget of spec.budgets) {
    const most = Math.min(...draws.map((draw) => largestBudget(pool, draw)));
    if (budget > most)
      throw new GraftError('invalid-value', {
        what: 'budget',
        received: budget,
        allowed: `at most ${most}: the training part of ${target.name} has ${pool.count} items, from which budgets of every seed are drawn`,
        where: 'budgets',
      });
    for (const draw of draws) checkDraw(pool, budget, draw, spec.training.validation);
  }
}
