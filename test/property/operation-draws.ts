import fc from 'fast-check';
import type { DType, OpAttributes, OpName } from '../../src/tensor/ops.ts';
import { type Dimension, product, type Shape } from '../../src/tensor/shape.ts';

/** What an operation is applied to. */
export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Values of int32 operands lie below this. */
  readonly below?: Dimension;
}

/**
 * An application of an operation that its rules must take. Dimensions may be the symbols b and t; `expected` are the
 * shapes of the outputs, counted here and not by the shape rules.
 */
export interface Draw<O extends OpName = OpName> {
  readonly operands: readonly Operand[];
  readonly attributes: OpAttributes[O];
  readonly expected: readonly Shape[];
}

const float = (shape: Shape): Operand => ({ shape, dtype: 'float32' });
const bool = (shape: Shape): Operand => ({ shape, dtype: 'bool' });
const indices = (shape: Shape, below: Dimension): Operand => ({ shape, dtype: 'int32', below });

const dimension = fc.constantFrom<Dimension>(1, 2, 3, 'b', 't');
const shape = (minLength = 0, maxLength = 3) => fc.array(dimension, { minLength, maxLength });
const small = (max: number, min = 1) => fc.integer({ min, max });
const each = <T>(n: number, arbitrary: fc.Arbitrary<T>) =>
  fc.array(arbitrary, { minLength: n, maxLength: n });
const replaced = <T>(list: readonly T[], at: number, value: T): T[] =>
  list.map((v, i) => (i === at ? value : v));

/** Shapes that broadcast together, and the shape that they have together. */
function broadcasting(n: number): fc.Arbitrary<{ shapes: Shape[]; together: Shape }> {
  return fc.tuple(shape(), each(n, fc.tuple(fc.nat(3), each(3, fc.boolean())))).map(([full, changes]) => {
    const shapes = changes.map(([dropped, ones]) =>
      full.map((d, i) => (ones[i] ? 1 : d)).slice(Math.min(dropped, full.length)),
    );
    const rank = Math.max(...shapes.map((s) => s.length));
    const together = Array.from({ length: rank }, (_, i) => {
      const sizes = shapes.map((s) => s[i - rank + s.length] ?? 1);
      return sizes.find((d) => d !== 1) ?? 1;
    });
    return { shapes, together };
  });
}

const unary = (attributes: fc.Arbitrary<object> = fc.constant({}), dtype: DType = 'float32') =>
  fc.tuple(shape(), attributes).map(([s, a]) => ({
    operands: [{ shape: s, dtype }],
    attributes: a as never,
    expected: [s],
  }));

const binary = (dtypes: readonly DType[]) =>
  fc.tuple(broadcasting(2), fc.constantFrom(...dtypes)).map(([{ shapes, together }, dtype]) => ({
    operands: shapes.map((s) => ({ shape: s, dtype, below: 3 })),
    attributes: {} as never,
    expected: [together],
  }));

/** A shape and one of its axes. */
const withAxis = fc.tuple(shape(1), fc.nat()).map(([s, i]) => ({ s, axis: i % s.length }));

const reduction = fc.tuple(shape(), each(3, fc.boolean()), fc.boolean()).map(([s, reduced, keep]) => ({
  operands: [float(s)],
  attributes: { axes: s.flatMap((_, i) => (reduced[i] ? [i] : [])), keep },
  expected: [s.flatMap((d, i) => (reduced[i] ? (keep ? [1] : []) : [d]))],
}));

/** The places of a window that lie in a padded axis, counted one by one. */
function places(size: number, kernel: number, stride: number, pads: number, dilation: number): number {
  let count = 0;
  while (count * stride + dilation * (kernel - 1) + 1 <= size + pads) count++;
  return count;
}

const windows = small(2).chain((n) =>
  fc.record({
    batch: dimension,
    sizes: each(n, small(5)),
    kernel: each(n, small(3)),
    strides: each(n, small(3)),
    begins: each(n, small(2, 0)),
    ends: each(n, small(2, 0)),
    dilations: each(n, small(2)),
    groups: small(2),
    inGroup: small(2),
    outGroup: small(2),
    bias: fc.boolean(),
  }),
);

type Windows = typeof windows extends fc.Arbitrary<infer W> ? W : never;

/** A draw of either convolution from the shape of its weight and the sizes that it makes. */
const convolutionDraw = (w: Windows, weight: Shape, spatial: Shape) => ({
  operands: [
    float([w.batch, w.groups * w.inGroup, ...w.sizes]),
    float([...weight, ...w.kernel]),
    ...(w.bias ? [float([w.groups * w.outGroup])] : []),
  ],
  attributes: {
    strides: w.strides,
    pads: [...w.begins, ...w.ends],
    dilations: w.dilations,
    groups: w.groups,
  },
  expected: [[w.batch, w.groups * w.outGroup, ...spatial]],
});

const positive = (spatial: readonly number[]): boolean => spatial.every((size) => size > 0);

const convolution = windows
  .map((w) => ({
    w,
    spatial: w.sizes.map((size, i) =>
      places(size, w.kernel[i]!, w.strides[i]!, w.begins[i]! + w.ends[i]!, w.dilations[i]!),
    ),
  }))
  .filter(({ spatial }) => positive(spatial))
  .map(({ w, spatial }) => convolutionDraw(w, [w.groups * w.outGroup, w.inGroup], spatial));

/** The transposed convolution of an axis: the furthest place that a window reaches, without the padding. */
const transposedConvolution = fc
  .tuple(windows, each(2, fc.nat(2)))
  .map(([w, extra]) => {
    const outputPadding = w.sizes.map((_, i) => extra[i]! % w.strides[i]!);
    const spatial = w.sizes.map((size, i) => {
      const last = (size - 1) * w.strides[i]! + (w.kernel[i]! - 1) * w.dilations[i]!;
      return last + 1 + outputPadding[i]! - w.begins[i]! - w.ends[i]!;
    });
    return { w, outputPadding, spatial };
  })
  .filter(({ spatial }) => positive(spatial))
  .map(({ w, outputPadding, spatial }) => {
    const draw = convolutionDraw(w, [w.groups * w.inGroup, w.outGroup], spatial);
    return { ...draw, attributes: { ...draw.attributes, outputPadding } };
  });

const pooling = windows
  .map((w) => {
    const pads = [...w.begins, ...w.ends].map((pad, i) =>
      Math.min(pad, Math.floor(w.kernel[i % w.sizes.length]! / 2)),
    );
    // A dilated window beside the edge may hold nothing but padding.
    const dilations = w.dilations.map((d, i) => (pads[i]! + pads[i + w.sizes.length]! > 0 ? 1 : d));
    return { ...w, pads, dilations };
  })
  .map((w) => ({ ...w, both: w.sizes.map((_, i) => w.pads[i]! + w.pads[i + w.sizes.length]!) }));

const maxPooling = pooling
  .map((w) => ({
    ...w,
    spatial: w.sizes.map((size, i) => places(size, w.kernel[i]!, w.strides[i]!, w.both[i]!, w.dilations[i]!)),
  }))
  .filter(({ spatial }) => positive(spatial))
  .map((w) => ({
    operands: [float([w.batch, w.inGroup, ...w.sizes])],
    attributes: { kernel: w.kernel, strides: w.strides, pads: w.pads, dilations: w.dilations },
    expected: [
      [w.batch, w.inGroup, ...w.spatial],
      [w.batch, w.inGroup, ...w.spatial],
    ],
  }));

const averagePooling = pooling
  .map((w) => ({
    ...w,
    spatial: w.sizes.map((size, i) => places(size, w.kernel[i]!, w.strides[i]!, w.both[i]!, 1)),
  }))
  .filter(({ spatial }) => positive(spatial))
  .map((w) => ({
    operands: [float([w.batch, w.inGroup, ...w.sizes])],
    attributes: { kernel: w.kernel, strides: w.strides, pads: w.pads, includePad: w.bias },
    expected: [[w.batch, w.inGroup, ...w.spatial]],
  }));

interface Range {
  readonly start: number;
  readonly end: Dimension;
  readonly step: number;
  readonly length: Dimension;
}

/** A range within an axis; an open axis is taken whole. */
function range(size: Dimension): fc.Arbitrary<Range> {
  if (typeof size === 'string') return fc.constant({ start: 0, end: size, step: 1, length: size });
  return fc
    .record({ a: fc.nat(size), b: fc.nat(size), step: small(3), back: fc.boolean() })
    .map(({ a, b, step, back }) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      let length = 0;
      if (back && size > 0) {
        const start = Math.min(size - 1, high);
        const end = Math.min(start, low - 1);
        for (let i = start; i > end; i -= step) length++;
        return { start, end, step: -step, length };
      }
      for (let i = low; i < high; i += step) length++;
      return { start: low, end: high, step, length };
    });
}

const slicing = shape()
  .chain((s) => fc.tuple(fc.constant(s), fc.tuple(...s.map(range))))
  .map(([s, ranges]) => ({
    operands: [float(s)],
    attributes: {
      starts: ranges.map((r) => r.start),
      ends: ranges.map((r) => r.end),
      steps: ranges.map((r) => r.step),
    },
    expected: [ranges.map((r) => r.length)],
  }));

const padding = fc
  .tuple(shape(), each(3, small(2, -1)), each(3, small(2, -1)), fc.constantFrom(0, -1, 2.5))
  .map(([s, before, after, value]) => {
    const fits = s.map((d, i) => typeof d === 'number' && d + before[i]! + after[i]! >= 0);
    const [first, last] = [before, after].map((list) => s.map((_, i) => (fits[i] ? list[i]! : 0)));
    return {
      operands: [float(s)],
      attributes: { before: first!, after: last!, value },
      expected: [s.map((d, i) => (fits[i] ? (d as number) + first![i]! + last![i]! : d))],
    };
  });

/** The axes of a shape in another order, neighbours joined here and there. */
const reshaping = shape()
  .chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray(s, { minLength: s.length }), fc.nat(2)))
  .map(([s, order, joinAt]) => {
    const target =
      joinAt + 1 < order.length
        ? [...order.slice(0, joinAt), product(order.slice(joinAt, joinAt + 2)), ...order.slice(joinAt + 2)]
        : order;
    return { operands: [float(s)], attributes: { shape: target }, expected: [target] };
  });

const joining = fc
  .tuple(withAxis, fc.array(small(3), { minLength: 1, maxLength: 3 }))
  .map(([{ s, axis }, sizes]) => ({
    operands: sizes.map((size) => float(replaced(s, axis, size))),
    attributes: { axis },
    expected: [
      replaced(
        s,
        axis,
        sizes.reduce((a, b) => a + b, 0),
      ),
    ],
  }));

const product2 = fc
  .tuple(broadcasting(2), dimension, dimension, dimension, fc.boolean(), fc.boolean())
  .map(([{ shapes, together }, m, k, n, transposeA, transposeB]) => ({
    operands: [
      float([...shapes[0]!, ...(transposeA ? [k, m] : [m, k])]),
      float([...shapes[1]!, ...(transposeB ? [n, k] : [k, n])]),
    ],
    attributes: { transposeA, transposeB },
    expected: [[...together, m, n]],
  }));

const attending = fc
  .tuple(
    shape(0, 2),
    dimension,
    small(3),
    dimension,
    small(3),
    fc.constantFrom('none', 'matrix', 'row', 'all'),
  )
  .map(([lead, t, d, s, e, mask]) => {
    const masks = { none: [], matrix: [[t, s]], row: [[s]], all: [[...lead, t, s]] };
    return {
      operands: [
        float([...lead, t, d]),
        float([...lead, s, d]),
        float([...lead, s, e]),
        ...masks[mask as keyof typeof masks].map(float),
      ],
      attributes: { scale: 0.7 },
      expected: [
        [...lead, t, e],
        [...lead, t, s],
      ],
    };
  });

const recurring = (gates: number, outputs: readonly number[], extra: (width: number) => Shape[]) =>
  fc.tuple(small(4), dimension, small(3), fc.boolean()).map(([time, batch, width, started]) => ({
    operands: [
      float([time, batch, gates * width]),
      float([gates * width, width]),
      ...extra(width).map(float),
      ...(started ? Array(gates === 4 ? 2 : 1).fill(float([batch, width])) : []),
    ],
    attributes: {},
    expected: outputs.map((n) => [time, batch, n * width]),
  }));

const normalising = fc.tuple(shape(1), fc.boolean()).map(([s, bias]) => {
  const vector = float([s.at(-1)!]);
  const statistic = [...s.slice(0, -1), 1];
  return {
    operands: [float(s), vector, ...(bias ? [vector] : [])],
    attributes: { epsilon: 1e-5 },
    expected: [s, statistic, statistic],
  };
});

/** Drawn applications of every operation. */
export const operationDraws: { readonly [O in OpName]: fc.Arbitrary<Draw<O>> } = {
  input: shape().map((s) => ({
    operands: [],
    attributes: { name: 'x', shape: s, dtype: 'float32' },
    expected: [s],
  })),
  constant: fc.array(small(3), { maxLength: 3 }).map((s) => ({
    operands: [],
    attributes: { data: new Float32Array(s.reduce((a, b) => a * b, 1)), shape: s, dtype: 'float32' },
    expected: [s],
  })),
  neg: unary(),
  exp: unary(),
  log: unary(),
  sqrt: unary(),
  reciprocal: unary(),
  erf: unary(),
  abs: unary(),
  sign: unary(),
  sin: unary(),
  cos: unary(),
  atan: unary(),
  floor: unary(),
  tanh: unary(),
  sigmoid: unary(),
  relu: unary(),
  'leaky-relu': unary(fc.constant({ alpha: 0.1 })),
  elu: unary(fc.constant({ alpha: 1.3 })),
  gelu: unary(fc.constantFrom({ approximate: 'none' }, { approximate: 'tanh' })),
  softplus: unary(),
  silu: unary(),
  'stop-gradient': unary(),
  cast: fc
    .tuple(
      shape(),
      fc.constantFrom<DType>('float32', 'int32', 'bool'),
      fc.constantFrom<DType>('float32', 'int32', 'bool'),
    )
    .map(([s, dtype, to]) => ({
      operands: [{ shape: s, dtype, below: 3 }],
      attributes: { to },
      expected: [s],
    })),
  not: unary(fc.constant({}), 'bool'),
  add: binary(['float32', 'int32']),
  sub: binary(['float32', 'int32']),
  mul: binary(['float32', 'int32']),
  div: binary(['float32']),
  pow: binary(['float32']),
  minimum: binary(['float32']),
  maximum: binary(['float32']),
  equal: binary(['float32', 'int32']),
  less: binary(['float32', 'int32']),
  'less-or-equal': binary(['float32', 'int32']),
  and: binary(['bool']),
  or: binary(['bool']),
  where: broadcasting(3).map(({ shapes: [c, x, y], together }) => ({
    operands: [bool(c!), float(x!), float(y!)],
    attributes: {},
    expected: [together],
  })),
  matmul: product2,
  conv: convolution,
  'conv-transpose': transposedConvolution,
  'max-pool': maxPooling,
  'average-pool': averagePooling,
  sum: reduction,
  mean: reduction,
  max: reduction,
  min: reduction,
  'arg-max': withAxis.map(({ s, axis }) => ({
    operands: [float(s)],
    attributes: { axis },
    expected: [replaced(s, axis, 1)],
  })),
  cumsum: fc.tuple(withAxis, fc.boolean(), fc.boolean()).map(([{ s, axis }, exclusive, reverse]) => ({
    operands: [float(s)],
    attributes: { axis, exclusive, reverse },
    expected: [s],
  })),
  reshape: reshaping,
  transpose: shape()
    .chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray([...s.keys()], { minLength: s.length })))
    .map(([s, permutation]) => ({
      operands: [float(s)],
      attributes: { permutation },
      expected: [permutation.map((axis) => s[axis]!)],
    })),
  slice: slicing,
  concat: joining,
  pad: padding,
  expand: fc.tuple(shape(), each(3, fc.boolean()), fc.nat(3)).map(([s, ones, dropped]) => ({
    operands: [float(s.map((d, i) => (ones[i] ? 1 : d)).slice(Math.min(dropped, s.length)))],
    attributes: { shape: s },
    expected: [s],
  })),
  gather: fc.tuple(withAxis, shape(0, 2)).map(([{ s, axis }, ids]) => ({
    operands: [float(s), indices(ids, s[axis]!)],
    attributes: { axis },
    expected: [[...s.slice(0, axis), ...ids, ...s.slice(axis + 1)]],
  })),
  'gather-elements': fc.tuple(withAxis, dimension).map(([{ s, axis }, length]) => ({
    operands: [float(s), indices(replaced(s, axis, length), s[axis]!)],
    attributes: { axis },
    expected: [replaced(s, axis, length)],
  })),
  'scatter-add': fc.tuple(withAxis, dimension).map(([{ s, axis }, size]) => ({
    operands: [float(s), indices(s, size)],
    attributes: { axis, size },
    expected: [replaced(s, axis, size)],
  })),
  'one-hot': fc.tuple(shape(), small(4)).map(([s, depth]) => ({
    operands: [indices(s, depth)],
    attributes: { depth },
    expected: [[...s, depth]],
  })),
  'layer-norm': normalising,
  softmax: shape(1).map((s) => ({ operands: [float(s)], attributes: {}, expected: [s] })),
  attention: attending,
  lstm: recurring(4, [1, 1, 3, 1], () => []),
  gru: recurring(3, [1, 2, 1, 1], (width) => [[width]]),
};

/** Operations that are affine in each float32 operand while the others stay. */
export const affine: readonly OpName[] = [
  'neg',
  'add',
  'sub',
  'mul',
  'where',
  'matmul',
  'conv',
  'conv-transpose',
  'average-pool',
  'sum',
  'mean',
  'cumsum',
  'reshape',
  'transpose',
  'slice',
  'concat',
  'pad',
  'expand',
  'gather',
  'gather-elements',
  'scatter-add',
];
