/** Realism of single generated examples (Kynkäänniemi et al. 2019, section 5). */
import { forEachDistanceBlock } from '../numeric/distances.ts';
import type { Matrix } from '../numeric/matrix.ts';

/**
 * For each generated point [m] the largest ratio of a real ball's radius to the distance from its centre; above 1 means that
 * the point lies in some ball; Infinity for an exact copy of a real point. `squaredRadii` [n] are those of the real balls.
 *
 * 'paper': distances, over the balls with a radius below the median (eq. 3). 'released': the authors' program, which takes
 * squared distances plus 1e-5 over all balls.
 */
export function realismScores(
  real: Matrix,
  generated: Matrix,
  squaredRadii: Float64Array,
  form: 'paper' | 'released' = 'paper',
): Float64Array {
  const radii = squaredRadii.map(Math.sqrt);
  const sorted = Float64Array.from(radii).sort();
  const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  const scores = new Float64Array(generated.rows);
  forEachDistanceBlock(generated, real, (first, count, block) => {
    for (let r = 0; r < count; r++)
      for (let i = 0; i < real.rows; i++) {
        const distance = block[r * real.rows + i]!;
        if (form === 'paper' && !(radii[i]! < median)) continue;
        const ratio =
          form === 'paper' ? radii[i]! / Math.sqrt(distance) : squaredRadii[i]! / (distance + 1e-5);
        if (ratio > scores[first + r]!) scores[first + r] = ratio;
      }
  });
  return scores;
}
