/** Curves of alpha-precision and beta-recall (Alaa et al. 2022). */
import { z } from 'zod';
import { columnMeans } from '../numeric/covariance.ts';
import { squaredDistance } from '../numeric/distances.ts';
import { type Matrix, rowOf } from '../numeric/matrix.ts';
import { nearestNeighbours, nearestNeighboursWithin } from '../numeric/nearest-neighbours.ts';
import type { MetricContext } from './metric.ts';
import { integer } from './options.ts';

export const curveOptions = z.object({ steps: integer(30, 2).describe('points on the curve') });

export interface SupportCurves {
  /** 0 .. 1 in `steps` even steps. */
  readonly alphas: Float64Array;
  /** Share of generated points inside the ball around the real mean that holds the share alpha of the real points. */
  readonly precision: Float64Array;
  /**
   * Share of real points whose nearest generated point is no farther than their nearest real one, and lies inside the ball
   * around the generated mean that holds the share alpha of such points.
   */
  readonly recall: Float64Array;
}

/** Both curves at `steps` >= 2 values of alpha, in the form of the authors' released program. */
export function supportCurves(real: Matrix, generated: Matrix, steps: number): SupportCurves {
  const alphas = Float64Array.from({ length: steps }, (_, i) => i / (steps - 1));
  const realCentre = columnMeans(real);
  const generatedCentre = columnMeans(generated);
  const realRadii = quantiles(distancesTo(real, realCentre), alphas);
  const fromRealCentre = distancesTo(generated, realCentre);
  const toReal = nearestNeighboursWithin(real, 1).squaredDistances;
  const nearest = nearestNeighbours(real, generated, 1);
  const fromGeneratedCentre = distancesTo(generated, generatedCentre);
  const nearestFromCentre = Float64Array.from(nearest.indices, (j) => fromGeneratedCentre[j]!);
  const nearestRadii = quantiles(nearestFromCentre, alphas);
  return {
    alphas,
    precision: realRadii.map((radius) => share(fromRealCentre, (distance) => distance <= radius)),
    recall: nearestRadii.map((radius) =>
      share(
        nearestFromCentre,
        (distance, i) => distance <= radius && nearest.squaredDistances[i]! <= toReal[i]!,
      ),
    ),
  };
}

/** `supportCurves`, once for both metrics when they are computed together. */
export function sharedSupportCurves(
  { real, generated }: { real: Matrix; generated: Matrix },
  { steps }: { steps: number },
  context: MetricContext,
): SupportCurves {
  return context.share(`support curves steps=${steps}`, [real, generated], () =>
    supportCurves(real, generated, steps),
  );
}

/** 1 - 2 times the integral of |curve - alpha| over alpha (Alaa et al. 2022), as a sum over the steps: 1 on the diagonal, about 0 for a curve of zeros. */
export function closenessToDiagonal(alphas: Float64Array, curve: Float64Array): number {
  const gap = curve.reduce((sum, value, i) => sum + Math.abs(value - alphas[i]!), 0);
  return 1 - (2 * gap) / (alphas.length - 1);
}

function distancesTo(points: Matrix, centre: Float64Array): Float64Array {
  return Float64Array.from({ length: points.rows }, (_, i) =>
    Math.sqrt(squaredDistance(rowOf(points, i), centre)),
  );
}

/** Quantiles by linear interpolation between order statistics. */
function quantiles(values: Float64Array, shares: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return shares.map((q) => {
    const place = q * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(sorted.length - 1, below + 1);
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
  });
}

function share(values: Float64Array, test: (value: number, i: number) => boolean): number {
  return values.reduce((count, value, i) => count + (test(value, i) ? 1 : 0), 0) / values.length;
}
