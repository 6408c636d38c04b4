import { GraftError } from '../errors.ts';

/**
 * Procedures for many tests at once. The first five hold the family-wise error rate, the last two the false discovery
 * rate. 'holm' (Holm 1979) needs no assumption on dependence.
 */
export const adjustments = {
  bonferroni: (sorted) => sorted.map((p) => p * sorted.length),
  sidak: (sorted) => sorted.map((p) => atLeastOne(p, sorted.length)),
  holm: (sorted) => runningMax(sorted.map((p, i) => p * (sorted.length - i))),
  'holm-sidak': (sorted) => runningMax(sorted.map((p, i) => atLeastOne(p, sorted.length - i))),
  /** Hochberg 1988; assumes independence or positive dependence. */
  hochberg: (sorted) => runningMinFromEnd(sorted.map((p, i) => p * (sorted.length - i))),
  /** Benjamini and Hochberg 1995; assumes independence or positive dependence. */
  'benjamini-hochberg': (sorted) => runningMinFromEnd(sorted.map((p, i) => (p * sorted.length) / (i + 1))),
  /** Benjamini and Yekutieli 2001; any dependence. */
  'benjamini-yekutieli': (sorted) => {
    const harmonic = sorted.reduce((sum, _, i) => sum + 1 / (i + 1), 0);
    return runningMinFromEnd(sorted.map((p, i) => (p * sorted.length * harmonic) / (i + 1)));
  },
} as const satisfies Record<string, (sorted: readonly number[]) => number[]>;

/** The name of a multiplicity procedure. */
export type Adjustment = keyof typeof adjustments;

/**
 * Adjusted p-values in the order of `p`, each at most 1: a hypothesis is rejected at level alpha when its adjusted
 * p-value is <= alpha. Fails with `invalid-value` on a p-value outside [0, 1].
 */
export function adjustPValues(p: ArrayLike<number>, adjustment: Adjustment): Float64Array {
  const order = Array.from({ length: p.length }, (_, i) => i).sort((a, b) => p[a]! - p[b]!);
  for (const i of order) {
    if (!(p[i]! >= 0 && p[i]! <= 1)) {
      throw new GraftError('invalid-value', {
        what: `p-value ${i}`,
        received: p[i],
        allowed: 'numbers from 0 to 1',
      });
    }
  }
  const adjusted = adjustments[adjustment](order.map((i) => p[i]!));
  const out = new Float64Array(p.length);
  order.forEach((at, i) => {
    out[at] = Math.min(1, adjusted[i]!);
  });
  return out;
}

/** 1 - (1 - p)^n without cancellation. */
function atLeastOne(p: number, n: number): number {
  return -Math.expm1(n * Math.log1p(-p));
}

function runningMax(values: number[]): number[] {
  let highest = 0;
  return values.map((value) => {
    highest = Math.max(highest, value);
    return highest;
  });
}

function runningMinFromEnd(values: number[]): number[] {
  return runningMin(values.reverse()).reverse();
}

function runningMin(values: number[]): number[] {
  let lowest = Infinity;
  return values.map((value) => {
    lowest = Math.min(lowest, value);
    return lowest;
  });
}
