/** Vendi score: the effective number of different items. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { type Matrix, matrix, rowOf } from '../numeric/matrix.ts';
import { dot, gram, outerGram } from '../numeric/matrix-product.ts';
import { symmetricEigenvalues } from '../numeric/symmetric-eigen.ts';
import { defineMetric } from './metric.ts';

const friedman2023: Citation = {
  key: 'friedman2023vendi',
  type: 'article',
  authors: 'Friedman, Dan and Dieng, Adji Bousso',
  title: 'The Vendi Score: A Diversity Evaluation Metric for Machine Learning',
  venue: 'Transactions on Machine Learning Research',
  year: 2023,
  url: 'https://arxiv.org/abs/2210.02410',
};

/** exp of the Rényi entropy of order q (1: Shannon) of eigenvalues that sum to 1; negative ones are rounding and count as 0. */
export function effectiveNumber(eigenvalues: ArrayLike<number>, q: number): number {
  const p = Array.from(eigenvalues).filter((value) => value > 0);
  if (q === Infinity) return 1 / Math.max(...p);
  if (q === 1) return Math.exp(-p.reduce((sum, value) => sum + value * Math.log(value), 0));
  return p.reduce((sum, value) => sum + value ** q, 0) ** (1 / (1 - q));
}

/**
 * Vendi score of order q of a similarity matrix K [n, n] (symmetric, positive semi-definite) of items with weights p [n] that
 * sum to 1 (equal ones by default). With `normalise` K is scaled to a diagonal of ones first.
 */
export function vendiOfKernel(
  kernel: Matrix,
  options: { q?: number; weights?: ArrayLike<number>; normalise?: boolean } = {},
): number {
  const n = kernel.rows;
  const scale = Float64Array.from({ length: n }, (_, i) => {
    const weight = options.weights === undefined ? 1 / n : options.weights[i]!;
    return Math.sqrt(options.normalise ? weight / kernel.data[i * n + i]! : weight);
  });
  const weighted = matrix(
    n,
    n,
    kernel.data.map((value, at) => value * scale[Math.floor(at / n)]! * scale[at % n]!),
  );
  return effectiveNumber(symmetricEigenvalues(weighted), options.q ?? 1);
}

/** 1 - p' K p: the mean dissimilarity of two items drawn with weights p (equal ones by default). */
export function internalDiversity(kernel: Matrix, weights?: ArrayLike<number>): number {
  const n = kernel.rows;
  let sum = 0;
  kernel.data.forEach((value, at) => {
    const weight = weights === undefined ? 1 / (n * n) : weights[Math.floor(at / n)]! * weights[at % n]!;
    sum += weight * value;
  });
  return 1 - sum;
}

/**
 * Vendi score with cosine similarity. The kernel X X' / n of unit rows [n, d] has the eigenvalues of X' X / n, so the smaller
 * of the two is decomposed. It grows with the number of samples until their diversity is exhausted: compare equal N.
 */
export const vendi = defineMetric({
  name: 'vendi',
  title: 'Vendi score',
  summary:
    'How many completely different examples would be as diverse as the samples; from 1 to the number of samples.',
  unit: 'effective items',
  direction: 'higher',
  range: [1, Infinity],
  version: 1,
  citations: [friedman2023],
  needs: { generated: { kind: 'matrix', what: 'features of generated examples, one row each' } },
  options: z.object({
    q: z
      .union([z.number().positive(), z.literal('infinity')], "a number above 0 or 'infinity'")
      .default(1)
      .describe('order: small values weigh rare kinds more'),
  }),
  compute({ generated }, { q }) {
    const unit = unitRows(generated);
    const kernel = unit.rows <= unit.columns ? outerGram(unit) : gram(unit);
    const eigenvalues = symmetricEigenvalues(
      matrix(
        kernel.rows,
        kernel.rows,
        kernel.data.map((value) => value / unit.rows),
      ),
    );
    const sums = new Float64Array(unit.columns);
    unit.data.forEach((value, at) => {
      sums[at % unit.columns] = sums[at % unit.columns]! + value / unit.rows;
    });
    return {
      value: Math.max(1, effectiveNumber(eigenvalues, q === 'infinity' ? Infinity : q)),
      // The mean of the kernel is the squared length of the mean unit row.
      extras: { internal_diversity: 1 - dot(sums, sums) },
    };
  },
});

/** Rows scaled to length 1; a row of zeros has no direction and fails. */
function unitRows(x: Matrix): Matrix {
  const out = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const row = rowOf(x, i);
    const largest = row.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
    if (largest === 0)
      throw new GraftError('bad-data', {
        what: "input 'generated' of vendi",
        problem: `row ${i} is zero and has no cosine similarity`,
      });
    const scaled = row.map((value) => value / largest);
    const norm = Math.sqrt(dot(scaled, scaled));
    out.data.set(
      scaled.map((value) => value / norm),
      i * x.columns,
    );
  }
  return out;
}
