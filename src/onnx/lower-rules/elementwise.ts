import type { OpName } from '../../tensor/ops.ts';
import { broadcast, sameShape } from '../../tensor/shape.ts';
import { isOp, type Tensor } from '../../tensor/tensor.ts';
import { float } from '../graph-builder.ts';
import { elementTypes } from '../model-proto.ts';
import { elementwise, type LowerRule, type LowerRules, operator, same } from './lower-rule.ts';
import { scalarOf } from './scalar.ts';

/**
 * The operands without the expands in front of them, where broadcasting gives the same shape. Writing an expanded
 * tensor to memory costs a pass that the operator does anyway.
 */
export function withoutExpands(op: OpName, operands: readonly Tensor[], result: Tensor): readonly Tensor[] {
  const bare = operands.map((operand) => {
    let tensor = operand;
    while (isOp(tensor.node, 'expand')) tensor = tensor.node.inputs[0]!;
    return tensor;
  });
  for (let i = 0; i < bare.length; i++) {
    const shape = bare.reduce<readonly (number | string)[]>((s, t) => broadcast(op, s, t.shape), []);
    if (sameShape(shape, result.shape)) return bare;
    // One operand must keep its full shape: the last ones are tried bare first.
    bare[i] = operands[i]!;
  }
  return operands;
}

/** A broadcasting operator of two or three operands. */
function broadcasting<O extends OpName>(opType: string): LowerRule<O> {
  return (node) => ({
    reads: withoutExpands(node.op, node.inputs, node.outputs[0]!),
    emit: (graph, reads) => [graph.elementwise(opType, reads, {}, node.outputs[0]!.dtype === 'bool')],
  });
}

/** Powers that are cheaper as something else. */
const pow: LowerRule<'pow'> = (node) => {
  const [x, y] = node.inputs as [Tensor, Tensor];
  const exponent = sameShape(x.shape, node.outputs[0]!.shape) ? scalarOf(y) : undefined;
  switch (exponent) {
    case 1:
      return same(x);
    case 2:
      return { reads: [x], emit: (graph, [v]) => [graph.elementwise('Mul', [v!, v!])] };
    case 0.5:
      return { reads: [x], emit: (graph, [v]) => [graph.elementwise('Sqrt', [v!])] };
    case -1:
      return { reads: [x], emit: (graph, [v]) => [graph.elementwise('Reciprocal', [v!])] };
    default:
      return broadcasting<'pow'>('Pow')(node, neverOnce);
  }
};

const neverOnce = { once: () => false };

/** Multiplying is cheaper than dividing: x / c = x (1 / c), a rounding apart. */
const div: LowerRule<'div'> = (node) => {
  const [x, y] = node.inputs as [Tensor, Tensor];
  const divisor = sameShape(x.shape, node.outputs[0]!.shape) ? scalarOf(y) : undefined;
  if (divisor === 1) return same(x);
  if (divisor === undefined || divisor === 0 || !Number.isFinite(1 / divisor))
    return broadcasting<'div'>('Div')(node, neverOnce);
  return { reads: [x], emit: (graph, [v]) => [graph.elementwise('Mul', [v!, graph.float(1 / divisor)])] };
};

const cast: LowerRule<'cast'> = (node) => {
  const { to } = node.attributes;
  if (node.inputs[0]!.dtype === to) return same(node.inputs[0]!);
  return {
    reads: node.inputs,
    // Only floating-point numbers can be brought back from the blocked order.
    emit: (graph, reads) => [
      to === 'float32'
        ? graph.elementwise('Cast', reads, { to: elementTypes[to] })
        : graph.node('Cast', reads, { to: elementTypes[to] }),
    ],
  };
};

/** ONNX Runtime has no Where kernel for truth values. */
const where: LowerRule<'where'> = (node) => {
  if (node.outputs[0]!.dtype !== 'bool') return broadcasting<'where'>('Where')(node, neverOnce);
  return {
    reads: node.inputs,
    emit: (graph, [condition, x, y]) => {
      const chosen = graph.node('And', [condition!, x!]);
      const other = graph.node('And', [graph.node('Not', [condition!]), y!]);
      return [graph.node('Or', [chosen, other])];
    },
  };
};

/**
 * log(1 + exp(x)) = max(x, 0) - log(max(s, 1 - s)) for the sigmoid s of x, which the backward pass needs as well. ONNX
 * Runtime's Softplus takes five times as long. Within 1e-7 of the exact value everywhere, but 0 below about -17, where
 * that is e^x (4e-8 and less): 1 - s is rounded to 1 there, and ONNX Runtime's sigmoid, the gradient, is 0 below -18.
 * Imported operators, of which others expect the exact values, are made of more nodes (`preciseSoftplus` in the import
 * rules).
 */
const softplus: LowerRule<'softplus'> = (node) => ({
  reads: node.inputs,
  emit: (graph, [x]) => {
    const s = graph.elementwise('Sigmoid', [x!]);
    const larger = graph.elementwise('Max', [s, graph.elementwise('Sub', [graph.float(1), s])]);
    return [graph.elementwise('Sub', [graph.elementwise('Relu', [x!]), graph.elementwise('Log', [larger])])];
  },
});

/** max(x, 0) + alpha (exp(min(x, 0)) - 1): a third of the time of ONNX Runtime's Elu. */
const elu: LowerRule<'elu'> = (node) => ({
  reads: node.inputs,
  emit: (graph, [x]) => {
    const below = graph.elementwise('Exp', [graph.elementwise('Clip', [x!, '', graph.float(0)])]);
    const minus = graph.elementwise('Sub', [below, graph.float(1)]);
    const { alpha } = node.attributes;
    const scaled = alpha === 1 ? minus : graph.elementwise('Mul', [minus, graph.float(alpha)]);
    return [graph.elementwise('Add', [graph.elementwise('Relu', [x!]), scaled])];
  },
});

export const elementwiseLowering = {
  neg: elementwise('Neg'),
  exp: elementwise('Exp'),
  log: elementwise('Log'),
  sqrt: elementwise('Sqrt'),
  reciprocal: elementwise('Reciprocal'),
  erf: elementwise('Erf'),
  abs: elementwise('Abs'),
  sign: elementwise('Sign'),
  sin: elementwise('Sin'),
  cos: elementwise('Cos'),
  atan: elementwise('Atan'),
  floor: elementwise('Floor'),
  tanh: elementwise('Tanh'),
  sigmoid: elementwise('Sigmoid'),
  relu: elementwise('Relu'),
  'leaky-relu': elementwise('LeakyRelu', ({ alpha }) => ({ alpha: float(alpha) })),
  elu,
  gelu: elementwise('Gelu', ({ approximate }) => ({ approximate })),
  softplus,
  silu: (node) => ({
    reads: node.inputs,
    emit: (graph, [x]) => [graph.elementwise('Mul', [x!, graph.elementwise('Sigmoid', [x!])])],
  }),
  'stop-gradient': (node) => same(node.inputs[0]!),
  cast,
  not: operator('Not'),
  add: broadcasting('Add'),
  sub: broadcasting('Sub'),
  mul: broadcasting('Mul'),
  div,
  pow,
  minimum: broadcasting('Min'),
  maximum: broadcasting('Max'),
  equal: broadcasting('Equal'),
  less: broadcasting('Less'),
  'less-or-equal': broadcasting('LessOrEqual'),
  and: broadcasting('And'),
  or: broadcasting('Or'),
  where,
} satisfies Partial<LowerRules>;
