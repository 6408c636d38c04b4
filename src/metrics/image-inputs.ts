/** What the metrics on pairs of images share. */
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import type { Images, Needs } from './metric.ts';
import { positive } from './options.ts';
import type { Plane } from './ssim-map.ts';

export const wang2004: Citation = {
  key: 'wang2004image',
  type: 'article',
  authors: 'Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R. and Simoncelli, Eero P.',
  title: 'Image Quality Assessment: From Error Visibility to Structural Similarity',
  venue: 'IEEE Transactions on Image Processing 13(4)',
  year: 2004,
};

export const imagePairs = {
  real: { kind: 'images', what: 'images' },
  reconstructed: {
    kind: 'images',
    what: 'their reconstructions, in the same order',
    sameSizeAs: 'real',
    pairedWith: 'real',
  },
} as const satisfies Needs;

export const dataRange = positive(1).describe(
  'largest possible pixel value minus the smallest: 1 for [0, 1], 255 for bytes',
);

/** Channel `channel` of image `index`. */
export function planeOf(images: Images, index: number, channel: number): Plane {
  const { channels, height, width, data } = images;
  const area = height * width;
  const start = (index * channels + channel) * area;
  return { height, width, data: data.subarray(start, start + area) };
}

/** Fails where pixels spread over more than the stated range, which would falsify every value. */
export function requireRange(metric: string, range: number, ...sets: readonly Images[]): void {
  let smallest = Infinity;
  let largest = -Infinity;
  for (const { data } of sets)
    for (const value of data) {
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
  if (largest - smallest > range * (1 + 1e-6))
    throw new GraftError('invalid-value', {
      what: "option 'data_range'",
      received: range,
      allowed: `at least ${largest - smallest}, the spread of the pixels given`,
      where: metric,
    });
}

/** f of each image and channel, averaged over the channels of an image: one value for each image. */
export function perImage(
  real: Images,
  reconstructed: Images,
  f: (a: Plane, b: Plane) => number,
): Float64Array {
  return Float64Array.from({ length: real.count }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < real.channels; c++) sum += f(planeOf(real, i, c), planeOf(reconstructed, i, c));
    return sum / real.channels;
  });
}
