/** Peak signal-to-noise ratio of images and their reconstructions. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { mean } from '../numeric/covariance.ts';
import { squaredDistance } from '../numeric/distances.ts';
import { dataRange, imagePairs, requireRange } from './image-inputs.ts';
import { defineMetric } from './metric.ts';

const hore2010: Citation = {
  key: 'hore2010image',
  type: 'inproceedings',
  authors: 'Horé, Alain and Ziou, Djemel',
  title: 'Image Quality Metrics: PSNR vs. SSIM',
  venue: 'International Conference on Pattern Recognition',
  year: 2010,
};

/** -10 log10(mse / range^2 + 1e-8) in dB: the small term keeps identical images at 80 dB instead of infinity. */
export function peakSignalToNoise(mse: number, range: number): number {
  return -10 * Math.log10(mse / (range * range) + 1e-8);
}

/** Mean over images of the PSNR of all their pixels. */
export const psnr = defineMetric({
  name: 'psnr',
  title: 'Peak signal-to-noise ratio (PSNR)',
  summary:
    'How small the squared error of reconstructed images is against the range of their pixels; 80 when identical.',
  unit: 'dB',
  direction: 'higher',
  range: [-Infinity, 80],
  version: 1,
  citations: [hore2010],
  needs: imagePairs,
  options: z.object({ data_range: dataRange }),
  compute({ real, reconstructed }, { data_range }) {
    requireRange('psnr', data_range, real, reconstructed);
    const size = real.data.length / real.count;
    const values = Float64Array.from({ length: real.count }, (_, i) => {
      const of = (data: Float64Array) => data.subarray(i * size, (i + 1) * size);
      return peakSignalToNoise(squaredDistance(of(real.data), of(reconstructed.data)) / size, data_range);
    });
    return { value: mean(values), perItem: { psnr: values } };
  },
});
