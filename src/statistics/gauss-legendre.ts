/** Nodes and weights of the Gauss-Legendre rule with `POINTS` points on [-1, 1]. */
const POINTS = 16;
const rule = legendreRule(POINTS);

/**
 * Integral of a smooth `f` over the pieces between consecutive `breaks` (ascending), with a 16-point Gauss-Legendre
 * rule on each piece (exact for polynomials of degree 31).
 */
export function integrate(f: (x: number) => number, breaks: ArrayLike<number>): number {
  let total = 0;
  for (let i = 1; i < breaks.length; i++) {
    const half = (breaks[i]! - breaks[i - 1]!) / 2;
    if (half <= 0) continue;
    const middle = breaks[i - 1]! + half;
    let sum = 0;
    for (let k = 0; k < POINTS; k++) sum += rule.weights[k]! * f(middle + half * rule.nodes[k]!);
    total += half * sum;
  }
  return total;
}

/** `pieces` + 1 equally spaced points from `low` to `high`. */
export function evenBreaks(low: number, high: number, pieces: number): Float64Array {
  return Float64Array.from({ length: pieces + 1 }, (_, i) => low + ((high - low) * i) / pieces);
}

/** Newton's iteration on the Legendre polynomial from Chebyshev-like starting points. */
function legendreRule(n: number) {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 8; step++) {
      let previous = 1;
      let value = x;
      for (let k = 2; k <= n; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
        previous = value;
        value = next;
      }
      slope = (n * (x * value - previous)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
