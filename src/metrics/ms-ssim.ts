/** Structural similarity over several scales. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import { mean } from '../numeric/covariance.ts';
import { dataRange, imagePairs, perImage, requireRange } from './image-inputs.ts';
import { defineMetric } from './metric.ts';
import { gaussianWindow, type Plane, structuralSimilarity } from './ssim-map.ts';

const wang2003: Citation = {
  key: 'wang2003multiscale',
  type: 'inproceedings',
  authors: 'Wang, Zhou and Simoncelli, Eero P. and Bovik, Alan C.',
  title: 'Multiscale Structural Similarity for Image Quality Assessment',
  venue: 'Asilomar Conference on Signals, Systems and Computers',
  year: 2003,
};

/** The exponents of Wang et al. 2003 for five scales, as published (they sum to 1.0001). */
const published = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/**
 * Product over scales of the contrast-structure terms, and of SSIM at the last, each clipped at 0 and raised to its weight.
 * Scales halve the image by 2 x 2 means; where a side is odd, one row at the top and one column at the left are repeated first.
 */
export function multiScaleSimilarity(
  a: Plane,
  b: Plane,
  settings: { dataRange: number; weights: readonly number[]; window: Float64Array },
): number {
  let result = 1;
  let [x, y] = [a, b];
  settings.weights.forEach((weight, scale) => {
    const { ssim, contrastStructure } = structuralSimilarity(x, y, settings);
    const last = scale === settings.weights.length - 1;
    result *= Math.max(0, last ? ssim : contrastStructure) ** weight;
    if (!last) [x, y] = [halved(x), halved(y)];
  });
  return result;
}

function halved({ height, width, data }: Plane): Plane {
  const pad = height % 2 === 1 || width % 2 === 1 ? 1 : 0;
  const rows = (height + pad) >> 1;
  const columns = (width + pad) >> 1;
  const at = (i: number, j: number) => data[Math.max(0, i - pad) * width + Math.max(0, j - pad)]!;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out[i * columns + j] =
        (at(2 * i, 2 * j) + at(2 * i, 2 * j + 1) + at(2 * i + 1, 2 * j) + at(2 * i + 1, 2 * j + 1)) / 4;
  return { height: rows, width: columns, data: out };
}

export const msSsim = defineMetric({
  name: 'ms_ssim',
  title: 'Multi-scale structural similarity (MS-SSIM)',
  summary: 'How alike images and their reconstructions are over several scales; 1 when identical.',
  unit: 'similarity',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [wang2003],
  needs: imagePairs,
  options: z.object({
    data_range: dataRange,
    weights: z
      .array(z.number().positive(), 'a list of numbers above 0, one for each scale')
      .min(1, 'a list of numbers above 0, one for each scale')
      .default(published)
      .describe('exponents of the scales, the finest first'),
  }),
  compute({ real, reconstructed }, { data_range, weights }) {
    requireRange('ms_ssim', data_range, real, reconstructed);
    const window = gaussianWindow(11, 1.5);
    const smallest = window.length * 2 ** (weights.length - 1);
    if (Math.min(real.height, real.width) < smallest - 2 ** (weights.length - 1) + 1)
      throw new GraftError('bad-data', {
        what: "input 'real' of ms_ssim",
        problem: `${real.height} x ${real.width} pixels are too few for ${weights.length} scales`,
        hint: 'Give fewer weights, or use ssim.',
      });
    const settings = { dataRange: data_range, weights, window };
    const values = perImage(real, reconstructed, (a, b) => multiScaleSimilarity(a, b, settings));
    return { value: mean(values), perItem: { ms_ssim: values } };
  },
});
