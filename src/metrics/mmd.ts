/** Squared maximum mean discrepancy (Gretton et al. 2012, 'A Kernel Two-Sample Test') under a kernel on feature vectors. */
import { GraftError } from '../errors.ts';
import { forEachDistanceBlock } from '../numeric/distances.ts';
import { type Matrix, rowRange } from '../numeric/matrix.ts';
import { multiplyTransposed } from '../numeric/matrix-product.ts';

/** A kernel, given either on inner products or on squared distances. */
export type Kernel =
  | { readonly of: 'product'; readonly at: (product: number) => number }
  | { readonly of: 'distance'; readonly at: (squaredDistance: number) => number };

/** (gamma x.y + coef0)^degree. */
export function polynomialKernel(gamma: number, coef0: number, degree: number): Kernel {
  if (degree === 3)
    return {
      of: 'product',
      at: (product) => {
        const base = gamma * product + coef0;
        return base * base * base;
      },
    };
  return { of: 'product', at: (product) => (gamma * product + coef0) ** degree };
}

/** exp(-|x - y|^2 / (2 sigma^2)). */
export function gaussianKernel(sigma: number): Kernel {
  const scale = -1 / (2 * sigma * sigma);
  return { of: 'distance', at: (distance) => Math.exp(scale * distance) };
}

/** Sum of the kernel over all pairs of rows of A [m, d] and B [n, d], and over pairs (i, i) for i < min(m, n). */
export interface KernelSums {
  readonly all: number;
  readonly diagonal: number;
}

/** Kernel sums over blocks of rows, in one fixed order. */
export function kernelSums(a: Matrix, b: Matrix, kernel: Kernel): KernelSums {
  let all = 0;
  let diagonal = 0;
  const add = (first: number, count: number, block: Float64Array) => {
    for (let r = 0; r < count; r++) {
      let sum = 0;
      const start = r * b.rows;
      for (let j = 0; j < b.rows; j++) sum += kernel.at(block[start + j]!);
      all += sum;
      if (first + r < b.rows) diagonal += kernel.at(block[start + first + r]!);
    }
  };
  if (kernel.of === 'distance') forEachDistanceBlock(a, b, add);
  else
    for (let i = 0; i < a.rows; i += 128) {
      const part = rowRange(a, i, Math.min(a.rows, i + 128));
      add(i, part.rows, multiplyTransposed(part, b).data);
    }
  return { all, diagonal };
}

/** Three estimators of the squared discrepancy. */
export interface DiscrepancyEstimates {
  /** Unbiased: within-set sums without pairs (i, i), all cross pairs. */
  readonly unbiased: number;
  /** Biased (V-statistic): all pairs; never negative. */
  readonly biased: number;
  /** U-statistic: without pairs (i, i) in the cross sum as well; only for sets of one size. */
  readonly uStatistic: number | undefined;
}

/** Estimates the squared discrepancy of the rows of X [m, d] and Y [n, d]; m, n >= 2. */
export function squaredDiscrepancy(x: Matrix, y: Matrix, kernel: Kernel): DiscrepancyEstimates {
  const m = x.rows;
  const n = y.rows;
  if (m < 2 || n < 2)
    throw new GraftError('bad-data', {
      what: 'maximum mean discrepancy',
      problem: `needs 2 items or more of each kind, got ${m} and ${n}`,
    });
  const xx = kernelSums(x, x, kernel);
  const yy = kernelSums(y, y, kernel);
  const xy = kernelSums(x, y, kernel);
  const within = (xx.all - xx.diagonal) / (m * (m - 1)) + (yy.all - yy.diagonal) / (n * (n - 1));
  return {
    unbiased: within - (2 * xy.all) / (m * n),
    biased: xx.all / (m * m) + yy.all / (n * n) - (2 * xy.all) / (m * n),
    uStatistic: m === n ? within - (2 * (xy.all - xy.diagonal)) / (m * (m - 1)) : undefined,
  };
}
