/** Importance-weighted bounds on log-likelihoods from log weights log p(x, z) - log q(z | x). */
import { GraftError } from '../errors.ts';
import { mean } from '../numeric/covariance.ts';
import { logMeanExp } from '../numeric/log-sum-exp.ts';
import { type Matrix, rowOf } from '../numeric/matrix.ts';

/** Per item [n], in nats. */
export interface ImportanceBound {
  /** The k-sample bound, averaged over the blocks of k samples. */
  readonly bound: Float64Array;
  /** The evidence lower bound: the mean log weight. */
  readonly elbo: Float64Array;
  /** Effective sample size (sum w)^2 / sum w^2 over all samples, 1 .. number of samples. */
  readonly effectiveSampleSize: Float64Array;
}

/**
 * The k-sample bound log mean exp of Burda et al. 2016, eq. 8, for log weights [n, K]: the K samples of an item are split, in
 * order, into K / k blocks of k, and the bounds of the blocks are averaged. k must divide K.
 */
export function importanceBound(logWeights: Matrix, k: number): ImportanceBound {
  const { rows, columns } = logWeights;
  if (!(Number.isInteger(k) && k >= 1 && columns % k === 0))
    throw new GraftError('invalid-value', {
      what: 'number of importance samples k',
      received: k,
      allowed: `a divisor of the ${columns} samples drawn for each item`,
    });
  const bound = new Float64Array(rows);
  const elbo = new Float64Array(rows);
  const effectiveSampleSize = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const weights = rowOf(logWeights, i);
    let sum = 0;
    for (let start = 0; start < columns; start += k) sum += logMeanExp(weights.subarray(start, start + k));
    bound[i] = (sum * k) / columns;
    elbo[i] = mean(weights);
    const largest = weights.reduce((a, b) => Math.max(a, b));
    let total = 0;
    let squares = 0;
    for (const weight of weights) {
      const relative = Math.exp(weight - largest);
      total += relative;
      squares += relative * relative;
    }
    effectiveSampleSize[i] = (total * total) / squares;
  }
  return { bound, elbo, effectiveSampleSize };
}
