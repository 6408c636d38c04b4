import { applyNode } from '../../tensor/build.ts';
import { pad, reshape, scatterAdd } from '../../tensor/functions/arrangement.ts';
import { abs, add, cast, floor, mul, pow, sub } from '../../tensor/functions/elementwise.ts';
import { averagePool, conv } from '../../tensor/functions/linear.ts';
import { max, mean } from '../../tensor/functions/reduction.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { floats } from './arg-max.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims, integers } from './value.ts';
import { type Window, windowOf } from './window.ts';

const spatial = (x: Tensor): readonly number[] => dims(x).slice(2);
const kernelOf = (node: ImportNode): readonly number[] =>
  node.ints('kernel_shape') ?? node.refuse('it lacks its kernel_shape');

/** Pads that the last windows may reach beyond the declared ones, or have left over. */
const reach = (at: Window, sizes: readonly number[]): number[] =>
  sizes.map((size, i) =>
    Math.max(
      0,
      (at.counts[i]! - 1) * at.strides[i]! +
        (at.kernel[i]! - 1) * at.dilations[i]! +
        1 -
        size -
        at.before[i]!,
    ),
  );

/** Largest element of each window, and where it stands in the whole tensor. */
function maxPool(node: ImportNode): Tensor[] {
  const operand = node.tensor(0);
  const x = cast(operand, 'float32');
  const sizes = spatial(x);
  const at = windowOf(node, sizes, kernelOf(node));
  const after = reach(at, sizes);
  const padded = pad(x, [0, 0, ...at.before], [0, 0, ...after], 'constant', -Infinity);
  const [y, places] = applyNode('max-pool', [padded], {
    kernel: at.kernel,
    strides: at.strides,
    dilations: at.dilations,
    pads: Array<number>(2 * sizes.length).fill(0),
  }).outputs as [Tensor, Tensor];
  const pooled = cast(y, operand.dtype);
  return node.wants(1) ? [pooled, wholeIndices(node, places, dims(padded), dims(x), at.before)] : [pooled];
}

/** Indices within padded planes as indices within the whole unpadded tensor, by rows or by columns. */
function wholeIndices(
  node: ImportNode,
  places: Tensor,
  padded: readonly number[],
  shape: readonly number[],
  before: readonly number[],
): Tensor {
  const byColumns = node.int('storage_order', 0) === 1;
  const sizes = shape.slice(2);
  const n = sizes.length;
  const strides = sizes.map((_, i) => sizeOf(byColumns ? sizes.slice(0, i) : sizes.slice(i + 1)));
  let rest = cast(places, 'float32');
  let total: Tensor | undefined;
  for (let axis = n - 1; axis >= 0; axis--) {
    const size = padded[axis + 2]!;
    const outer = floor(mul(add(rest, 0.5), 1 / size));
    const coordinate = sub(sub(rest, mul(outer, size)), before[axis]!);
    const part = mul(coordinate, strides[axis]!);
    total = total === undefined ? part : add(total, part);
    rest = outer;
  }
  node.checkConstant(shape.slice(0, 2));
  const planes = Int32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => i * sizeOf(sizes));
  const offsets = integers([...planes], [shape[0]!, shape[1]!, ...Array(n).fill(1)]);
  return add(cast(total!, 'int32'), offsets);
}

/** Sum over each window: [n, c, ...] -> [n, c, ...counts]. */
function windowSums(node: ImportNode, x: Tensor, at: Window): Tensor {
  node.checkConstant(at.kernel);
  const sizes = spatial(x);
  const [n, c] = dims(x) as [number, number];
  const padded = pad(x, [0, 0, ...at.before], [0, 0, ...reach(at, sizes)]);
  const flat = reshape(padded, [n * c, 1, ...spatial(padded)]);
  const ones = floats(new Float64Array(sizeOf(at.kernel)).fill(1), [1, 1, ...at.kernel]);
  const sums = conv(flat, ones, undefined, { stride: at.strides, dilation: at.dilations });
  return reshape(sums, [n, c, ...at.counts]);
}

/** How many positions each window has that are in the input (and its padding where that counts). */
function windowCounts(at: Window, sizes: readonly number[], includePad: boolean): Float64Array {
  const perAxis = sizes.map((size, i) =>
    Array.from({ length: at.counts[i]! }, (_, window) => {
      const start = window * at.strides[i]! - at.before[i]!;
      const [low, high] = includePad ? [-at.before[i]!, size + at.after[i]!] : [0, size];
      let count = 0;
      for (let k = 0; k < at.kernel[i]!; k++) {
        const position = start + k * at.dilations[i]!;
        if (position >= low && position < high) count++;
      }
      return Math.max(1, count);
    }),
  );
  let counts = [1];
  for (const axis of perAxis) counts = counts.flatMap((outer) => axis.map((inner) => outer * inner));
  return Float64Array.from(counts);
}

function averageOf(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const sizes = spatial(x);
  const at = windowOf(node, sizes, kernelOf(node));
  const includePad = node.int('count_include_pad', 0) === 1;
  const plain =
    at.dilations.every((d) => d === 1) &&
    [...at.before, ...at.after].every((p) => p === 0) &&
    reach(at, sizes).every((r, i) => r === 0 || at.counts[i] === 1) &&
    sizes.every((size, i) => (at.counts[i]! - 1) * at.strides[i]! + at.kernel[i]! <= size);
  if (plain) return averagePool(x, at.kernel, { stride: at.strides });
  // The positions of each window are counted one by one.
  for (const [i, count] of at.counts.entries()) node.checkConstant([count, at.kernel[i]!]);
  node.checkConstant(at.counts);
  const shares = windowCounts(at, sizes, includePad).map((count) => 1 / count);
  return mul(windowSums(node, x, at), floats(shares, at.counts));
}

/** p-norm of each window. */
function normOf(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const p = node.int('p', 2);
  const at = windowOf(node, spatial(x), kernelOf(node));
  return pow(windowSums(node, pow(abs(x), p), at), 1 / p);
}

/** Puts pooled elements back where they were, zeros elsewhere. */
function unpooled(node: ImportNode): Tensor {
  const [x, places] = [node.tensor(0), node.tensor(1)];
  const n = x.shape.length - 2;
  const kernel = kernelOf(node);
  const strides = node.ints('strides') ?? Array<number>(n).fill(1);
  const pads = node.ints('pads') ?? Array<number>(2 * n).fill(0);
  // Indices count positions of the smallest output that pooling can have come from.
  const inferred = [
    ...dims(x).slice(0, 2),
    ...spatial(x).map((size, i) => (size - 1) * strides[i]! + kernel[i]! - pads[i]! - pads[i + n]!),
  ];
  const shape = node.has(2) ? node.numbers(2, 'output_shape') : inferred;
  node.checkValue(shape);
  const flat = (t: Tensor) => reshape(t, [sizeOf(dims(t))]);
  const whole = scatterAdd(flat(x), flat(places), 0, sizeOf(inferred));
  const y = reshape(whole, inferred);
  return pad(
    y,
    shape.map(() => 0),
    shape.map((d, i) => d - inferred[i]!),
  );
}

const overSpace = (x: Tensor): number[] => x.shape.map((_, i) => i).filter((i) => i >= 2);

/** Windows of an image put together. */
export const poolingRules = {
  MaxPool: maxPool,
  AveragePool: (node) => [averageOf(node)],
  LpPool: (node) => [normOf(node)],
  MaxUnpool: (node) => [unpooled(node)],
  GlobalMaxPool: (node) => [max(node.tensor(0), overSpace(node.tensor(0)), true)],
  GlobalAveragePool: (node) => [mean(node.tensor(0), overSpace(node.tensor(0)), true)],
} satisfies ImportRules;
