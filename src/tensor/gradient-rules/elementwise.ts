import {
  add,
  cast,
  cos,
  div,
  equal,
  exp,
  less,
  log,
  mul,
  neg,
  pow,
  sigmoid,
  sign,
  sin,
  sub,
  where,
} from '../functions/elementwise.ts';
import { geluGradient } from '../functions/gelu-parts.ts';
import type { OpName } from '../ops.ts';
import { isOp, type Node, type Tensor } from '../tensor.ts';
import { type GradientRule, type GradientRules, unbroadcast } from './gradient-rule.ts';

/** Rule of an operation with one operand: (upstream, x, y) -> gradient with respect to x. */
const unary =
  (rule: (g: Tensor, x: Tensor, y: Tensor) => Tensor) =>
  (node: Node, [g]: readonly (Tensor | undefined)[]): Tensor[] => [
    rule(g!, node.inputs[0]!, node.outputs[0]!),
  ];

/** Rule of a broadcasting operation: one function for each operand, whose results are summed to its shape. */
function binary<O extends OpName>(
  ...rules: readonly ((g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor)[]
): GradientRule<O> {
  return (node, [g]) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    return rules.map((rule, i) =>
      // A constant operand wants no gradient; its rule may be costly (the logarithm of a power's base).
      isOp(node.inputs[i]!.node, 'constant')
        ? undefined
        : unbroadcast(rule(g!, a, b, node.outputs[0]!), node.inputs[i]!.shape),
    );
  };
}

const neverZero = ({ node }: Tensor): boolean =>
  isOp(node, 'constant') && node.attributes.data.every((value) => value !== 0);

const half = (g: Tensor) => mul(g, 0.5);
const extremum = (wins: (own: Tensor, other: Tensor) => Tensor) => {
  const share = (g: Tensor, own: Tensor, other: Tensor) =>
    where(equal(own, other), half(g), where(wins(own, other), g, 0));
  return [
    (g: Tensor, a: Tensor, b: Tensor) => share(g, a, b),
    (g: Tensor, a: Tensor, b: Tensor) => share(g, b, a),
  ] as const;
};

export const elementwiseGradients = {
  neg: unary((g) => neg(g)),
  exp: unary((g, _, y) => mul(g, y)),
  log: unary((g, x) => div(g, x)),
  sqrt: unary((g, _, y) => div(half(g), y)),
  reciprocal: unary((g, _, y) => neg(mul(g, mul(y, y)))),
  erf: unary((g, x) => mul(mul(g, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x))))),
  abs: unary((g, x) => mul(g, sign(x))),
  sign: 'none',
  sin: unary((g, x) => mul(g, cos(x))),
  cos: unary((g, x) => neg(mul(g, sin(x)))),
  atan: unary((g, x) => div(g, add(mul(x, x), 1))),
  floor: 'none',
  tanh: unary((g, _, y) => mul(g, sub(1, mul(y, y)))),
  sigmoid: unary((g, _, y) => mul(g, mul(y, sub(1, y)))),
  relu: unary((g, _, y) => mul(g, cast(less(0, y), 'float32'))),
  'leaky-relu': (node, [g]) => [where(less(0, node.inputs[0]!), g!, mul(g!, node.attributes.alpha))],
  elu: (node, [g]) => [
    where(less(0, node.inputs[0]!), g!, mul(g!, add(node.outputs[0]!, node.attributes.alpha))),
  ],
  gelu: (node, [g]) => [geluGradient(g!, node.inputs[0]!, node.attributes.approximate)],
  softplus: unary((g, x) => mul(g, sigmoid(x))),
  // y = x s has the slope s + y (1 - s): fewer passes than the slopes of its factors.
  silu: unary((g, x, y) => {
    const s = sigmoid(x);
    return mul(g, add(s, mul(y, sub(1, s))));
  }),
  'stop-gradient': 'none',
  cast: (node, [g]) => [
    node.inputs[0]!.dtype === 'float32' && node.attributes.to === 'float32' ? cast(g!, 'float32') : undefined,
  ],
  not: 'none',
  add: binary(
    (g) => g,
    (g) => g,
  ),
  sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  mul: binary(
    (g, _, b) => mul(g, b),
    (g, a) => mul(g, a),
  ),
  div: binary(
    (g, _, b) => div(g, b),
    (g, _, b, y) => neg(div(mul(g, y), b)),
  ),
  pow: binary(
    (g, a, b) => {
      const slope = mul(g, mul(b, pow(a, sub(b, 1))));
      // 0 to the power -1 is infinite, and 0 times that is no number.
      return neverZero(b) ? slope : where(equal(b, 0), 0, slope);
    },
    (g, a, _, y) => {
      const zero = equal(a, 0);
      return where(zero, 0, mul(g, mul(y, log(where(zero, 1, a)))));
    },
  ),
  minimum: binary(...extremum((own, other) => less(own, other))),
  maximum: binary(...extremum((own, other) => less(other, own))),
  equal: 'none',
  less: 'none',
  'less-or-equal': 'none',
  and: 'none',
  or: 'none',
  where: (node, [g]) => {
    const [condition, a, b] = node.inputs as [Tensor, Tensor, Tensor];
    const needed = (t: Tensor) => t.dtype === 'float32' && !isOp(t.node, 'constant');
    return [
      undefined,
      needed(a) ? unbroadcast(where(condition, g!, 0), a.shape) : undefined,
      needed(b) ? unbroadcast(where(condition, 0, g!), b.shape) : undefined,
    ];
  },
} satisfies Partial<GradientRules>;
