/** Precision, recall, density and coverage from one set of nearest-neighbour balls. */
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { forEachDistanceBlock } from '../numeric/distances.ts';
import type { Matrix } from '../numeric/matrix.ts';
import { nearestNeighboursWithin } from '../numeric/nearest-neighbours.ts';
import type { MetricContext } from './metric.ts';
import { choice, integer } from './options.ts';

export const kynkaanniemi2019: Citation = {
  key: 'kynkaanniemi2019improved',
  type: 'inproceedings',
  authors: 'Kynkäänniemi, Tuomas and Karras, Tero and Laine, Samuli and Lehtinen, Jaakko and Aila, Timo',
  title: 'Improved Precision and Recall Metric for Assessing Generative Models',
  venue: 'Advances in Neural Information Processing Systems 32',
  year: 2019,
  url: 'https://arxiv.org/abs/1904.06991',
};

export const naeem2020: Citation = {
  key: 'naeem2020reliable',
  type: 'inproceedings',
  authors: 'Naeem, Muhammad Ferjad and Oh, Seong Joon and Uh, Youngjung and Choi, Yunjey and Yoo, Jaejun',
  title: 'Reliable Fidelity and Diversity Metrics for Generative Models',
  venue: 'Proceedings of the 37th International Conference on Machine Learning',
  year: 2020,
  url: 'https://arxiv.org/abs/2002.09797',
};

/** Whether a point on the surface of a ball is inside: 'outside' (Naeem et al.) or 'inside' (Kynkäänniemi et al.). */
export type Surface = 'outside' | 'inside';

export interface Prdc {
  /** Share of generated points inside some real ball. */
  readonly precision: number;
  /** Share of real points inside some generated ball. */
  readonly recall: number;
  /** Mean over generated points of the number of real balls that hold it, over k. */
  readonly density: number;
  /** Share of real balls that hold some generated point. */
  readonly coverage: number;
  /** Squared radii of the real balls [n] and the generated balls [m]. */
  readonly realRadii: Float64Array;
  readonly generatedRadii: Float64Array;
}

/**
 * Precision, recall, density and coverage of generated points [m, d] for real points [n, d]. The ball of a point reaches to
 * its k-th nearest other point of the same set (duplicates count). Distances are compared squared, which is the same
 * comparison without the rounding of a root.
 */
export function computePrdc(real: Matrix, generated: Matrix, k: number, surface: Surface = 'outside'): Prdc {
  const realRadii = ballRadii('real', real, k);
  const generatedRadii = ballRadii('generated', generated, k);
  const closed = surface === 'inside';
  let precise = 0;
  let inRealBalls = 0;
  const recalled = new Uint8Array(real.rows);
  const covered = new Uint8Array(real.rows);
  forEachDistanceBlock(generated, real, (first, count, block) => {
    for (let r = 0; r < count; r++) {
      const start = r * real.rows;
      const ownRadius = generatedRadii[first + r]!;
      let balls = 0;
      for (let i = 0; i < real.rows; i++) {
        const distance = block[start + i]!;
        const radius = realRadii[i]!;
        if (distance < radius || (closed && distance === radius)) {
          balls++;
          covered[i] = 1;
        }
        if (distance < ownRadius || (closed && distance === ownRadius)) recalled[i] = 1;
      }
      if (balls > 0) precise++;
      inRealBalls += balls;
    }
  });
  const share = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
  return {
    precision: precise / generated.rows,
    recall: share(recalled),
    density: inRealBalls / (k * generated.rows),
    coverage: share(covered),
    realRadii,
    generatedRadii,
  };
}

function ballRadii(name: string, points: Matrix, k: number): Float64Array {
  if (points.rows <= k)
    throw new GraftError('bad-data', {
      what: `${name} features`,
      problem: `${points.rows} items are too few for k = ${k} neighbours`,
      hint: `Use more than ${k} items or a smaller k.`,
    });
  const { squaredDistances } = nearestNeighboursWithin(points, k);
  return Float64Array.from({ length: points.rows }, (_, i) => squaredDistances[i * k + k - 1]!);
}

/** Options of precision, recall, density and coverage. */
export const ballOptions = {
  k: integer(5, 1).describe('the ball of a point reaches to its k-th nearest neighbour'),
  surface: choice(['outside', 'inside'])
    .default('outside')
    .describe(
      'whether a point on the surface of a ball counts: outside (Naeem et al. 2020), inside (Kynkäänniemi et al. 2019)',
    ),
};

/** `computePrdc`, once for all four metrics when they are computed together. */
export function sharedPrdc(
  inputs: { real: Matrix; generated: Matrix },
  options: { k: number; surface: Surface },
  context: MetricContext,
): Prdc {
  const { k, surface } = options;
  const { real, generated } = inputs;
  return context.share(`prdc k=${k} surface=${surface}`, [real, generated], () =>
    computePrdc(real, generated, k, surface),
  );
}
