import { chiScaleBreaks, chiScaleDensity } from './chi-scale.ts';
import { integrate } from './gauss-legendre.ts';
import { normalCdf } from './normal.ts';

/**
 * P(T <= t) of the noncentral t distribution, T = (Z + delta) / S with S = sqrt(chi-squared(df) / df), `df` >= 1.
 * Computed as the mean of Phi(t S - delta) over S by Gauss-Legendre quadrature; absolute error below 1e-10.
 * Definition: Johnson and Kotz 1970, 'Continuous univariate distributions 2', chapter 31.
 */
export function noncentralTCdf(t: number, df: number, delta: number): number {
  if (t === Infinity || t === -Infinity) return t > 0 ? 1 : 0;
  const breaks = Array.from(chiScaleBreaks(df, 12));
  const low = breaks[0]!;
  const high = breaks.at(-1)!;
  if (t !== 0) {
    // Phi(t s - delta) climbs from 0 to 1 within a few 1 / |t| of s = delta / t.
    for (let k = -9; k <= 9; k += 1.5) {
      const at = (delta + k) / t;
      if (at > low && at < high) breaks.push(at);
    }
    breaks.sort((a, b) => a - b);
  }
  const value = integrate((s) => normalCdf(t * s - delta) * chiScaleDensity(s, df), breaks);
  return Math.min(1, Math.max(0, value));
}
