import { GraftError } from '../../errors.ts';
import type { DType, OpName } from '../ops.ts';
import { broadcast } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { expectType, type ShapeRules, type TensorType } from './shape-rule.ts';

function unary(op: OpName): (inputs: readonly Tensor[]) => TensorType[] {
  return (inputs) => {
    expectType(op, inputs[0]!, 'float32');
    return [{ shape: inputs[0]!.shape, dtype: 'float32' }];
  };
}

/** Two operands of one type; the result has that type unless `result` says otherwise. */
function binary(
  op: OpName,
  allowed: DType | 'number',
  result?: DType,
): (inputs: readonly Tensor[]) => TensorType[] {
  return (inputs) => {
    const [a, b] = inputs as [Tensor, Tensor];
    if (a.dtype !== b.dtype || (allowed === 'number' ? a.dtype === 'bool' : a.dtype !== allowed))
      throw new GraftError('invalid-value', {
        what: `operands of ${op}`,
        received: `${a.dtype} and ${b.dtype}`,
        allowed: allowed === 'number' ? 'two float32 or two int32' : `two ${allowed}`,
      });
    return [{ shape: broadcast(op, a.shape, b.shape), dtype: result ?? a.dtype }];
  };
}

export const elementwiseShapes = {
  neg: unary('neg'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  reciprocal: unary('reciprocal'),
  erf: unary('erf'),
  abs: unary('abs'),
  sign: unary('sign'),
  sin: unary('sin'),
  cos: unary('cos'),
  atan: unary('atan'),
  floor: unary('floor'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  relu: unary('relu'),
  'leaky-relu': unary('leaky-relu'),
  elu: unary('elu'),
  gelu: unary('gelu'),
  softplus: unary('softplus'),
  silu: unary('silu'),
  'stop-gradient': unary('stop-gradient'),
  cast: (inputs, { to }) => [{ shape: inputs[0]!.shape, dtype: to }],
  not: (inputs) => {
    expectType('not', inputs[0]!, 'bool');
    return [{ shape: inputs[0]!.shape, dtype: 'bool' }];
  },
  add: binary('add', 'number'),
  sub: binary('sub', 'number'),
  mul: binary('mul', 'number'),
  div: binary('div', 'float32'),
  pow: binary('pow', 'float32'),
  minimum: binary('minimum', 'float32'),
  maximum: binary('maximum', 'float32'),
  equal: binary('equal', 'number', 'bool'),
  less: binary('less', 'number', 'bool'),
  'less-or-equal': binary('less-or-equal', 'number', 'bool'),
  and: binary('and', 'bool'),
  or: binary('or', 'bool'),
  where: (inputs) => {
    const [condition, x, y] = inputs as [Tensor, Tensor, Tensor];
    expectType('where', condition, 'bool');
    expectType('where', y, x.dtype);
    return [
      { shape: broadcast('where', condition.shape, broadcast('where', x.shape, y.shape)), dtype: x.dtype },
    ];
  },
} satisfies Partial<ShapeRules>;
