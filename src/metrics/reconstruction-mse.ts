/** Mean squared error of reconstructions. */

import { mean } from '../numeric/covariance.ts';
import { squaredDistance } from '../numeric/distances.ts';
import { rowOf } from '../numeric/matrix.ts';
import { defineMetric } from './metric.ts';
import { noOptions } from './options.ts';

/** Mean over items and values of the squared difference between items [n, d] and their reconstructions [n, d]. */
export const reconstructionMse = defineMetric({
  name: 'reconstruction_mse',
  title: 'Reconstruction error (MSE)',
  summary:
    'Mean squared difference between held-out examples and what the model reconstructs from their codes.',
  unit: 'squared data units',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [],
  needs: {
    real: { kind: 'matrix', what: 'held-out items, flattened, one row each' },
    reconstructed: {
      kind: 'matrix',
      what: 'their reconstructions, in the same order',
      sameSizeAs: 'real',
      pairedWith: 'real',
    },
  },
  options: noOptions,
  compute({ real, reconstructed }) {
    const mse = Float64Array.from(
      { length: real.rows },
      (_, i) => squaredDistance(rowOf(real, i), rowOf(reconstructed, i)) / real.columns,
    );
    return { value: mean(mse), perItem: { mse } };
  },
});
