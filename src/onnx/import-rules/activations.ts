import { reshape, transpose } from '../../tensor/functions/arrangement.ts';
import {
  abs,
  add,
  clamp,
  div,
  elu,
  equal,
  exp,
  gelu,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  minimum,
  mul,
  neg,
  relu,
  sigmoid,
  softplus,
  stopGradient,
  sub,
  tanh,
  where,
} from '../../tensor/functions/elementwise.ts';
import { softmax } from '../../tensor/functions/loss.ts';
import { logsumexp } from '../../tensor/functions/reduction.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { argMax, hotVectors } from './arg-max.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims } from './value.ts';

const unary =
  (compute: (x: Tensor, node: ImportNode) => Tensor) =>
  (node: ImportNode): Tensor[] => [compute(node.tensor(0), node)];

const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor => clamp(add(mul(x, alpha), beta), 0, 1);

/** log(1 + e), exact for small e as well (Goldberg 1991, theorem 4); its gradient comes from `smooth`. */
function preciseSoftplus(x: Tensor): Tensor {
  const smooth = softplus(x);
  const e = exp(neg(abs(x)));
  const sum = add(e, 1);
  const rounded = sub(sum, 1);
  const logarithm = where(equal(rounded, 0), e, div(mul(log(sum), e), where(equal(rounded, 0), 1, rounded)));
  return add(smooth, stopGradient(sub(add(relu(x), logarithm), smooth)));
}

/** x tanh(log(1 + e^x)) = x n / (n + 2) for n = e^x (e^x + 2); beyond 20 the quotient is 1. */
function mish(x: Tensor): Tensor {
  const e = exp(minimum(x, 20));
  const n = mul(e, add(e, 2));
  return mul(x, div(n, add(n, 2)));
}

/** Computes along an axis something that is defined over the last one. */
export function alongAxis(x: Tensor, axis: number, compute: (x: Tensor) => Tensor): Tensor {
  const last = x.shape.length - 1;
  if (axis === last) return compute(x);
  const order = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return transpose(compute(transpose(x, order)), order);
}

/** Something over one axis; before operator set 13 over that axis and all behind it. */
const normalised =
  (compute: (x: Tensor) => Tensor) =>
  (node: ImportNode): Tensor[] => {
    const x = node.tensor(0);
    const axis = node.axis(node.int('axis', node.opset < 13 ? 1 : -1), x.shape.length);
    if (node.opset >= 13) return [alongAxis(x, axis, compute)];
    const flat = reshape(x, [sizeOf(dims(x).slice(0, axis)), sizeOf(dims(x).slice(axis))]);
    return [reshape(compute(flat), x.shape)];
  };

/** Non-linearities, element by element or normalised over an axis. */
export const activationRules = {
  Relu: unary(relu),
  LeakyRelu: unary((x, n) => leakyRelu(x, n.float('alpha', 0.01))),
  PRelu: (node) => {
    const [x, slope] = [node.tensor(0), node.tensor(1)];
    return [where(less(x, 0), mul(x, slope), x)];
  },
  Elu: unary((x, n) => elu(x, n.float('alpha', 1))),
  Celu: unary((x, n) => {
    const alpha = n.float('alpha', 1);
    return mul(elu(div(x, alpha), 1), alpha);
  }),
  Selu: unary((x, n) =>
    mul(elu(x, n.float('alpha', 1.6732632423543772)), n.float('gamma', 1.0507009873554805)),
  ),
  ThresholdedRelu: unary((x, n) => where(less(n.float('alpha', 1), x), x, 0)),
  Shrink: unary((x, n) => {
    const [limit, bias] = [n.float('lambd', 0.5), n.float('bias', 0)];
    return where(less(x, -limit), add(x, bias), where(less(limit, x), sub(x, bias), 0));
  }),
  Sigmoid: unary(sigmoid),
  HardSigmoid: unary((x, n) => hardSigmoid(x, n.float('alpha', 0.2), n.float('beta', 0.5))),
  HardSwish: unary((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Tanh: unary(tanh),
  Softplus: unary(preciseSoftplus),
  Softsign: unary((x) => div(x, add(abs(x), 1))),
  Mish: unary(mish),
  Gelu: unary((x, n) => gelu(x, n.text('approximate', 'none') === 'tanh' ? 'tanh' : 'none')),
  Softmax: normalised(softmax),
  LogSoftmax: normalised((x) => sub(x, logsumexp(x, -1, true))),
  Hardmax: normalised((x) => hotVectors(argMax(x, x.shape.length - 1), dims(x)[x.shape.length - 1]!)),
} satisfies ImportRules;

/** Non-linearities that the gates of recurrent nodes can name, with their parameters. */
export const gateFunctions: Readonly<Record<string, (x: Tensor, alpha?: number, beta?: number) => Tensor>> = {
  Sigmoid: sigmoid,
  Tanh: tanh,
  Relu: relu,
  LeakyRelu: (x, alpha = 0.01) => leakyRelu(x, alpha),
  Elu: (x, alpha = 1) => elu(x, alpha),
  HardSigmoid: (x, alpha = 0.2, beta = 0.5) => hardSigmoid(x, alpha, beta),
  Softplus: softplus,
  Softsign: (x) => div(x, add(abs(x), 1)),
  Affine: (x, alpha = 1, beta = 0) => add(mul(x, alpha), beta),
  ThresholdedRelu: (x, alpha = 1) => where(lessOrEqual(x, alpha), 0, x),
  ScaledTanh: (x, alpha = 1, beta = 1) => mul(tanh(mul(x, beta)), alpha),
};
