import type { DType, OpAttributes } from '../../tensor/ops.ts';
import { type Shape, sameShape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { elementTypes } from '../model-proto.ts';
import { type LowerRule, type LowerRules, operator, same } from './lower-rule.ts';

/** Beyond every axis: ONNX clamps the ends of slices. */
const WHOLE = 2n ** 63n - 1n;
const BEFORE_FIRST = -(2n ** 63n) + 1n;

const reduce =
  <O extends 'sum' | 'mean' | 'max' | 'min'>(opType: string): LowerRule<O> =>
  (node) => {
    const { axes, keep } = node.attributes as OpAttributes['sum'];
    if (axes.length === 0) return same(node.inputs[0]!);
    return {
      reads: node.inputs,
      emit: (graph, [x]) => [graph.node(opType, [x!, graph.integers(axes)], { keepdims: keep ? 1 : 0 })],
    };
  };

/**
 * Over outer and inner axes at once, as the gradient of channels' shifts is, ONNX Runtime takes three times as long as
 * over the inner ones first.
 */
const sum: LowerRule<'sum'> = (node, context) => {
  const { axes, keep } = node.attributes;
  const rank = node.inputs[0]!.shape.length;
  const inner = axes.filter((axis) => axes.filter((other) => other >= axis).length === rank - axis);
  const outer = axes.filter((axis) => !inner.includes(axis));
  if (inner.length === 0 || outer.length === 0) return reduce<'sum'>('ReduceSum')(node, context);
  const keepdims = keep ? 1 : 0;
  return {
    reads: node.inputs,
    emit: (graph, [x]) => {
      const rows = graph.node('ReduceSum', [x!, graph.integers(inner)], { keepdims });
      return [graph.node('ReduceSum', [rows, graph.integers(outer)], { keepdims })];
    },
  };
};

/** Reshapes the value `name`, at most one dimension being inferred while running. */
export function emitReshape(graph: GraphBuilder, name: string, from: Shape, to: Shape): string {
  const source = from.map((dimension) => graph.fix(dimension));
  const target = to.map((dimension) => graph.fix(dimension));
  if (sameShape(source, target)) return name;
  // ONNX: 0 keeps the input's dimension at this place, -1 is inferred.
  const entries = target.map((dimension, i) =>
    typeof dimension === 'number' ? dimension : dimension === source[i] ? 0 : -1,
  );
  const emptyAxis = target.includes(0);
  const shape =
    !emptyAxis && entries.filter((entry) => entry === -1).length <= 1
      ? graph.integers(entries)
      : graph.shape(target);
  return graph.node('Reshape', [name, shape], emptyAxis ? { allowzero: 1 } : {});
}

const transpose: LowerRule<'transpose'> = (node) => {
  const { permutation } = node.attributes;
  const x = node.inputs[0]!;
  const moved = permutation.filter((axis) => x.shape[axis] !== 1);
  const inOrder = moved.every((axis, i) => i === 0 || moved[i - 1]! < axis);
  // Only axes of size 1 move: the elements stay where they are.
  if (inOrder)
    return {
      reads: [x],
      emit: (graph, [name]) => [emitReshape(graph, name!, x.shape, node.outputs[0]!.shape)],
    };
  return {
    reads: [x],
    emit: (graph, reads) => [graph.node('Transpose', reads, { perm: permutation })],
  };
};

const slice: LowerRule<'slice'> = (node) => {
  const { starts, ends, steps } = node.attributes;
  const x = node.inputs[0]!;
  const cut = starts
    .map((_, axis) => axis)
    .filter((axis) => starts[axis] !== 0 || steps[axis] !== 1 || ends[axis] !== x.shape[axis]);
  if (cut.length === 0) return same(x);
  const endOf = (axis: number) => {
    const end = ends[axis]!;
    return typeof end === 'string' ? WHOLE : end < 0 ? BEFORE_FIRST : end;
  };
  return {
    reads: [x],
    emit: (graph, [name]) => [
      graph.node('Slice', [
        name!,
        graph.integers(cut.map((axis) => starts[axis]!)),
        graph.integers(cut.map(endOf)),
        graph.integers(cut),
        graph.integers(cut.map((axis) => steps[axis]!)),
      ]),
    ],
  };
};

const scalar = (graph: GraphBuilder, dtype: DType, value: number): string =>
  graph.shared(dtype, [], { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype].of(value));

const pad: LowerRule<'pad'> = (node) => {
  const { before, after, value } = node.attributes;
  const { dtype } = node.outputs[0]!;
  if ([...before, ...after].every((n) => n === 0)) return same(node.inputs[0]!);
  return {
    reads: node.inputs,
    emit: (graph, [x]) => [
      graph.node('Pad', [x!, graph.integers([...before, ...after]), scalar(graph, dtype, value)]),
    ],
  };
};

const expand: LowerRule<'expand'> = (node) => {
  const x = node.inputs[0]!;
  const { shape } = node.outputs[0]!;
  if (sameShape(x.shape, shape)) return same(x);
  const offset = shape.length - x.shape.length;
  // A dimension that the input has already may be written as 1.
  const repeats = shape.map((dimension, i) => (dimension === x.shape[i - offset] ? 1 : dimension));
  return { reads: [x], emit: (graph, [name]) => [graph.node('Expand', [name!, graph.shape(repeats)])] };
};

/**
 * ScatterElements on zeros. It runs on one thread and adds duplicates in order; ScatterND with reduction loses
 * additions on several threads and is never written.
 */
const scatterAdd: LowerRule<'scatter-add'> = (node) => {
  const { shape } = node.outputs[0]!;
  return {
    reads: node.inputs,
    emit: (graph, [updates, indices]) => {
      const zeros = graph.node('Expand', [graph.float(0), graph.shape(shape)]);
      return [
        graph.node('ScatterElements', [zeros, indices!, updates!], {
          axis: node.attributes.axis,
          reduction: 'add',
        }),
      ];
    },
  };
};

const oneHot: LowerRule<'one-hot'> = (node) => ({
  reads: node.inputs,
  emit: (graph, [indices]) => {
    const depth = graph.shared('int32', [], Int32Array.of(node.attributes.depth));
    return [graph.node('OneHot', [indices!, depth, graph.floats([2], [0, 1])], { axis: -1 })];
  },
});

export const arrangementLowering = {
  input: (node) => ({ reads: [], emit: () => [node.attributes.name] }),
  constant: (node) => ({
    reads: [],
    emit: (graph) => {
      const { data, shape, dtype } = node.attributes;
      const typed =
        dtype === 'float32'
          ? Float32Array.from(data)
          : dtype === 'int32'
            ? Int32Array.from(data)
            : Uint8Array.from(data, (value) => (value === 0 ? 0 : 1));
      return [graph.shared(dtype, shape, typed)];
    },
  }),
  sum,
  mean: reduce('ReduceMean'),
  max: reduce('ReduceMax'),
  min: reduce('ReduceMin'),
  'arg-max': (node) => ({
    reads: node.inputs,
    emit: (graph, [x]) => {
      const index = graph.node('ArgMax', [x!], { axis: node.attributes.axis, keepdims: 1 });
      return [graph.node('Cast', [index], { to: elementTypes.int32 })];
    },
  }),
  cumsum: (node) => ({
    reads: node.inputs,
    emit: (graph, [x]) => {
      const { axis, exclusive, reverse } = node.attributes;
      return [
        graph.node('CumSum', [x!, graph.integer(axis)], {
          exclusive: exclusive ? 1 : 0,
          reverse: reverse ? 1 : 0,
        }),
      ];
    },
  }),
  reshape: (node) => ({
    reads: node.inputs,
    emit: (graph, [x]) => [emitReshape(graph, x!, (node.inputs[0] as Tensor).shape, node.outputs[0]!.shape)],
  }),
  transpose,
  slice,
  concat: (node) =>
    node.inputs.length === 1
      ? same(node.inputs[0]!)
      : operator<'concat'>('Concat', ({ axis }) => ({ axis }))(node, { once: () => false }),
  pad,
  expand,
  gather: operator('Gather', ({ axis }) => ({ axis })),
  'gather-elements': operator('GatherElements', ({ axis }) => ({ axis })),
  'scatter-add': scatterAdd,
  'one-hot': oneHot,
} satisfies Partial<LowerRules>;
