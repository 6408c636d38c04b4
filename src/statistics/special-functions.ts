/**
 * Gamma and beta functions and their incomplete forms, in float64. Both tails are given, so that a small tail is
 * never the difference of two large numbers.
 */

const LOG_SQRT_2PI = 0.9189385332046727;

/**
 * The remainder of Stirling's formula: log Gamma(z) - [(z - 1/2) log z - z + log(2 pi) / 2] for z > 0.
 * Asymptotic series (Abramowitz and Stegun 1964, 6.1.41) from z = 10 on, recurrence below.
 */
export function stirlingError(z: number): number {
  let below = 0;
  let x = z;
  for (; x < 10; x++) below += (x + 0.5) * Math.log1p(1 / x) - 1;
  const u = 1 / (x * x);
  const series =
    1 / 12 - u * (1 / 360 - u * (1 / 1260 - u * (1 / 1680 - u * (1 / 1188 - u * (691 / 360360 - u / 156)))));
  return below + series / x;
}

/** log Gamma(z) for z > 0. */
export function logGamma(z: number): number {
  return (z - 0.5) * Math.log(z) - z + LOG_SQRT_2PI + stirlingError(z);
}

/** Both tails of a distribution function at one point; they add up to 1. */
export interface Tails {
  lower: number;
  upper: number;
}

/**
 * Regularised incomplete gamma functions P(a, x) and Q(a, x), a > 0, x >= 0: series below the mode, Lentz's continued
 * fraction above (Press et al. 2007, 'Numerical recipes', 6.2). Deviation: the leading factor is Loader's saddle-point
 * form (2000, 'Fast and accurate computation of binomial probabilities'), which does not cancel for large a.
 */
export function incompleteGamma(a: number, x: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const deviance = a * (x / a - 1 - logRatio(x, a, x - a));
  const factor = Math.sqrt(a / (2 * Math.PI)) * Math.exp(-deviance - stirlingError(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    const lower = Math.min(1, factor * sum);
    return { lower, upper: 1 - lower };
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 3e-16) break;
  }
  const upper = Math.min(1, factor * h);
  return { lower: 1 - upper, upper };
}

/**
 * Regularised incomplete beta function I_x(a, b) and its complement, a, b > 0, 0 <= x <= 1, by Lentz's continued
 * fraction (Press et al. 2007, 6.4), leading factor as in `incompleteGamma`.
 * `y` is 1 - x: give it where it is known more exactly than the subtraction can tell.
 */
export function incompleteBeta(a: number, b: number, x: number, y = 1 - x): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (y <= 0) return { lower: 1, upper: 0 };
  const excess = b * x - a * y;
  const deviance = -a * logRatio((a + b) * x, a, excess) - b * logRatio((a + b) * y, b, -excess);
  const correction = stirlingError(a + b) - stirlingError(a) - stirlingError(b);
  // x^a y^b / B(a, b)
  const factor = Math.sqrt((a * b) / (2 * Math.PI * (a + b))) * Math.exp(-deviance + correction);
  if (x < (a + 1) / (a + b + 2)) {
    const lower = Math.min(1, (factor * betaFraction(a, b, x)) / a);
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, (factor * betaFraction(b, a, y)) / b);
  return { lower: 1 - upper, upper };
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 3e-16) break;
  }
  return h;
}

/** log(value / base), where `excess` is value - base without cancellation. */
function logRatio(value: number, base: number, excess: number): number {
  return Math.abs(excess) < 0.5 * base ? Math.log1p(excess / base) : Math.log(value / base);
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
