import { constant } from '../../src/tensor/build.ts';
import { expand } from '../../src/tensor/functions/arrangement.ts';
import * as e from '../../src/tensor/functions/elementwise.ts';
import { logSoftmax, softmax } from '../../src/tensor/functions/loss.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { OperationCase, Values } from './operation-case.ts';

function unary(
  values: NonNullable<Values['values']>,
  table: Record<string, (x: Tensor) => Tensor>,
): OperationCase[] {
  return Object.entries(table).map(([name, build]) => ({
    name,
    inputs: { x: { shape: [3, 4], values } },
    build: ({ x }) => build(x!),
  }));
}

const smooth = unary('normal', {
  neg: e.neg,
  exp: e.exp,
  erf: e.erf,
  sin: e.sin,
  cos: e.cos,
  atan: e.atan,
  tanh: e.tanh,
  sigmoid: e.sigmoid,
  softplus: e.softplus,
  gelu: (x) => e.gelu(x),
  'gelu, tanh': (x) => e.gelu(x, 'tanh'),
  silu: e.silu,
  elu: (x) => e.elu(x, 0.7),
  'leaky-relu': (x) => e.leakyRelu(x, 0.2),
  square: e.square,
  softmax,
  'log-softmax': logSoftmax,
  'stop-gradient': e.stopGradient,
});

const kinked = unary('quarters', {
  relu: e.relu,
  abs: e.abs,
  sign: e.sign,
  floor: e.floor,
  clamp: (x) => e.clamp(x, -0.5, 0.25),
  'clamp from below': (x) => e.clamp(x, -0.5),
  'clamp from above': (x) => e.clamp(x, undefined, 0.5),
  'cast to int32 and back': (x) => e.cast(e.cast(e.mul(x, 3.5), 'int32'), 'float32'),
  'cast to bool and back': (x) => e.cast(e.cast(x, 'bool'), 'float32'),
});

const positive = unary('positive', {
  log: e.log,
  sqrt: e.sqrt,
  reciprocal: e.reciprocal,
  'pow 1': (x) => e.pow(x, 1),
  'pow 2': (x) => e.pow(x, 2),
  'pow 3': (x) => e.pow(x, 3),
  'pow 0.5': (x) => e.pow(x, 0.5),
  'pow -1': (x) => e.pow(x, -1),
  'pow 1.7': (x) => e.pow(x, 1.7),
  'pow of a number': (x) => e.pow(2, x),
  'div by a number': (x) => e.div(x, 3),
  'div of a number': (x) => e.div(3, x),
});

const binary = Object.entries({
  add: e.add,
  sub: e.sub,
  mul: e.mul,
  minimum: e.minimum,
  maximum: e.maximum,
} satisfies Record<string, (a: Tensor, b: Tensor) => Tensor>).flatMap(([name, build]): OperationCase[] => [
  {
    name,
    inputs: { a: { shape: [2, 3], values: 'quarters' }, b: { shape: [2, 3], values: 'quarters' } },
    build: ({ a, b }) => build(a!, b!),
  },
  {
    name: `${name}, broadcast`,
    inputs: { a: { shape: [2, 1, 3] }, b: { shape: [4, 1] } },
    build: ({ a, b }) => build(a!, b!),
  },
  {
    name: `${name}, expanded operands`,
    inputs: { a: { shape: [2, 1] }, b: { shape: [3] } },
    build: ({ a, b }) => ({
      both: build(expand(a!, [2, 3]), expand(b!, [2, 3])),
      larger: build(expand(a!, [4, 2, 3]), expand(b!, [4, 2, 3])),
    }),
  },
]);

const quotients: OperationCase[] = [
  {
    name: 'div and pow, broadcast',
    inputs: { a: { shape: [2, 1, 3], values: 'positive' }, b: { shape: [4, 1], values: 'positive' } },
    build: ({ a, b }) => ({ div: e.div(a!, b!), pow: e.pow(a!, b!) }),
  },
];

const comparisons = Object.entries({ equal: e.equal, less: e.less, 'less-or-equal': e.lessOrEqual }).flatMap(
  ([name, build]): OperationCase[] => [
    {
      name,
      inputs: { a: { shape: [4, 3], values: 'quarters' }, b: { shape: [3], values: 'quarters' } },
      build: ({ a, b }) => build(a!, b!),
    },
    {
      name: `${name} of integers`,
      inputs: {
        a: { shape: [4, 3], dtype: 'int32', values: 4 },
        b: { shape: [3], dtype: 'int32', values: 4 },
      },
      build: ({ a, b }) => build(a!, b!),
    },
  ],
);

const choices: OperationCase[] = [
  {
    name: 'and, or, not',
    inputs: { a: { shape: [4, 3], dtype: 'bool' }, b: { shape: [3], dtype: 'bool' } },
    build: ({ a, b }) => ({ and: e.and(a!, b!), or: e.or(a!, b!), not: e.not(a!) }),
  },
  {
    name: 'where, broadcast',
    inputs: { c: { shape: [3, 1, 2], dtype: 'bool' }, a: { shape: [3, 5, 2] }, b: { shape: [5, 1] } },
    build: ({ c, a, b }) => e.where(c!, a!, b!),
  },
  {
    name: 'where with a number',
    inputs: { c: { shape: [3, 4], dtype: 'bool' }, x: { shape: [3, 4] } },
    build: ({ c, x }) => ({ y: e.where(c!, x!, 0), z: e.where(c!, -1, x!) }),
  },
  {
    name: 'where of truth values and of integers',
    inputs: {
      c: { shape: [3, 4], dtype: 'bool' },
      a: { shape: [3, 4], dtype: 'bool' },
      b: { shape: [4], dtype: 'bool' },
      i: { shape: [3, 4], dtype: 'int32', values: 9 },
    },
    build: ({ c, a, b, i }) => ({
      bool: e.where(c!, a!, b!),
      int: e.where(c!, i!, constant(Int32Array.of(7), [])),
    }),
  },
  {
    name: 'arithmetic of integers',
    inputs: {
      a: { shape: [4, 3], dtype: 'int32', values: 9 },
      b: { shape: [3], dtype: 'int32', values: 9 },
    },
    build: ({ a, b }) => ({ sum: e.add(a!, b!), difference: e.sub(a!, b!), product: e.mul(a!, b!) }),
  },
];

export const elementwiseCases: readonly OperationCase[] = [
  ...smooth,
  ...kinked,
  ...positive,
  ...binary,
  ...quotients,
  ...comparisons,
  ...choices,
];
