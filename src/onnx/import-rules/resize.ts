import { reshape } from '../../tensor/functions/arrangement.ts';
import { add, cast } from '../../tensor/functions/elementwise.ts';
import { matmul } from '../../tensor/functions/linear.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { floats } from './arg-max.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims } from './value.ts';

/** How one axis is resized. */
interface AxisResize {
  readonly size: number;
  readonly target: number;
  readonly scale: number;
  /** Part of the axis that is taken, as fractions of its length. */
  readonly roi: readonly [number, number];
}

interface Settings {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  readonly extrapolation: number;
  readonly antialias: boolean;
}

/** Position in the input that output position `i` is taken from. */
function source(node: ImportNode, a: AxisResize, i: number, coordinates: string): number {
  // The output length that the scale stands for; the true one is a whole number.
  const length = a.scale * a.size;
  switch (coordinates) {
    case 'half_pixel':
      return (i + 0.5) / a.scale - 0.5;
    case 'half_pixel_symmetric': {
      const centre = a.size / 2;
      const offset = centre * (1 - a.target / length);
      return offset + (i + 0.5) / a.scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return length > 1 ? (i + 0.5) / a.scale - 0.5 : -0.5;
    case 'align_corners':
      return length === 1 ? 0 : (i * (a.size - 1)) / (length - 1);
    case 'asymmetric':
      return i / a.scale;
    case 'tf_half_pixel_for_nn':
      return (i + 0.5) / a.scale;
    case 'tf_crop_and_resize': {
      const [start, end] = a.roi;
      return a.target > 1
        ? start * (a.size - 1) + (i * (end - start) * (a.size - 1)) / (a.target - 1)
        : 0.5 * (start + end) * (a.size - 1);
    }
    default:
      return node.refuse(`its coordinate_transformation_mode is '${coordinates}'`);
  }
}

const cubicWeight = (x: number, a: number): number => {
  const d = Math.abs(x);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
};

function nearestTo(node: ImportNode, x: number, rule: string): number {
  const low = Math.floor(x);
  const half = x - low === 0.5;
  switch (rule) {
    case 'round_prefer_floor':
      return half ? low : Math.round(x);
    case 'round_prefer_ceil':
      return half ? low + 1 : Math.round(x);
    case 'floor':
      return low;
    case 'ceil':
      return Math.ceil(x);
    default:
      return node.refuse(`its nearest_mode is '${rule}'`);
  }
}

/** Weights of neighbouring positions for a source position; those outside of the axis are dealt with by the caller. */
function neighbours(node: ImportNode, x: number, scale: number, s: Settings): [number, number][] {
  if (s.mode === 'nearest') return [[nearestTo(node, x, s.nearest), 1]];
  // Reducing with antialiasing stretches the filter to the pixels that one output pixel covers.
  const shrink = s.antialias ? Math.min(1, scale) : 1;
  const reach = (s.mode === 'linear' ? 1 : 2) / shrink;
  const filter = (d: number) =>
    s.mode === 'linear' ? Math.max(0, 1 - Math.abs(d)) : cubicWeight(d, s.cubic);
  const first = Math.ceil(x - reach);
  const last = Math.floor(x + reach);
  const list: [number, number][] = [];
  for (let p = first; p <= last; p++) {
    const weight = filter((p - x) * shrink);
    if (weight !== 0) list.push([p, weight]);
  }
  return list;
}

/**
 * Resizing one axis as a matrix [target, size], and what is added where a position lies outside of the axis (only
 * with `tf_crop_and_resize`).
 */
function axisMatrix(
  node: ImportNode,
  a: AxisResize,
  s: Settings,
): { matrix: Float64Array; outside: Float64Array | undefined } {
  const matrix = new Float64Array(a.target * a.size);
  let outside: Float64Array | undefined;
  for (let i = 0; i < a.target; i++) {
    const x = source(node, a, i, s.coordinates);
    if (s.coordinates === 'tf_crop_and_resize' && (x < 0 || x > a.size - 1)) {
      outside ??= new Float64Array(a.target);
      outside[i] = 1;
      continue;
    }
    let list = neighbours(node, x, a.scale, s);
    const stretched = s.antialias && a.scale < 1 && s.mode !== 'nearest';
    if (s.excludeOutside) list = list.filter(([p]) => p >= 0 && p < a.size);
    if (s.excludeOutside || stretched) {
      const total = list.reduce((sum, [, w]) => sum + w, 0);
      list = list.map(([p, w]) => [p, w / total]);
    }
    for (const [p, w] of list) matrix[i * a.size + Math.max(0, Math.min(a.size - 1, p))]! += w;
  }
  return { matrix, outside };
}

/** x with one axis multiplied by a matrix [target, size]. */
function resizeAxis(x: Tensor, axis: number, target: number, matrix: Float64Array): Tensor {
  const size = dims(x)[axis]!;
  const weights = floats(matrix, [target, size]);
  const last = x.shape.length - 1;
  if (axis === last) return matmul2(x, weights);
  if (axis === last - 1 && x.shape.length >= 2) return matmul(weights, x);
  const before = dims(x).slice(0, axis);
  const behind = dims(x).slice(axis + 1);
  const flat = reshape(x, [...before, size, sizeOf(behind)]);
  return reshape(matmul(weights, flat), [...before, target, ...behind]);
}

/** Products with a transposed matrix over the last axis; a vector counts as one row. */
function matmul2(x: Tensor, weights: Tensor): Tensor {
  if (x.shape.length >= 2) return matmul(x, weights, { transposeB: true });
  const row = matmul(reshape(x, [1, x.shape[0]!]), weights, { transposeB: true });
  return reshape(row, [weights.shape[0]!]);
}

function settingsOf(node: ImportNode): Settings {
  const mode = node.text('mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'cubic')
    return node.refuse(`its mode is '${mode}'`);
  return {
    mode,
    // Before operator set 11 positions were taken without a shift.
    coordinates: node.text('coordinate_transformation_mode', node.opset < 11 ? 'asymmetric' : 'half_pixel'),
    nearest: node.text('nearest_mode', node.opset < 11 ? 'floor' : 'round_prefer_floor'),
    cubic: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.int('exclude_outside', 0) === 1,
    extrapolation: node.float('extrapolation_value', 0),
    antialias: node.int('antialias', 0) === 1,
  };
}

/** Scale and target size of each named axis, from scales or sizes. */
function targets(
  node: ImportNode,
  sizes: readonly number[],
  scales: readonly number[] | undefined,
  lengths: readonly number[] | undefined,
): { scale: number; target: number }[] {
  const given = scales ?? lengths;
  if (
    given === undefined ||
    given.length !== sizes.length ||
    given.some((v) => !(v > 0 && Number.isFinite(v)))
  )
    return node.refuse('its scales or sizes do not fit its axes');
  if (scales !== undefined)
    return sizes.map((size, i) => ({
      scale: scales[i]!,
      // A scale is float32: what it was meant to give is a hair away.
      target: Math.floor(size * scales[i]! + 1e-5),
    }));
  const ratios = sizes.map((size, i) => lengths![i]! / size);
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return sizes.map((_, i) => ({ scale: ratios[i]!, target: lengths![i]! }));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return sizes.map((size) => ({ scale, target: Math.floor(size * scale + 0.5) }));
}

function resized(
  node: ImportNode,
  operand: Tensor,
  axes: readonly number[],
  scales: readonly number[] | undefined,
  lengths: readonly number[] | undefined,
  roi: readonly number[] | undefined,
): Tensor {
  const settings = settingsOf(node);
  const sizes = axes.map((axis) => dims(operand)[axis]!);
  const fits = targets(node, sizes, scales, lengths);
  node.checkValue(dims(operand).map((d, i) => fits[axes.indexOf(i)]?.target ?? d));
  let x = cast(operand, 'float32');
  axes.forEach((axis, i) => {
    const { scale, target } = fits[i]!;
    const crop = settings.coordinates === 'tf_crop_and_resize';
    if (scale === 1 && target === sizes[i] && !crop) return;
    node.checkConstant([target, sizes[i]!]);
    const region: [number, number] = crop && roi !== undefined ? [roi[i]!, roi[i + axes.length]!] : [0, 1];
    const { matrix, outside } = axisMatrix(node, { size: sizes[i]!, target, scale, roi: region }, settings);
    x = resizeAxis(x, axis, target, matrix);
    if (outside === undefined) return;
    const shape = x.shape.map((_, a) => (a === axis ? target : 1));
    x = add(
      x,
      floats(
        outside.map((v) => v * settings.extrapolation),
        shape,
      ),
    );
  });
  return cast(x, operand.dtype);
}

/** Resize: scales or sizes decide about shapes and are never weights. */
function resize(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const old = node.opset < 11;
  const axes = node.ints('axes')?.map((axis) => node.axis(axis, x.shape.length)) ?? x.shape.map((_, i) => i);
  const list = (input: number, what: string) => {
    if (!node.has(input)) return undefined;
    const numbers = node.numbers(input, what);
    return numbers.length === 0 ? undefined : numbers;
  };
  const scales = list(old ? 1 : 2, 'scales');
  const roi = old ? undefined : list(1, 'roi');
  return resized(node, x, axes, scales, scales === undefined ? list(3, 'sizes') : undefined, roi);
}

/** Images made larger or smaller. */
export const resizeRules = {
  Resize: (node) => [resize(node)],
  Upsample: (node) => {
    const x = node.tensor(0);
    const scales = node.floats('scales') ?? node.numbers(1, 'scales');
    return [
      resized(
        node,
        x,
        x.shape.map((_, i) => i),
        scales,
        undefined,
        undefined,
      ),
    ];
  },
} satisfies ImportRules;
