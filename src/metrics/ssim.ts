/** Structural similarity of images and their reconstructions. */
import { z } from 'zod';
import { mean } from '../numeric/covariance.ts';
import { dataRange, imagePairs, perImage, requireRange, wang2004 } from './image-inputs.ts';
import { defineMetric } from './metric.ts';
import { gaussianWindow, structuralSimilarity } from './ssim-map.ts';

/** Mean SSIM with an 11 x 11 Gaussian window of width 1.5 over the windows inside the image; channels are averaged. */
export const ssim = defineMetric({
  name: 'ssim',
  title: 'Structural similarity (SSIM)',
  summary:
    'How alike images and their reconstructions are in local brightness, contrast and structure; 1 when identical.',
  unit: 'similarity',
  direction: 'higher',
  range: [-1, 1],
  version: 1,
  citations: [wang2004],
  needs: imagePairs,
  options: z.object({
    data_range: dataRange,
    window: z
      .int('an odd integer from 3 on')
      .min(3, 'an odd integer from 3 on')
      .refine((size) => size % 2 === 1, 'an odd integer from 3 on')
      .default(11)
      .describe('pixels along a side of the window'),
  }),
  compute({ real, reconstructed }, { data_range, window }) {
    requireRange('ssim', data_range, real, reconstructed);
    const settings = { dataRange: data_range, window: gaussianWindow(window, 1.5) };
    const values = perImage(real, reconstructed, (a, b) => structuralSimilarity(a, b, settings).ssim);
    return { value: mean(values), perItem: { ssim: values } };
  },
});
