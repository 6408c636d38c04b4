import { constant } from '../../src/tensor/build.ts';
import * as arrangement from '../../src/tensor/functions/arrangement.ts';
import {
  add,
  cast,
  exp,
  mul,
  neg,
  softplus,
  stopGradient,
  sub,
} from '../../src/tensor/functions/elementwise.ts';
import { bernoulliCost, crossEntropy } from '../../src/tensor/functions/loss.ts';
import type { Axes } from '../../src/tensor/functions/reduction.ts';
import {
  argMax,
  cumsum,
  logsumexp,
  max,
  mean,
  min,
  sum,
  variance,
} from '../../src/tensor/functions/reduction.ts';
import type { OperationCase } from './operation-case.ts';

const axes: [string, Axes, boolean][] = [
  ['all', undefined, false],
  ['the first axis', 0, false],
  ['the middle axis', 1, true],
  ['the last axis', -1, false],
  ['the outer axes, kept', [0, 2], true],
];

const reductions: OperationCase[] = [
  ...Object.entries({ sum, mean, max, min }).flatMap(([kind, op]) =>
    axes.map(
      ([name, over, keep]): OperationCase => ({
        name: `${kind} over ${name}`,
        inputs: { x: { shape: [3, 4, 5] } },
        build: ({ x }) => op(x!, over, keep),
      }),
    ),
  ),
  {
    name: 'sum over an open axis',
    inputs: { x: { shape: ['batch', 4] } },
    symbols: { batch: 3 },
    build: ({ x }) => ({ rows: sum(x!, 0), columns: mean(x!, 1, true) }),
  },
  {
    name: 'cumsum',
    inputs: { x: { shape: [3, 5, 2] } },
    build: ({ x }) => ({
      plain: cumsum(x!, 1),
      exclusive: cumsum(x!, 0, { exclusive: true }),
      reverse: cumsum(x!, 2, { reverse: true }),
      both: cumsum(x!, 1, { exclusive: true, reverse: true }),
    }),
  },
  {
    name: 'arg-max, the first of equals',
    inputs: { x: { shape: [3, 5, 2], values: 'quarters' } },
    build: ({ x }) => ({ rows: argMax(x!, 1), first: argMax(x!, 0), last: argMax(x!, -1) }),
  },
  {
    name: 'padding of whole numbers and truth values',
    inputs: { i: { shape: [2, 3], dtype: 'int32', values: 7 } },
    build: ({ i }) => ({
      whole: arrangement.pad(i!, [1, 0], [0, 2], 'constant', 5),
      truth: cast(arrangement.pad(cast(i!, 'bool'), [0, 1], [1, 0], 'constant', 1), 'int32'),
    }),
  },
  {
    name: 'logsumexp and variance',
    inputs: { x: { shape: [3, 5, 2] } },
    build: ({ x }) => ({
      lse: logsumexp(x!, 1),
      variance: variance(x!, [0, 2], true, 1),
    }),
  },
];

const arrangements: OperationCase[] = [
  {
    name: 'reshape',
    inputs: { x: { shape: [2, 3, 4] } },
    build: ({ x }) => arrangement.reshape(x!, [4, -1]),
  },
  {
    name: 'reshape with open axes',
    inputs: { x: { shape: ['batch', 'time', 6] } },
    symbols: { batch: 2, time: 3 },
    build: ({ x }) => ({
      joined: arrangement.reshape(x!, ['batch*time', 6]),
      heads: arrangement.reshape(x!, ['batch', 'time', 2, 3]),
      back: neg(arrangement.reshape(arrangement.reshape(x!, ['6*batch*time']), ['batch', 'time', 6])),
    }),
  },
  {
    name: 'expand to an open axis',
    inputs: { x: { shape: ['batch', 3] }, row: { shape: [3] }, one: { shape: [1, 3] } },
    symbols: { batch: 4 },
    build: ({ x, row, one }) => ({
      y: arrangement.expand(row!, ['batch', 3]),
      z: arrangement.expand(one!, ['batch', 3]),
      sum: add(x!, arrangement.expand(row!, ['batch', 3])),
    }),
  },
  {
    name: 'transpose',
    inputs: { x: { shape: [2, 3, 4] } },
    build: ({ x }) => ({
      cycle: arrangement.transpose(x!, [2, 0, 1]),
      swap: arrangement.transpose(x!),
      ones: exp(arrangement.transpose(arrangement.reshape(x!, [2, 1, 12]), [1, 0, 2])),
    }),
  },
  {
    name: 'slice',
    inputs: { x: { shape: [4, 5, 6] } },
    build: ({ x }) => ({
      range: arrangement.slice(x!, 1, 1, 4),
      step: arrangement.slice(x!, 2, 1, 6, 2),
      flip: arrangement.flip(x!, 0),
      several: arrangement.sliceAll(x!, [
        { start: 1, end: 3, step: 1 },
        { start: 4, end: 0, step: -2 },
        undefined,
      ]),
    }),
  },
  {
    name: 'slice beside an open axis',
    inputs: { x: { shape: ['batch', 6] } },
    symbols: { batch: 3 },
    build: ({ x }) => arrangement.slice(x!, 1, 2, 5),
  },
  {
    name: 'concat and stack',
    inputs: { a: { shape: [2, 3] }, b: { shape: [2, 2] }, c: { shape: [2, 3] } },
    build: ({ a, b, c }) => ({
      concat: arrangement.concat([a!, b!, a!], 1),
      stack: arrangement.stack([a!, c!], 1),
    }),
  },
  {
    name: 'pad',
    inputs: { x: { shape: [2, 3, 4] } },
    build: ({ x }) => ({
      value: arrangement.pad(x!, [0, 1, 2], [1, 0, 1], 'constant', 0.5),
      reflect: arrangement.pad(x!, [0, 1, 2], [0, 2, 3], 'reflect'),
      edge: arrangement.pad(x!, [0, 1, 2], [0, 2, 3], 'edge'),
      crop: arrangement.pad(x!, [0, -1, 1], [0, 0, -2]),
    }),
  },
  {
    name: 'outputs that are inputs, constants, or one value twice',
    inputs: { x: { shape: [3, 4] } },
    build: ({ x }) => {
      const y = exp(x!);
      return { same: stopGradient(x!), y, again: y, constant: constant(Float32Array.of(1, 2), [2]) };
    },
  },
  {
    name: 'names that the graph itself might use',
    inputs: { t0: { shape: [3] }, c0: { shape: [3] } },
    build: ({ t0, c0 }) => ({ t1: exp(add(exp(t0!), 2)), t2: add(c0!, 3), c1: neg(exp(c0!)) }),
  },
];

const costs: OperationCase[] = [
  {
    name: 'Bernoulli cost, summed',
    inputs: { x: { shape: [5, 2, 98] }, t: { shape: [5, 2, 98], values: 'positive' } },
    build: ({ x, t }) => ({
      images: sum(bernoulliCost(mul(x!, 30), t!), [1, 2]),
      rows: sum(bernoulliCost(x!, t!), 2, true),
      all: sum(softplus(x!)),
      first: sum(bernoulliCost(x!, t!), 0),
    }),
  },
  {
    name: 'Bernoulli cost with an open batch axis',
    inputs: { x: { shape: ['batch', 1, 14, 7] }, t: { shape: ['batch', 1, 14, 7] } },
    symbols: { batch: 3 },
    build: ({ x, t }) => ({ y: sum(bernoulliCost(x!, t!), [1, 2, 3]) }),
  },
];

const indexing: OperationCase[] = [
  {
    name: 'gather',
    inputs: { x: { shape: [5, 3, 4] }, i: { shape: [2, 2], dtype: 'int32', values: 3 } },
    build: ({ x, i }) => ({ rows: arrangement.gather(x!, i!), middle: arrangement.gather(x!, i!, 1) }),
  },
  {
    name: 'gather-elements',
    inputs: { x: { shape: [3, 5, 2] }, i: { shape: [3, 4, 2], dtype: 'int32', values: 5 } },
    build: ({ x, i }) => arrangement.gatherElements(x!, i!, 1),
  },
  {
    name: 'scatter-add with many duplicates',
    inputs: { u: { shape: [40, 6] }, i: { shape: [40, 6], dtype: 'int32', values: 5 } },
    build: ({ u, i }) => ({
      rows: arrangement.scatterAdd(u!, i!, 0, 5),
      columns: arrangement.scatterAdd(u!, i!, 1, 7),
    }),
  },
  {
    name: 'scatter-add of whole rows',
    inputs: { u: { shape: [40, 6] }, i: { shape: [40], dtype: 'int32', values: 5 } },
    build: ({ u, i }) =>
      arrangement.scatterAdd(u!, arrangement.expand(arrangement.reshape(i!, [40, 1]), [40, 6]), 0, 9),
  },
  {
    name: 'one-hot, where -1 is the last class',
    inputs: { i: { shape: [3, 4], dtype: 'int32', values: 6 } },
    build: ({ i }) => arrangement.oneHot(sub(i!, constant(Int32Array.of(1), [])), 5),
  },
  {
    name: 'cross-entropy with ignored labels',
    inputs: { x: { shape: [6, 5] }, i: { shape: [6], dtype: 'int32', values: 5 } },
    build: ({ x, i }) => crossEntropy(x!, i!, { ignoreIndex: 2, labelSmoothing: 0.1 }),
  },
];

export const arrangementCases: readonly OperationCase[] = [
  ...reductions,
  ...arrangements,
  ...costs,
  ...indexing,
];
