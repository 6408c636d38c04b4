import { GraftError } from '../../errors.ts';
import type { ReduceAttributes } from '../ops.ts';
import { sizeOf, stridesOf } from '../shape.ts';
import { type Array64, broadcastStrides, type EvaluateRules, walk, zeros } from './array.ts';

type Shapes = readonly (readonly number[])[];

function reduce(
  x: Array64,
  { axes }: ReduceAttributes,
  shape: readonly number[],
  start: number,
  combine: (a: number, b: number) => number,
): Array64 {
  const result: Array64 = { shape, data: new Float64Array(sizeOf(shape)).fill(start) };
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  walk(x.shape, [broadcastStrides(kept, x.shape)], (i, [at]) => {
    result.data[at!] = combine(result.data[at!]!, x.data[i]!);
  });
  return result;
}

const add = (a: number, b: number) => a + b;

function checkIndex(op: string, index: number, size: number): number {
  const at = index < 0 ? index + size : index;
  if (!(at >= 0 && at < size))
    throw new GraftError('invalid-value', {
      what: `index of ${op}`,
      received: index,
      allowed: `0 to ${size - 1}`,
    });
  return at;
}

/** The number of elements before and after an axis. */
function around(shape: readonly number[], axis: number): { outer: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)) };
}

export const arrangementValues = {
  input: (_, { name }) => {
    throw new GraftError('invalid-value', {
      what: `input '${name}'`,
      received: undefined,
      allowed: 'a value for every input',
    });
  },
  constant: (_, { data, shape }) => [{ shape, data: Float64Array.from(data) }],
  sum: ([x], a, [shape]: Shapes) => [reduce(x!, a, shape!, 0, add)],
  mean: ([x], a, [shape]: Shapes) => {
    const total = reduce(x!, a, shape!, 0, add);
    const n = x!.data.length / total.data.length;
    return [{ shape: shape!, data: total.data.map((v) => v / n) }];
  },
  max: ([x], a, [shape]: Shapes) => [reduce(x!, a, shape!, -Infinity, Math.max)],
  min: ([x], a, [shape]: Shapes) => [reduce(x!, a, shape!, Infinity, Math.min)],
  'arg-max': ([x], { axis }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const size = x!.shape[axis]!;
    const { outer, inner } = around(x!.shape, axis);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const at = (k: number) => x!.data[(o * size + k) * inner + i]!;
        let best = 0;
        for (let k = 1; k < size; k++) if (at(k) > at(best)) best = k;
        result.data[o * inner + i] = best;
      }
    return [result];
  },
  cumsum: ([x], { axis, exclusive, reverse }) => {
    const result = zeros(x!.shape);
    const size = x!.shape[axis]!;
    const { outer, inner } = around(x!.shape, axis);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let total = 0;
        for (let step = 0; step < size; step++) {
          const at = (o * size + (reverse ? size - 1 - step : step)) * inner + i;
          result.data[at] = exclusive ? total : total + x!.data[at]!;
          total += x!.data[at]!;
        }
      }
    return [result];
  },
  reshape: ([x], _, [shape]: Shapes) => [{ shape: shape!, data: x!.data }],
  transpose: ([x], { permutation }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const strides = stridesOf(x!.shape);
    walk(shape!, [permutation.map((axis) => strides[axis]!)], (i, [at]) => {
      result.data[i] = x!.data[at!]!;
    });
    return [result];
  },
  slice: ([x], { starts, steps }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const strides = stridesOf(x!.shape);
    const start = starts.reduce((offset, s, axis) => offset + s * strides[axis]!, 0);
    walk(shape!, [strides.map((stride, axis) => stride * steps[axis]!)], (i, [at]) => {
      result.data[i] = x!.data[start + at!]!;
    });
    return [result];
  },
  concat: (inputs, { axis }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const strides = stridesOf(shape!);
    let start = 0;
    for (const part of inputs) {
      walk(part.shape, [strides], (i, [at]) => {
        result.data[start * strides[axis]! + at!] = part.data[i]!;
      });
      start += part.shape[axis]!;
    }
    return [result];
  },
  pad: ([x], { before, value }, [shape]: Shapes) => {
    const result: Array64 = { shape: shape!, data: new Float64Array(sizeOf(shape!)).fill(value) };
    const strides = stridesOf(shape!);
    const index = new Array<number>(x!.shape.length);
    walk(x!.shape, [], (i) => {
      let rest = i;
      let offset = 0;
      for (let axis = x!.shape.length - 1; axis >= 0; axis--) {
        index[axis] = (rest % x!.shape[axis]!) + before[axis]!;
        rest = Math.floor(rest / x!.shape[axis]!);
        if (index[axis]! < 0 || index[axis]! >= shape![axis]!) return;
        offset += index[axis]! * strides[axis]!;
      }
      result.data[offset] = x!.data[i]!;
    });
    return [result];
  },
  expand: ([x], _, [shape]: Shapes) => {
    const result = zeros(shape!);
    walk(shape!, [broadcastStrides(x!.shape, shape!)], (i, [at]) => {
      result.data[i] = x!.data[at!]!;
    });
    return [result];
  },
  gather: ([x, indices], { axis }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const size = x!.shape[axis]!;
    const { outer, inner } = around(x!.shape, axis);
    const n = indices!.data.length;
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < n; k++) {
        const from = (o * size + checkIndex('gather', indices!.data[k]!, size)) * inner;
        result.data.set(x!.data.subarray(from, from + inner), (o * n + k) * inner);
      }
    return [result];
  },
  'gather-elements': ([x, indices], { axis }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const strides = stridesOf(x!.shape);
    const stride = strides[axis]!;
    walk(shape!, [strides.map((s, i) => (i === axis ? 0 : s))], (i, [at]) => {
      result.data[i] =
        x!.data[at! + checkIndex('gather-elements', indices!.data[i]!, x!.shape[axis]!) * stride]!;
    });
    return [result];
  },
  'scatter-add': ([updates, indices], { axis }, [shape]: Shapes) => {
    const result = zeros(shape!);
    const strides = stridesOf(shape!);
    const stride = strides[axis]!;
    walk(updates!.shape, [strides.map((s, i) => (i === axis ? 0 : s))], (i, [at]) => {
      result.data[at! + checkIndex('scatter-add', indices!.data[i]!, shape![axis]!) * stride]! +=
        updates!.data[i]!;
    });
    return [result];
  },
  'one-hot': ([indices], { depth }, [shape]: Shapes) => {
    const result = zeros(shape!);
    indices!.data.forEach((index, i) => {
      result.data[i * depth + checkIndex('one-hot', index, depth)] = 1;
    });
    return [result];
  },
} satisfies Partial<EvaluateRules>;
