import type { Stream } from '../../src/random.ts';
import type { PairedComparison } from '../../src/statistics/compare-paired.ts';

/** Shapes of the noise of one trial, each with mean 0. */
export const noises = {
  normal: (count, stream) => stream.normals(count),
  /** Exponential: skewness 2, variance 1. */
  skewed: (count, stream) => stream.uniforms(count).map((u) => -Math.log1p(-u) - 1),
  /** Student's t with 3 degrees of freedom, scaled to variance 1: infinite kurtosis. */
  'heavy-tailed': (count, stream) => {
    const z = stream.normals(4 * count);
    return Float64Array.from({ length: count }, (_, i) => {
      const chi = z[4 * i + 1]! ** 2 + z[4 * i + 2]! ** 2 + z[4 * i + 3]! ** 2;
      return z[4 * i]! / Math.sqrt(chi);
    });
  },
  /** Normal noise rounded to whole standard deviations, as of a metric with few levels. */
  coarse: (count, stream) => stream.normals(count).map((z) => Math.round(z)),
} as const satisfies Record<string, (count: number, stream: Stream) => Float32Array | Float64Array>;

/** The name of a shape of noise. */
export type Noise = keyof typeof noises;

/** Techniques of the simulated study; the first two are the references. */
export const techniques = ['from-scratch', 'fine-tune', 'third', 'fourth'] as const;
export const budgets = [25, 100, 400] as const;

/** What a simulated study is like. */
export interface StudyShape {
  seeds: number;
  noise: Noise;
  /** Standard deviation of each technique's own noise. */
  spreads: readonly [number, number, number, number];
  /** Added to the fourth technique at every budget, in standard deviations of a paired difference. */
  effect: number;
}

/**
 * The stated comparisons of one simulated study: each technique against from-scratch and against fine-tune, at each
 * budget, 15 in all. Every seed has an effect common to all trials and one common to all trials of its budget (the
 * data that it draws); both cancel in paired differences.
 */
export function simulateStudy(shape: StudyShape, stream: Stream): PairedComparison[] {
  const { seeds, noise, spreads, effect } = shape;
  const common = stream.child('seed').normals(seeds);
  const ofBudget = stream.child('data').normals(seeds * budgets.length);
  const own = noises[noise](techniques.length * budgets.length * seeds, stream.child('own'));
  const value = (technique: number, budget: number, seed: number) => {
    const shift = technique === 3 ? effect * Math.hypot(spreads[3], spreads[0]) : 0;
    const noiseAt = own[(technique * budgets.length + budget) * seeds + seed]!;
    return 2 * common[seed]! + ofBudget[budget * seeds + seed]! + spreads[technique]! * noiseAt + shift;
  };
  return budgets.flatMap((budget, b) =>
    [0, 1].flatMap((reference) =>
      techniques.flatMap((technique, t) => {
        // The pair of the two references is one comparison, not two.
        if (t === reference || (reference === 1 && t === 0)) return [];
        const differences = Float64Array.from(
          { length: seeds },
          (_, s) => value(t, b, s) - value(reference, b, s),
        );
        return [{ label: `${technique} against ${techniques[reference]} at ${budget}`, differences }];
      }),
    ),
  );
}
