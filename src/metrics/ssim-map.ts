/** Structural similarity of two images: means, variances and covariance under a sliding window. */
import { GraftError } from '../errors.ts';

/** One channel of an image, row-major. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

export interface SsimSettings {
  /** Largest possible value minus the smallest. */
  readonly dataRange: number;
  /** Weights of the window along one axis; the window is their outer product. */
  readonly window: Float64Array;
  /** Variances over n - 1 of the window's n pixels instead of n. */
  readonly unbiased?: boolean;
}

/** Gaussian weights of the given length (odd) that sum to 1. */
export function gaussianWindow(size: number, sigma: number): Float64Array {
  const centre = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - centre) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Equal weights that sum to 1. */
export function uniformWindow(size: number): Float64Array {
  return new Float64Array(size).fill(1 / size);
}

/**
 * Mean SSIM and mean contrast-structure term over all windows that lie inside the image (Wang et al. 2004, eq. 13, with
 * K1 = 0.01 and K2 = 0.03).
 */
export function structuralSimilarity(
  a: Plane,
  b: Plane,
  { dataRange, window, unbiased = false }: SsimSettings,
): { ssim: number; contrastStructure: number } {
  if (a.height < window.length || a.width < window.length)
    throw new GraftError('bad-data', {
      what: 'image',
      problem: `${a.height} x ${a.width} pixels are fewer than the window's ${window.length}`,
      hint: 'Use a smaller window or larger images.',
    });
  const filtered = (f: (x: number, y: number) => number) =>
    filterValid({ ...a, data: a.data.map((value, i) => f(value, b.data[i]!)) }, window);
  const meanA = filtered((x) => x);
  const meanB = filtered((_, y) => y);
  const squareA = filtered((x) => x * x);
  const squareB = filtered((_, y) => y * y);
  const product = filtered((x, y) => x * y);
  const pixels = window.length ** 2;
  const norm = unbiased ? pixels / (pixels - 1) : 1;
  const c1 = (0.01 * dataRange) ** 2;
  const c2 = (0.03 * dataRange) ** 2;
  let ssim = 0;
  let contrastStructure = 0;
  for (let i = 0; i < meanA.length; i++) {
    const x = meanA[i]!;
    const y = meanB[i]!;
    const varianceA = norm * (squareA[i]! - x * x);
    const varianceB = norm * (squareB[i]! - y * y);
    const contrast = (2 * norm * (product[i]! - x * y) + c2) / (varianceA + varianceB + c2);
    contrastStructure += contrast;
    ssim += (contrast * (2 * x * y + c1)) / (x * x + y * y + c1);
  }
  return { ssim: ssim / meanA.length, contrastStructure: contrastStructure / meanA.length };
}

/** Correlates with the window along both axes, where it fits: (height - size + 1) x (width - size + 1) values. */
function filterValid({ height, width, data }: Plane, window: Float64Array): Float64Array {
  const size = window.length;
  const outWidth = width - size + 1;
  const outHeight = height - size + 1;
  const across = new Float64Array(height * outWidth);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < outWidth; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += window[k]! * data[i * width + j + k]!;
      across[i * outWidth + j] = sum;
    }
  const out = new Float64Array(outHeight * outWidth);
  for (let i = 0; i < outHeight; i++)
    for (let k = 0; k < size; k++) {
      const weight = window[k]!;
      for (let j = 0; j < outWidth; j++)
        out[i * outWidth + j] = out[i * outWidth + j]! + weight * across[(i + k) * outWidth + j]!;
    }
  return out;
}
