import { GraftError } from '../../errors.ts';
import { constant } from '../build.ts';
import type { Tensor } from '../tensor.ts';
import { matmul } from './linear.ts';

export type ResizeMode = 'nearest' | 'bilinear';

/**
 * Weights [out, in] by which one axis is resized, so that resizing is a product with a constant matrix on each axis
 * and its gradient the product with the transpose. Source positions as in PyTorch's `interpolate`: nearest takes
 * floor(i in / out); bilinear uses half-pixel centres, or the corners with `alignCorners`.
 */
export function resizeWeights(
  size: number,
  target: number,
  mode: ResizeMode,
  alignCorners = false,
): Float64Array {
  if (![size, target].every((n) => Number.isInteger(n) && n > 0))
    throw new GraftError('shape-mismatch', {
      op: 'resize',
      shapes: [[size], [target]],
      rule: 'sizes must be whole numbers from 1 on',
    });
  const weights = new Float64Array(target * size);
  for (let i = 0; i < target; i++) {
    if (mode === 'nearest') {
      weights[i * size + Math.min(size - 1, Math.floor((i * size) / target))] = 1;
      continue;
    }
    const position = alignCorners
      ? target === 1
        ? 0
        : (i * (size - 1)) / (target - 1)
      : Math.max(0, ((i + 0.5) * size) / target - 0.5);
    const low = Math.min(size - 1, Math.floor(position));
    const high = Math.min(size - 1, low + 1);
    weights[i * size + low]! += 1 - (position - low);
    weights[i * size + high]! += position - low;
  }
  return weights;
}

/** Resizes the last two axes of x [..., h, w] to the given height and width. */
export function resize(
  x: Tensor,
  [height, width]: readonly [number, number],
  mode: ResizeMode,
  alignCorners = false,
): Tensor {
  const [h, w] = x.shape.slice(-2) as [number, number];
  const rows = constant(resizeWeights(h, height, mode, alignCorners), [height, h]);
  const columns = constant(resizeWeights(w, width, mode, alignCorners), [width, w]);
  const tall = height === h ? x : matmul(rows, x);
  return width === w ? tall : matmul(tall, columns, { transposeB: true });
}

/** Resizes the last axis of x [..., w]. */
export function resizeLast(x: Tensor, width: number, mode: ResizeMode, alignCorners = false): Tensor {
  const w = x.shape[x.shape.length - 1] as number;
  return matmul(x, constant(resizeWeights(w, width, mode, alignCorners), [width, w]), { transposeB: true });
}
