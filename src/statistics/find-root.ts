import { GraftError } from '../errors.ts';

/**
 * A zero of the continuous function `f` between `low` and `high`, where it has opposite signs, to the last bits of
 * float64. Chandrupatla (1997, 'A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
 * function without using derivatives').
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  let a = low;
  let b = high;
  let fa = f(a);
  let fb = f(b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (!(fa * fb < 0)) {
    throw new GraftError('bad-data', {
      what: 'root',
      problem: `no change of sign between ${low} and ${high}`,
    });
  }
  let t = 0.5;
  for (let step = 0; step < 400; step++) {
    const x = a + t * (b - a);
    const fx = f(x);
    // [a, b] keeps the change of sign with a as the newest point; c is the one before.
    let c = b;
    let fc = fb;
    if (Math.sign(fx) === Math.sign(fa)) {
      c = a;
      fc = fa;
    } else {
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    if (fa === 0) return a;
    const least = (2 * Number.EPSILON * Math.abs(best) + Number.MIN_VALUE) / Math.abs(b - a);
    if (least > 0.5) return best;
    const xi = (a - b) / (c - b);
    const phi = (fa - fb) / (fc - fb);
    t = 0.5;
    if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
      t = (fa / (fb - fa)) * (fc / (fb - fc)) + (((c - a) / (b - a)) * (fa / (fc - fa)) * fb) / (fc - fb);
    }
    t = Math.min(1 - least, Math.max(least, t));
  }
  return Math.abs(fa) < Math.abs(fb) ? a : b;
}

/**
 * The x >= 0 at which the decreasing tail function `tail` equals `target`: brackets by doubling and halving from
 * `start`, then finds the root of the log ratio, so that small tails are as exact as large ones.
 */
export function invertTail(tail: (x: number) => number, target: number, start: number): number {
  const f = (x: number) => {
    const value = tail(x);
    return value <= 0 ? -800 : Math.log(value / target);
  };
  let low = start;
  let high = start;
  while (f(high) > 0 && high < 1e300) high *= 2;
  while (f(low) < 0 && low > 1e-300) low /= 2;
  return low === high ? low : findRoot(f, low, high);
}
