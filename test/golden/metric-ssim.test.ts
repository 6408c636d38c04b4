import { describe, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { planeOf } from '../../src/metrics/image-inputs.ts';
import { metrics } from '../../src/metrics/index.ts';
import type { Images } from '../../src/metrics/metric.ts';
import { gaussianWindow, structuralSimilarity, uniformWindow } from '../../src/metrics/ssim-map.ts';
import { squaredDistance } from '../../src/numeric/distances.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, tensorOf } from './golden-file.ts';

const near = { absolute: 1e-9 };

describe.skipIf(!hasGolden('ssim'))('ssim, ms_ssim, psnr against piq and scikit-image', () => {
  test.each(hasGolden('ssim') ? [...goldenCases('ssim').keys()] : [])('%s', (name) => {
    const { inputs, options, expected } = goldenCase('ssim', name);
    const imageOf = (value: unknown): Images => {
      const { shape, data } = tensorOf(value);
      const [channels, height, width] = shape as [number, number, number];
      return { count: 1, channels, height, width, data };
    };
    const real = imageOf(inputs.image_1);
    const reconstructed = imageOf(inputs.image_2);
    const pair = { real, reconstructed };
    const data_range = Number(options.data_range);
    const ssim = applyMetric(metrics.ssim, pair, { data_range }).value;
    expectClose(ssim, Number(expected.ssim_gaussian_valid), near);
    expectClose(ssim, Number(expected.ssim_skimage_gaussian), near);
    const perChannel = (f: (a: ReturnType<typeof planeOf>, b: ReturnType<typeof planeOf>) => number) => {
      let sum = 0;
      for (let c = 0; c < real.channels; c++) sum += f(planeOf(real, 0, c), planeOf(reconstructed, 0, c));
      return sum / real.channels;
    };
    const gaussian = { dataRange: data_range, window: gaussianWindow(11, 1.5) };
    expectClose(
      perChannel((a, b) => structuralSimilarity(a, b, gaussian).contrastStructure),
      Number(expected.contrast_structure_gaussian_valid),
      near,
    );
    const uniform = { dataRange: data_range, window: uniformWindow(7), unbiased: true };
    expectClose(
      perChannel((a, b) => structuralSimilarity(a, b, uniform).ssim),
      Number(expected.ssim_skimage_uniform7),
      near,
    );
    expectClose(
      squaredDistance(real.data, reconstructed.data) / real.data.length,
      Number(expected.mse),
      near,
    );
    const psnr = applyMetric(metrics.psnr, pair, { data_range }).value;
    expectClose(psnr, Number(expected.psnr_piq_eps), near);
    if (expected.ms_ssim_5_scales !== undefined)
      expectClose(
        applyMetric(metrics.ms_ssim, pair, { data_range }).value,
        Number(expected.ms_ssim_5_scales),
        near,
      );
    if (expected.ms_ssim_given_weights !== undefined)
      expectClose(
        applyMetric(metrics.ms_ssim, pair, { data_range, weights: options.ms_ssim_weights as number[] })
          .value,
        Number(expected.ms_ssim_given_weights),
        near,
      );
  });
});
