import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { Bounded } from './bounded.ts';
import { fallInterval, lastFall } from './crossing.ts';
import { normalCdf } from './normal.ts';
import { requireFinite, requireOpenUnit } from './require-finite.ts';
import { tCritical } from './student-t.ts';

/** The primary metric of a technique and of its reference over budgets, for the same seeds. */
export interface BudgetCurves {
  /** Numbers of examples, ascending, at least two. */
  budgets: ArrayLike<number>;
  /** [seeds, budgets]. */
  technique: readonly ArrayLike<number>[];
  /** [seeds, budgets], same seeds in the same order. */
  reference: readonly ArrayLike<number>[];
  /** Which way the metric is better. */
  direction: 'lower' | 'higher';
}

/** Options of figures that are read off budget curves. */
export interface CurveOptions {
  /** Default 0.95. */
  confidence?: number;
  /** Resamples of whole seeds; default 2000. */
  resamples?: number;
  /** Source of the resamples. */
  stream: Stream;
}

/** A figure read off budget curves, with its uncertainty over seeds. */
export interface CurveFigure {
  /** From the curves of means over seeds. */
  estimate: Bounded;
  /**
   * Paired t interval: outside of it the two sides differ at `confidence` when interpolated between budgets; null with
   * one seed. It agrees with the paired t interval of each budget.
   */
  interval: [Bounded, Bounded] | null;
  /** Distribution over resamples of whole seeds; null with one seed. */
  resampled: {
    /** Percentile interval, widened for few seeds. */
    interval: [Bounded, Bounded];
    /** Shares of the resamples in which the figure lies below, within and above what the budgets can show. */
    below: number;
    within: number;
    above: number;
  } | null;
}

/**
 * Break-even budget: the number of examples from which on the reference is at least as good as the technique,
 * interpolated in the logarithm of the budget. 'below' the smallest budget where the technique is ahead at none, 'at
 * least' the largest where it is still ahead there. With sides exchanged: from which budget on the technique is ahead.
 * Whole seeds are resampled (Efron and Tibshirani 1993, chapter 8).
 */
export function breakEvenBudget(curves: BudgetCurves, options: CurveOptions): CurveFigure {
  const { positions, technique, reference } = orient(curves);
  const ahead = technique.map((row, s) => row.map((value, j) => value - reference[s]![j]!));
  const budgets = curves.budgets;
  return figure(positions, ahead, options, (at) => {
    if (at === Infinity) return { relation: 'at least', value: budgets[budgets.length - 1]! };
    if (at === -Infinity) return { relation: 'below', value: budgets[0]! };
    return { relation: 'equal', value: Math.exp(at) };
  });
}

/**
 * Data-efficiency factor: how many times fewer examples the technique needs for the quality that the reference reaches
 * with `atBudget` examples (default: the largest budget): atBudget over the smallest budget at which the technique's
 * mean curve, interpolated in the logarithm of the budget, is as good. 'at least' where the smallest budget suffices,
 * 'below' where the largest does not. Whole seeds are resampled, the reference's with the technique's.
 */
export function dataEfficiency(
  curves: BudgetCurves,
  options: CurveOptions & { atBudget?: number },
): CurveFigure {
  const { positions, technique, reference } = orient(curves);
  const budgets = Array.from(curves.budgets);
  const atBudget = options.atBudget ?? budgets.at(-1)!;
  const column = budgets.indexOf(atBudget);
  if (column < 0) {
    throw new GraftError('invalid-value', {
      what: 'budget of the data-efficiency factor',
      received: atBudget,
      allowed: `one of the budgets ${budgets.join(', ')}`,
    });
  }
  // From large to small budgets: the last fall is where the technique's first reach ends.
  const backwards = positions.map((_, j) => -positions[positions.length - 1 - j]!);
  const ahead = technique.map((row, s) =>
    row.map((_, j) => row[row.length - 1 - j]! - reference[s]![column]!),
  );
  return figure(backwards, ahead, options, (at) => {
    if (at === Infinity) return { relation: 'at least', value: atBudget / budgets[0]! };
    if (at === -Infinity) return { relation: 'below', value: atBudget / budgets.at(-1)! };
    return { relation: 'equal', value: atBudget / Math.exp(-at) };
  });
}

function figure(
  positions: Float64Array,
  ahead: readonly Float64Array[],
  { confidence = 0.95, resamples = 2000, stream }: CurveOptions,
  bound: (at: number) => Bounded,
): CurveFigure {
  requireOpenUnit(confidence, 'confidence');
  const n = ahead.length;
  const all = Int32Array.from({ length: n }, (_, s) => s);
  const estimate = bound(lastFall(positions, meanCurve(ahead, all)));
  if (n < 2) return { estimate, interval: null, resampled: null };
  const [low, high] = fallInterval(positions, ahead, confidence);
  const falls = Float64Array.from({ length: resamples }, (_, i) =>
    lastFall(positions, meanCurve(ahead, stream.child(i).integers(n, n))),
  ).sort();
  // Widened tail: Hesterberg 2015, 'What teachers should know about the bootstrap', 'expanded percentile interval'.
  const tail = normalCdf(-Math.sqrt(n / (n - 1)) * tCritical(1 - confidence, n - 1));
  const rank = Math.min(resamples - 1, Math.floor(tail * resamples));
  const share = (keep: (at: number) => boolean) => falls.filter(keep).length / resamples;
  return {
    estimate,
    interval: [bound(low), bound(high)],
    resampled: {
      interval: [bound(falls[rank]!), bound(falls[resamples - 1 - rank]!)],
      below: share((at) => at === -Infinity),
      within: share(Number.isFinite),
      above: share((at) => at === Infinity),
    },
  };
}

function meanCurve(curves: readonly Float64Array[], seeds: Int32Array): Float64Array {
  const out = new Float64Array(curves[0]!.length);
  for (const s of seeds) for (let j = 0; j < out.length; j++) out[j]! += curves[s]![j]! / seeds.length;
  return out;
}

/** Log budgets, and both sides turned so that more is better. */
function orient({ budgets, technique, reference, direction }: BudgetCurves) {
  requireFinite(budgets, 'budget');
  const problem = (text: string) => new GraftError('bad-data', { what: 'budget curves', problem: text });
  if (budgets.length < 2) throw problem(`${budgets.length} budgets, at least 2 are needed`);
  for (let j = 0; j < budgets.length; j++) {
    if (!(budgets[j]! > (j === 0 ? 0 : budgets[j - 1]!)))
      throw problem('budgets are not positive and ascending');
  }
  if (technique.length === 0 || technique.length !== reference.length) {
    throw problem(
      `${technique.length} and ${reference.length} seeds; both sides need the same, at least one`,
    );
  }
  const sign = direction === 'higher' ? 1 : -1;
  const turn = (rows: readonly ArrayLike<number>[], side: string) =>
    rows.map((row, s) => {
      if (row.length !== budgets.length) {
        throw problem(`${side}, seed ${s}: ${row.length} values for ${budgets.length} budgets`);
      }
      requireFinite(row, 'budget curve', `${side}, seed ${s}`);
      return Float64Array.from(row, (value) => sign * value);
    });
  return {
    positions: Float64Array.from(budgets, Math.log),
    technique: turn(technique, 'technique'),
    reference: turn(reference, 'reference'),
  };
}
