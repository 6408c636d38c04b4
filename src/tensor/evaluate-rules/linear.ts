import type { ConvAttributes } from '../ops.ts';
import { sizeOf, stridesOf } from '../shape.ts';
import { type Array64, broadcastStrides, type EvaluateRules, walk, zeros } from './array.ts';

function matmul(
  a: Array64,
  b: Array64,
  transposeA: boolean,
  transposeB: boolean,
  shape: readonly number[],
): Array64 {
  const result = zeros(shape);
  const [m, n] = shape.slice(-2) as [number, number];
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)]!;
  const [aRow, aInner] = transposeA ? [1, m] : [k, 1];
  const [bInner, bColumn] = transposeB ? [1, k] : [n, 1];
  const lead = shape.slice(0, -2);
  const batchStrides = (t: Array64) => {
    const matrix = t.shape[t.shape.length - 1]! * t.shape[t.shape.length - 2]!;
    return broadcastStrides(t.shape.slice(0, -2), lead).map((stride) => stride * matrix);
  };
  walk(lead, [batchStrides(a), batchStrides(b)], (batch, [p, q]) => {
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let l = 0; l < k; l++)
          total += a.data[p! + i * aRow + l * aInner]! * b.data[q! + l * bInner + j * bColumn]!;
        result.data[(batch * m + i) * n + j] = total;
      }
  });
  return result;
}

/**
 * Visits every pair (position in the padded-and-strided input plane, position in the kernel) of every output position.
 * `large` is the plane on which the window moves, `small` the plane of window positions.
 */
function visitWindows(
  large: readonly number[],
  small: readonly number[],
  kernel: readonly number[],
  a: { strides: readonly number[]; pads: readonly number[]; dilations?: readonly number[] },
  visit: (small: number, kernel: number, large: number) => void,
): void {
  const n = large.length;
  const largeStrides = stridesOf(large);
  walk(small, [], (s) => {
    const at = unravel(s, small);
    walk(kernel, [], (k) => {
      const within = unravel(k, kernel);
      let offset = 0;
      for (let axis = 0; axis < n; axis++) {
        const p = at[axis]! * a.strides[axis]! - a.pads[axis]! + within[axis]! * (a.dilations?.[axis] ?? 1);
        if (p < 0 || p >= large[axis]!) return;
        offset += p * largeStrides[axis]!;
      }
      visit(s, k, offset);
    });
  });
}

function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

function addBias(y: Array64, bias: Array64 | undefined): Array64 {
  if (bias === undefined) return y;
  const plane = sizeOf(y.shape.slice(2));
  const channels = y.shape[1]!;
  y.data.forEach((value, i) => {
    y.data[i] = value + bias.data[Math.floor(i / plane) % channels]!;
  });
  return y;
}

/** Shared loop of both convolutions: for each pair of connected channels, visit(x channel, y channel, weight plane). */
function connections(
  inputs: number,
  outputs: number,
  groups: number,
  visit: (input: number, output: number, within: { input: number; output: number }) => void,
): void {
  const inGroup = inputs / groups;
  const outGroup = outputs / groups;
  for (let g = 0; g < groups; g++)
    for (let o = 0; o < outGroup; o++)
      for (let i = 0; i < inGroup; i++) visit(g * inGroup + i, g * outGroup + o, { input: i, output: o });
}

function convolve(x: Array64, w: Array64, a: ConvAttributes, shape: readonly number[]): Array64 {
  const y = zeros(shape);
  const [n, c] = x.shape as [number, number];
  const o = shape[1]!;
  const large = x.shape.slice(2);
  const small = shape.slice(2);
  const kernel = w.shape.slice(2);
  const [xPlane, yPlane, wPlane] = [sizeOf(large), sizeOf(small), sizeOf(kernel)];
  visitWindows(large, small, kernel, a, (s, k, l) => {
    for (let b = 0; b < n; b++)
      connections(c, o, a.groups, (ci, co, within) => {
        y.data[(b * o + co) * yPlane + s]! +=
          x.data[(b * c + ci) * xPlane + l]! * w.data[(co * (c / a.groups) + within.input) * wPlane + k]!;
      });
  });
  return y;
}

function convolveTransposed(x: Array64, w: Array64, a: ConvAttributes, shape: readonly number[]): Array64 {
  const y = zeros(shape);
  const [n, c] = x.shape as [number, number];
  const o = shape[1]!;
  const small = x.shape.slice(2);
  const large = shape.slice(2);
  const kernel = w.shape.slice(2);
  const [xPlane, yPlane, wPlane] = [sizeOf(small), sizeOf(large), sizeOf(kernel)];
  visitWindows(large, small, kernel, a, (s, k, l) => {
    for (let b = 0; b < n; b++)
      connections(c, o, a.groups, (ci, co, within) => {
        y.data[(b * o + co) * yPlane + l]! +=
          x.data[(b * c + ci) * xPlane + s]! * w.data[(ci * (o / a.groups) + within.output) * wPlane + k]!;
      });
  });
  return y;
}

function softmaxRows(x: Array64): Array64 {
  const width = x.shape[x.shape.length - 1]!;
  const y = zeros(x.shape);
  for (let start = 0; start < x.data.length; start += width) {
    let top = -Infinity;
    for (let j = 0; j < width; j++) top = Math.max(top, x.data[start + j]!);
    let total = 0;
    for (let j = 0; j < width; j++) total += y.data[start + j] = Math.exp(x.data[start + j]! - top);
    for (let j = 0; j < width; j++) y.data[start + j]! /= total;
  }
  return y;
}

export const linearValues = {
  matmul: ([a, b], { transposeA, transposeB }, [shape]) => [matmul(a!, b!, transposeA, transposeB, shape!)],
  conv: ([x, w, bias], a, [shape]) => [addBias(convolve(x!, w!, a, shape!), bias)],
  'conv-transpose': ([x, w, bias], a, [shape]) => [addBias(convolveTransposed(x!, w!, a, shape!), bias)],
  'max-pool': ([x], a, [shape]) => {
    const y: Array64 = { shape: shape!, data: new Float64Array(sizeOf(shape!)).fill(-Infinity) };
    const indices = zeros(shape!);
    const [large, small] = [x!.shape.slice(2), shape!.slice(2)];
    const [xPlane, yPlane] = [sizeOf(large), sizeOf(small)];
    const planes = shape![0]! * shape![1]!;
    visitWindows(large, small, a.kernel, a, (s, _, l) => {
      for (let p = 0; p < planes; p++)
        if (x!.data[p * xPlane + l]! > y.data[p * yPlane + s]!) {
          y.data[p * yPlane + s] = x!.data[p * xPlane + l]!;
          indices.data[p * yPlane + s] = l;
        }
    });
    return [y, indices];
  },
  'average-pool': ([x], a, [shape]) => {
    const y = zeros(shape!);
    const [large, small] = [x!.shape.slice(2), shape!.slice(2)];
    const [xPlane, yPlane] = [sizeOf(large), sizeOf(small)];
    const counts = new Float64Array(yPlane);
    const planes = shape![0]! * shape![1]!;
    visitWindows(large, small, a.kernel, a, (s, _, l) => {
      counts[s]!++;
      for (let p = 0; p < planes; p++) y.data[p * yPlane + s]! += x!.data[p * xPlane + l]!;
    });
    const whole = sizeOf(a.kernel);
    y.data.forEach((value, i) => {
      y.data[i] = value / (a.includePad ? whole : counts[i % yPlane]!);
    });
    return [y];
  },
  'layer-norm': ([x, scale, bias], { epsilon }, [shape, statistic]) => {
    const width = shape![shape!.length - 1]!;
    const y = zeros(shape!);
    const means = zeros(statistic!);
    const inverses = zeros(statistic!);
    for (let row = 0; row < means.data.length; row++) {
      const values = x!.data.subarray(row * width, (row + 1) * width);
      const mean = values.reduce((a, b) => a + b, 0) / width;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
      const inverse = 1 / Math.sqrt(variance + epsilon);
      means.data[row] = mean;
      inverses.data[row] = inverse;
      for (let j = 0; j < width; j++)
        y.data[row * width + j] = (values[j]! - mean) * inverse * scale!.data[j]! + (bias?.data[j] ?? 0);
    }
    return [y, means, inverses];
  },
  softmax: ([x]) => [softmaxRows(x!)],
  attention: ([q, k, v, mask], { scale }, [outputShape, shape]) => {
    const scores = matmul(q!, k!, false, true, shape!);
    const strides = mask === undefined ? [] : [broadcastStrides(mask.shape, shape!)];
    walk(shape!, strides, (i, [m]) => {
      scores.data[i] = scores.data[i]! * scale + (mask === undefined ? 0 : mask.data[m!]!);
    });
    const p = softmaxRows(scores);
    return [matmul(p, v!, false, false, outputShape!), p];
  },
} satisfies Partial<EvaluateRules>;
