import { stirlingError } from './special-functions.ts';

/**
 * Density of S = sqrt(chi-squared(df) / df), the ratio of a sample standard deviation to the true one.
 * `df` > 0, s > 0.
 */
export function chiScaleDensity(s: number, df: number): number {
  if (s <= 0) return 0;
  const a = df / 2;
  // Gamma density of df s^2 / 2 in saddle-point form, times the Jacobian df s.
  const mu = s * s - 1;
  const deviance = a * (mu - 2 * Math.log(s));
  return (2 / s) * Math.sqrt(a / (2 * Math.PI)) * Math.exp(-deviance - stirlingError(a));
}

/** Points that split the range in which the density of S is worth counting (tails below about 1e-17) into pieces. */
export function chiScaleBreaks(df: number, pieces: number): Float64Array {
  const spread = 9 / Math.sqrt(2 * df);
  const low = Math.max(0, 1 - spread);
  const high = 1 + spread + (df < 4 ? 3 : 0);
  return Float64Array.from({ length: pieces + 1 }, (_, i) => low + ((high - low) * i) / pieces);
}
