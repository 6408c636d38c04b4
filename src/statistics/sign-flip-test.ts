import type { Stream } from '../random.ts';
import type { Alternative, TestResult } from './alternative.ts';
import { requireSample } from './require-finite.ts';
import { mean } from './summarize.ts';

/** Options of the sign-flip test. */
export interface SignFlipOptions {
  /** Default 'two-sided': twice the smaller tail, at most 1. */
  alternative?: Alternative;
  /** Largest n for which all 2^n patterns are counted; default 16. */
  exactUpTo?: number;
  /** Patterns drawn above it; default 20,000. */
  draws?: number;
  /** Where drawn patterns come from. */
  stream: Stream;
}

/**
 * Permutation test of paired differences: the distribution of their mean under random signs (Fisher 1935), exact for
 * small n; for large n drawn, with the observed pattern counted among the draws so that p is never 0
 * (Phipson and Smyth 2010). Valid where the differences are symmetric about zero under the hypothesis.
 */
export function signFlipTest(
  differences: ArrayLike<number>,
  { alternative = 'two-sided', exactUpTo = 16, draws = 20_000, stream }: SignFlipOptions,
): TestResult {
  requireSample(differences, 1, 'differences of the sign-flip test');
  const n = differences.length;
  const absolute = Float64Array.from(differences, Math.abs);
  const scale = absolute.reduce((a, b) => a + b, 0);
  // Sums that are equal but for rounding count as equal.
  const slack = 1e-12 * scale;
  let observed = 0;
  for (let i = 0; i < n; i++) observed += differences[i]!;
  let atMost = 0;
  let atLeast = 0;
  const count = (sum: number) => {
    if (sum <= observed + slack) atMost++;
    if (sum >= observed - slack) atLeast++;
  };
  let patterns: number;
  if (n <= exactUpTo) {
    patterns = 2 ** n;
    for (let bits = 0; bits < patterns; bits++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (bits >> i) & 1 ? absolute[i]! : -absolute[i]!;
      count(sum);
    }
  } else {
    patterns = draws + 1;
    count(observed);
    for (let draw = 0; draw < draws; draw++) {
      const uniforms = stream.child(draw).uint32s(Math.ceil(n / 32));
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (uniforms[i >> 5]! >>> (i & 31)) & 1 ? absolute[i]! : -absolute[i]!;
      count(sum);
    }
  }
  const [less, greater] = [atMost / patterns, atLeast / patterns];
  const p =
    alternative === 'less'
      ? less
      : alternative === 'greater'
        ? greater
        : Math.min(1, 2 * Math.min(less, greater));
  return { statistic: mean(differences), p };
}
