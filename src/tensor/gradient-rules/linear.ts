import { constant } from '../build.ts';
import { reshape, scatterAdd, sliceAll, transpose } from '../functions/arrangement.ts';
import { add, mul, neg, pow, sub } from '../functions/elementwise.ts';
import { conv, convTranspose, matmul } from '../functions/linear.ts';
import { mean, sum } from '../functions/reduction.ts';
import type { ConvAttributes } from '../ops.ts';
import { product, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { type GradientRules, unbroadcast } from './gradient-rule.ts';

const spatial = (t: Tensor): number[] => t.shape.slice(2) as number[];

/**
 * Gradient of a convolution's weight [o, c / g, ...kernel]: a convolution of the input with the upstream gradient in
 * which batch and channel axes are swapped and stride and dilation trade places. With groups, the groups of the
 * input become groups of its batch.
 */
function weightGradient(x: Tensor, g: Tensor, kernel: readonly number[], a: ConvAttributes): Tensor {
  const c = x.shape[1] as number;
  const o = g.shape[1] as number;
  const rest = kernel.map((_, i) => i + 2);
  const swapped = a.groups === 1 ? transpose(x, [1, 0, ...rest]) : groupsInBatch(x, a.groups);
  const filters = transpose(g, [1, 0, ...rest]);
  const full = conv(swapped, filters, undefined, {
    stride: a.dilations,
    dilation: a.strides,
    padding: a.pads,
    groups: a.groups,
  });
  // Positions that the stride left over at the far end lie beyond the kernel.
  const cropped = sliceAll(full, [
    undefined,
    undefined,
    ...kernel.map((end) => ({ start: 0, end, step: 1 })),
  ]);
  return transpose(reshape(cropped, [c / a.groups, o, ...kernel]), [1, 0, ...rest]);
}

/** [n, groups * k, ...] as [k, groups * n, ...]. */
function groupsInBatch(x: Tensor, groups: number): Tensor {
  const [n, c] = x.shape as [number, number];
  const split = reshape(x, [n, groups, c / groups, ...spatial(x)]);
  const turned = transpose(split, [2, 1, 0, ...spatial(x).map((_, i) => i + 3)]);
  return reshape(turned, [c / groups, groups * n, ...spatial(x)]);
}

/** Gradient of a convolution's input of the given spatial sizes. */
function inputGradient(g: Tensor, w: Tensor, sizes: readonly number[], a: ConvAttributes): Tensor {
  const kernel = spatial(w);
  const outputPadding = sizes.map((size, i) => {
    const span = a.dilations[i]! * (kernel[i]! - 1) + 1;
    return (size + a.pads[i]! + a.pads[i + sizes.length]! - span) % a.strides[i]!;
  });
  return convTranspose(g, w, undefined, { ...convOptions(a), outputPadding });
}

const convOptions = (a: ConvAttributes) => ({
  stride: a.strides,
  padding: a.pads,
  dilation: a.dilations,
  groups: a.groups,
});

const biasGradient = (g: Tensor): Tensor =>
  sum(
    g,
    g.shape.map((_, i) => i).filter((i) => i !== 1),
  );

export const linearGradients = {
  matmul: (node, [g]) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { transposeA, transposeB } = node.attributes;
    const da = transposeA
      ? matmul(b, g!, { transposeA: transposeB, transposeB: true })
      : matmul(g!, b, { transposeB: !transposeB });
    if (!transposeA && b.shape.length === 2 && a.shape.length > 2) {
      // One product over all leading axes instead of one for each and a sum.
      const flat = (t: Tensor) => reshape(t, [product(t.shape.slice(0, -1)), t.shape[t.shape.length - 1]!]);
      const db = transposeB
        ? matmul(flat(g!), flat(a), { transposeA: true })
        : matmul(flat(a), flat(g!), { transposeA: true });
      return [da, db];
    }
    const db = transposeB
      ? matmul(g!, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, g!, { transposeA: !transposeA });
    return [unbroadcast(da, a.shape), unbroadcast(db, b.shape)];
  },
  conv: (node, [g]) => {
    const [x, w, bias] = node.inputs as [Tensor, Tensor, Tensor?];
    const a = node.attributes;
    return [
      inputGradient(g!, w, spatial(x), a),
      weightGradient(x, g!, spatial(w), a),
      bias === undefined ? undefined : biasGradient(g!),
    ];
  },
  'conv-transpose': (node, [g]) => {
    const [x, w, bias] = node.inputs as [Tensor, Tensor, Tensor?];
    const a = node.attributes;
    return [
      conv(g!, w, undefined, convOptions(a)),
      weightGradient(g!, x, spatial(w), a),
      bias === undefined ? undefined : biasGradient(g!),
    ];
  },
  'max-pool': (node, [g]) => {
    const x = node.inputs[0]!;
    const lead = x.shape.slice(0, 2);
    const flat = (t: Tensor) => reshape(t, [...lead, sizeOf(spatial(t))]);
    const plane = scatterAdd(flat(g!), flat(node.outputs[1]!), 2, sizeOf(spatial(x)));
    return [reshape(plane, x.shape)];
  },
  'average-pool': (node, [g]) => {
    const x = node.inputs[0]!;
    const { kernel, strides, pads, includePad } = node.attributes;
    const channels = x.shape[1] as number;
    const a: ConvAttributes = { strides, pads, dilations: kernel.map(() => 1), groups: channels };
    const size = sizeOf(kernel);
    const weight = constant(new Float64Array(channels * size).fill(includePad ? 1 / size : 1), [
      channels,
      1,
      ...kernel,
    ]);
    const shared = includePad
      ? g!
      : mul(g!, constant(inverseCounts(spatial(x), spatial(g!), kernel, a), spatial(g!)));
    return [inputGradient(shared, weight, spatial(x), a)];
  },
  'layer-norm': (node, [g, gMean, gInverse]) => {
    const [x, scale, bias] = node.inputs as [Tensor, Tensor, Tensor?];
    const [, centre, inverse] = node.outputs as [Tensor, Tensor, Tensor];
    const width = x.shape[x.shape.length - 1] as number;
    const unit = mul(sub(x, centre), inverse);
    const parts: Tensor[] = [];
    let dScale: Tensor | undefined;
    let dBias: Tensor | undefined;
    if (g !== undefined) {
      const scaled = mul(g, scale);
      const projection = mean(mul(scaled, unit), -1, true);
      parts.push(mul(inverse, sub(sub(scaled, mean(scaled, -1, true)), mul(unit, projection))));
      dScale = unbroadcast(mul(g, unit), scale.shape);
      if (bias !== undefined) dBias = unbroadcast(g, bias.shape);
    }
    if (gMean !== undefined) parts.push(unbroadcastMean(gMean, x, width));
    // d(1 / deviation) / dx = -(1 / deviation)^3 (x - mean) / width
    if (gInverse !== undefined) parts.push(neg(mul(mul(gInverse, pow(inverse, 2)), mul(unit, 1 / width))));
    return [parts.reduce((a, b) => add(a, b)), dScale, dBias];
  },
  softmax: (node, [g]) => {
    const p = node.outputs[0]!;
    return [mul(p, sub(g!, sum(mul(g!, p), -1, true)))];
  },
  attention: (node, [gOutput, gProbabilities]) => {
    const [q, k, v, mask] = node.inputs as [Tensor, Tensor, Tensor, Tensor?];
    const [output, p] = node.outputs as [Tensor, Tensor];
    // Row sums of gOutput * output equal those of dP * P and are cheaper: e columns instead of s.
    const terms: Tensor[] = [];
    const rows: Tensor[] = [];
    if (gOutput !== undefined) {
      terms.push(matmul(gOutput, v, { transposeB: true }));
      rows.push(sum(mul(gOutput, output), -1, true));
    }
    if (gProbabilities !== undefined) {
      terms.push(gProbabilities);
      rows.push(sum(mul(gProbabilities, p), -1, true));
    }
    const total = (list: Tensor[]) => list.reduce((a, b) => add(a, b));
    const dScores = mul(p, sub(total(terms), total(rows)));
    const scaled = mul(dScores, node.attributes.scale);
    return [
      matmul(scaled, k),
      matmul(scaled, q, { transposeA: true }),
      gOutput === undefined ? undefined : matmul(p, gOutput, { transposeA: true }),
      mask === undefined ? undefined : unbroadcast(dScores, mask.shape),
    ];
  },
} satisfies Partial<GradientRules>;

function unbroadcastMean(g: Tensor, x: Tensor, width: number): Tensor {
  const ones = constant(new Float64Array(width).fill(1 / width), [
    ...Array(x.shape.length - 1).fill(1),
    width,
  ]);
  return mul(g, ones);
}

/** 1 / (number of input positions under each window). */
function inverseCounts(
  sizes: number[],
  windows: number[],
  kernel: readonly number[],
  a: ConvAttributes,
): Float64Array {
  const perAxis = windows.map((count, axis) =>
    Array.from({ length: count }, (_, i) => {
      const start = i * a.strides[axis]! - a.pads[axis]!;
      return Math.min(sizes[axis]!, start + kernel[axis]!) - Math.max(0, start);
    }),
  );
  let counts = [1];
  for (const axis of perAxis) counts = counts.flatMap((outer) => axis.map((inner) => outer * inner));
  return Float64Array.from(counts, (count) => 1 / count);
}
