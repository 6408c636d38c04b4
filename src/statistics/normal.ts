/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/**
 * P(Z <= z) of the standard normal distribution, exact in both tails: series in |z| up to 3 (Marsaglia 2004,
 * 'Evaluating the normal distribution'), Laplace's continued fraction above.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let n = 3; term > sum * 1e-17; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    const middle = sum * normalDensity(x);
    return z < 0 ? 0.5 - middle : 0.5 + middle;
  }
  if (x === Infinity) return z < 0 ? 0 : 1;
  // Evaluated from its end; fewer levels are needed the further out x lies.
  let fraction = x;
  for (let k = Math.ceil(12 + 700 / (x * x)); k > 0; k--) fraction = x + k / fraction;
  const outside = normalDensity(x) / fraction;
  return z < 0 ? outside : 1 - outside;
}

/** P(Z > z) of the standard normal distribution, exact in both tails. */
export function normalSurvival(z: number): number {
  return normalCdf(-z);
}

/**
 * The quantile z with P(Z <= z) = p; -Infinity and Infinity at 0 and 1.
 * A rational start (Abramowitz and Stegun 1964, 26.2.23; error below 4.5e-4), then Halley's iteration on the
 * distribution function.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z =
    (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let i = 0; i < 3; i++) {
    const error = (normalCdf(z) - p) / normalDensity(z);
    z -= error / (1 + 0.5 * z * error);
  }
  return z;
}
