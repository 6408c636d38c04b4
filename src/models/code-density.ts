import { GraftError } from '../errors.ts';
import { semidefiniteFactor } from '../numeric/cholesky.ts';
import { columnMeans, covariance } from '../numeric/covariance.ts';
import { matrix } from '../numeric/matrix.ts';
import { add } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CodeDensity, ModelContext, StateSpec } from './model.ts';

/** State of a normal distribution with full covariance over the codes of a model that has no prior of its own. */
export const codeStates = (latent: number, layer: string): StateSpec[] => [
  { name: 'codes/mean', shape: [latent], layer, initial: 0 },
  { name: 'codes/factor', shape: [latent, latent], layer, initial: 0 },
];

/** Codes of that distribution from standard normal draws z: with F' F = covariance, z F has that covariance. */
export const densityCodes = (context: ModelContext, z: Tensor): Tensor =>
  add(matmul(z, context.state('codes/factor')), context.state('codes/mean'));

/** Fits that distribution to the codes of the training data. */
export const codeDensity = (latent: number): CodeDensity => ({
  fit({ count, latent: width, data }) {
    if (width !== latent)
      throw new GraftError('shape-mismatch', {
        op: 'fit of codes',
        shapes: [[width], [latent]],
        rule: 'codes must be as long as the model says',
      });
    const codes = matrix(count, width, data);
    const means = columnMeans(codes);
    const factor = new Float32Array(latent * latent);
    if (count > 1) factor.set(semidefiniteFactor(covariance(codes, { means })).data);
    return { 'codes/mean': Float32Array.from(means), 'codes/factor': factor };
  },
});
