import { constant } from '../build.ts';
import {
  expand,
  flip,
  gatherElements,
  oneHot,
  pad,
  reshape,
  scatterAdd,
  slice,
  sliceAll,
  transpose,
} from '../functions/arrangement.ts';
import { cast, div, equal, mul } from '../functions/elementwise.ts';
import { matmul } from '../functions/linear.ts';
import { countOf, cumsum, sum } from '../functions/reduction.ts';
import { type Dimension, product } from '../shape.ts';
import type { Node, Tensor } from '../tensor.ts';
import { type GradientRule, type GradientRules, spread, unbroadcast } from './gradient-rule.ts';

/** Below this vocabulary size an embedding's gradient is a product with a one-hot matrix, above it a scatter. */
const ONE_HOT_LIMIT = 1024;

const extremum: GradientRule<'max' | 'min'> = (node, [g]) => {
  const x = node.inputs[0]!;
  const { axes } = node.attributes as { axes: readonly number[] };
  const best = cast(equal(x, spread(node.outputs[0]!, x.shape, axes)), 'float32');
  return [mul(best, spread(div(g!, reshape(sum(best, axes), g!.shape)), x.shape, axes))];
};

export const arrangementGradients = {
  input: 'none',
  constant: 'none',
  sum: (node, [g]) => [spread(g!, node.inputs[0]!.shape, node.attributes.axes)],
  mean: (node, [g]) => {
    const { shape } = node.inputs[0]!;
    return [spread(mul(g!, 1 / countOf(shape, node.attributes.axes)), shape, node.attributes.axes)];
  },
  max: extremum,
  min: extremum,
  'arg-max': 'none',
  cumsum: (node, [g]) => {
    const { axis, exclusive, reverse } = node.attributes;
    return [cumsum(g!, axis, { exclusive, reverse: !reverse })];
  },
  reshape: (node, [g]) => [reshape(g!, node.inputs[0]!.shape)],
  transpose: (node, [g]) => {
    const { permutation } = node.attributes;
    return [
      transpose(
        g!,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  slice: (node, [g]) => [sliceGradient(node, g!)],
  concat: (node, [g]) => {
    const { axis } = node.attributes;
    let start = 0;
    return node.inputs.map((part) => {
      const size = part.shape[axis] as number;
      start += size;
      return slice(g!, axis, start - size, start);
    });
  },
  pad: (node, [g]) => {
    const x = node.inputs[0]!;
    const { before, after } = node.attributes;
    const cut = x.shape.map((_, i) => Math.max(0, before[i]!));
    const inside = sliceAll(
      g!,
      g!.shape.map((size, i) =>
        before[i] === 0 && after[i] === 0
          ? undefined
          : { start: cut[i]!, end: (size as number) - Math.max(0, after[i]!), step: 1 },
      ),
    );
    const lost = (amounts: readonly number[]) => amounts.map((n) => Math.max(0, -n));
    return [pad(inside, lost(before), lost(after))];
  },
  expand: (node, [g]) => [unbroadcast(g!, node.inputs[0]!.shape)],
  gather: (node, [g]) => [gatherGradient(node, g!), undefined],
  'gather-elements': (node, [g]) => {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    const { axis } = node.attributes;
    return [scatterAdd(g!, indices, axis, x.shape[axis]!), undefined];
  },
  'scatter-add': (node, [g]) => [gatherElements(g!, node.inputs[1]!, node.attributes.axis), undefined],
  'one-hot': 'none',
} satisfies Partial<GradientRules>;

/** Puts the gradient of a slice back among zeros: reversed steps are flipped, steps over 1 filled with zeros. */
function sliceGradient(node: Node<'slice'>, g: Tensor): Tensor {
  const x = node.inputs[0]!;
  const { starts, ends, steps } = node.attributes;
  if (g.shape.includes(0)) return expand(constant(0), x.shape);
  let result = g;
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  x.shape.forEach((size, axis) => {
    const step = steps[axis]!;
    if (starts[axis] === 0 && step === 1 && ends[axis] === size) return;
    const length = g.shape[axis] as number;
    const stride = Math.abs(step);
    if (step < 0) result = flip(result, axis);
    const first = step < 0 ? starts[axis]! - (length - 1) * stride : starts[axis]!;
    if (stride > 1) result = interleave(result, axis, stride);
    before[axis] = first;
    after[axis] = (size as number) - first - ((length - 1) * stride + 1);
  });
  return pad(result, before, after);
}

/** stride - 1 zeros between neighbours along an axis. */
function interleave(x: Tensor, axis: number, stride: number): Tensor {
  const shape: Dimension[] = [...x.shape];
  const length = shape[axis] as number;
  const opened = reshape(x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const none = opened.shape.map(() => 0);
  const filled = pad(
    opened,
    none,
    none.map((_, i) => (i === axis + 1 ? stride - 1 : 0)),
  );
  const joined = reshape(filled, [...shape.slice(0, axis), length * stride, ...shape.slice(axis + 1)]);
  return slice(joined, axis, 0, (length - 1) * stride + 1);
}

function gatherGradient(node: Node<'gather'>, g: Tensor): Tensor {
  const [x, indices] = node.inputs as [Tensor, Tensor];
  const { axis } = node.attributes;
  const size = x.shape[axis] as number;
  const n = product(indices.shape) as number;
  const before = x.shape.slice(0, axis);
  const behind = x.shape.slice(axis + 1);
  const outer = product(before) as number;
  const inner = product(behind) as number;
  const ids = reshape(indices, [n]);
  // [outer, n, inner] -> [n, outer * inner]
  const rows = reshape(transpose(reshape(g, [outer, n, inner]), [1, 0, 2]), [n, outer * inner]);
  const table =
    size <= ONE_HOT_LIMIT
      ? matmul(oneHot(ids, size), rows, { transposeA: true })
      : scatterAdd(rows, expand(reshape(ids, [n, 1]), [n, outer * inner]), 0, size);
  return reshape(transpose(reshape(table, [size, outer, inner]), [1, 0, 2]), x.shape);
}
