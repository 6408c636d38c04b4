/** Maximum mean discrepancy under a Gaussian kernel of fixed width. */
import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { generatedFeatures, realFeatures } from './feature-inputs.ts';
import { defineMetric } from './metric.ts';
import { gaussianKernel, squaredDiscrepancy } from './mmd.ts';
import { positive } from './options.ts';

const jayasumana2024: Citation = {
  key: 'jayasumana2024rethinking',
  type: 'inproceedings',
  authors:
    'Jayasumana, Sadeep and Ramalingam, Srikumar and Veit, Andreas and Glasner, Daniel and Chakrabarti, Ayan and Kumar, Sanjiv',
  title: 'Rethinking FID: Towards a Better Evaluation Metric for Image Generation',
  venue: 'IEEE/CVF Conference on Computer Vision and Pattern Recognition',
  year: 2024,
  url: 'https://arxiv.org/abs/2401.09603',
};

/**
 * `scale` times the squared discrepancy, by the biased estimator, as the authors do. Published values are for CLIP embeddings of
 * length 1, for which sigma = 10 was chosen; on other features sigma must fit their distances.
 */
export const cmmd = defineMetric({
  name: 'cmmd',
  title: 'Gaussian-kernel distance (CMMD)',
  summary:
    'How far the distribution of generated features is from that of real ones under a Gaussian kernel; 0 when they agree.',
  unit: 'squared kernel units x 1000',
  direction: 'lower',
  range: [0, Infinity],
  version: 1,
  citations: [jayasumana2024],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z.object({
    sigma: positive(10).describe('width of the kernel exp(-|x - y|^2 / (2 sigma^2))'),
    scale: positive(1000).describe('factor that makes values readable'),
  }),
  compute({ real, generated }, { sigma, scale }) {
    const { biased, unbiased } = squaredDiscrepancy(real, generated, gaussianKernel(sigma));
    return { value: scale * Math.max(0, biased), extras: { unbiased: scale * unbiased } };
  },
});
