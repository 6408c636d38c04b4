/** Mixtures of one isotropic Gaussian around each of many points, with fitted widths (Jiralerspong et al. 2023, section 3). */
import { columnMeans } from '../numeric/covariance.ts';
import { squaredDistance, squaredDistances } from '../numeric/distances.ts';
import { logSumExp } from '../numeric/log-sum-exp.ts';
import { type Matrix, rowOf, transpose } from '../numeric/matrix.ts';

/** Equal-weight mixture with centres [m, d] and log variances [m]. */
export interface GaussianMixture {
  readonly centres: Matrix;
  readonly logVariances: Float64Array;
  /** Mean negative log-likelihood a dimension before each step of the fit, in nats. */
  readonly losses: readonly number[];
}

/** Settings of the fit in the authors' program. */
const rate = 0.5;
const maxSteps = 50;
const shrinkage = (1 - 0.1) ** 2;

/**
 * Fits the widths of Gaussians around `centres` [m, d] to the points X [n, d] by Adam on their mean NLL a dimension, starting
 * from the distance to the nearest point. While fitting, one more Gaussian around the mean of X, with a width of its own,
 * gives every point some likelihood. It stops after 50 steps, or when five losses in a row differ by less than 5e-4.
 * Deviation from the authors' program: all points form one batch (theirs are split into batches of 10,000).
 */
export function fitMixture(centres: Matrix, x: Matrix): GaussianMixture {
  const m = centres.rows;
  const n = x.rows;
  const d = x.columns;
  const distances = squaredDistances(x, centres);
  const origin = columnMeans(x);
  const originDistances = Float64Array.from(
    { length: n },
    (_, i) => shrinkage * squaredDistance(rowOf(x, i), origin),
  );
  // The last parameter is the width of the Gaussian around the mean.
  const parameters = new Float64Array(m + 1);
  for (let j = 0; j < m; j++) {
    let nearest = Infinity;
    for (let i = 0; i < n; i++) nearest = Math.min(nearest, distances.data[i * m + j]!);
    parameters[j] = Math.log((nearest + 1e-3) / d);
  }
  const step = adam(parameters);
  const gradient = new Float64Array(m + 1);
  const terms = new Float64Array(m + 1);
  const losses: number[] = [];
  for (let epoch = 0; epoch < maxSteps; epoch++) {
    gradient.fill(0);
    let total = 0;
    const precisions = parameters.map((value) => Math.exp(-value));
    for (let i = 0; i < n; i++) {
      const distanceTo = (j: number) => (j < m ? distances.data[i * m + j]! : originDistances[i]!);
      for (let j = 0; j <= m; j++)
        terms[j] =
          -0.5 * (distanceTo(j) * precisions[j]! + d * (parameters[j]! + Math.log(2 * Math.PI))) -
          (j < m ? Math.log(m) : 0);
      const logLikelihood = logSumExp(terms);
      total += logLikelihood;
      for (let j = 0; j <= m; j++)
        gradient[j] =
          gradient[j]! -
          (Math.exp(terms[j]! - logLikelihood) * 0.5 * (distanceTo(j) * precisions[j]! - d)) / (n * d);
    }
    losses.push(-total / (n * d));
    step(gradient);
    for (let j = 0; j < m; j++) parameters[j] = Math.min(40, Math.max(-40, parameters[j]!));
    const latest = losses.slice(-5);
    if (epoch > 5 && latest.every((loss) => Math.abs(loss - losses[epoch]!) < 5e-4)) break;
  }
  return { centres, logVariances: parameters.subarray(0, m), losses };
}

/** Log-likelihood of each row of X [n, d] under the mixture, in nats. */
export function mixtureLogLikelihood(mixture: GaussianMixture, x: Matrix): Float64Array {
  const terms = componentLogLikelihoods(mixture, x);
  const m = mixture.centres.rows;
  return Float64Array.from({ length: x.rows }, (_, i) => logSumExp(rowOf(terms, i)) - Math.log(m));
}

/** For each centre the largest log-density that its own Gaussian gives to a row of X. */
export function largestDensities(mixture: GaussianMixture, x: Matrix): Float64Array {
  const terms = transpose(componentLogLikelihoods(mixture, x));
  return Float64Array.from({ length: terms.rows }, (_, j) =>
    rowOf(terms, j).reduce((a, b) => Math.max(a, b)),
  );
}

/** Log-density of each row of X [n, d] under each Gaussian: [n, m]. */
function componentLogLikelihoods({ centres, logVariances }: GaussianMixture, x: Matrix): Matrix {
  const out = squaredDistances(x, centres);
  const m = centres.rows;
  const half = x.columns / 2;
  for (let at = 0; at < out.data.length; at++) {
    const width = logVariances[at % m]!;
    out.data[at] = -0.5 * out.data[at]! * Math.exp(-width) - half * (width + Math.log(2 * Math.PI));
  }
  return out;
}

/** Adam with the customary constants (Kingma and Ba 2015); each call moves `parameters` once. */
function adam(parameters: Float64Array): (gradient: Float64Array) => void {
  const first = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  let count = 0;
  return (gradient) => {
    count++;
    for (let j = 0; j < parameters.length; j++) {
      const g = gradient[j]!;
      first[j] = 0.9 * first[j]! + 0.1 * g;
      second[j] = 0.999 * second[j]! + 0.001 * g * g;
      const mean = first[j]! / (1 - 0.9 ** count);
      const size = Math.sqrt(second[j]! / (1 - 0.999 ** count));
      parameters[j] = parameters[j]! - (rate * mean) / (size + 1e-8);
    }
  };
}
