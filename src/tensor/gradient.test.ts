import { describe, test } from 'vitest';
import { type Build, expectGradients } from '../../test/expect-gradients.ts';
import { constant } from './build.ts';
import * as arrangement from './functions/arrangement.ts';
import { einsum } from './functions/einsum.ts';
import * as e from './functions/elementwise.ts';
import * as linear from './functions/linear.ts';
import * as loss from './functions/loss.ts';
import * as normalisation from './functions/normalisation.ts';
import * as reduction from './functions/reduction.ts';
import { resize, resizeLast } from './functions/resize.ts';

type Case = readonly [
  name: string,
  build: Build,
  shapes: readonly (readonly number[])[],
  values?: readonly (readonly number[])[],
];

const positive = [0.3, 0.7, 1.1, 1.9, 2.4, 0.9];
const ids = (...values: number[]) => constant(Int32Array.from(values), [values.length]);

const cases: readonly Case[] = [
  ['neg', ([x]) => e.neg(e.exp(x!)), [[2, 3]]],
  ['exp', ([x]) => e.exp(x!), [[2, 3]]],
  ['log', ([x]) => e.log(x!), [[2, 3]], [positive]],
  ['sqrt', ([x]) => e.sqrt(x!), [[2, 3]], [positive]],
  ['reciprocal', ([x]) => e.reciprocal(x!), [[2, 3]], [positive]],
  ['erf', ([x]) => e.erf(x!), [[2, 3]]],
  ['abs', ([x]) => e.mul(e.abs(x!), x!), [[2, 3]]],
  ['sign', ([x]) => e.mul(e.sign(x!), x!), [[2, 3]]],
  ['floor', ([x]) => e.mul(e.floor(x!), x!), [[2, 3]], [positive]],
  ['sin and cos', ([x]) => e.mul(e.sin(x!), e.cos(e.mul(x!, 2))), [[2, 3]]],
  ['atan', ([x]) => e.atan(e.mul(x!, 2)), [[2, 3]]],
  ['tanh', ([x]) => e.tanh(x!), [[2, 3]]],
  ['sigmoid', ([x]) => e.sigmoid(x!), [[2, 3]]],
  ['relu', ([x]) => e.square(e.relu(x!)), [[2, 3]]],
  ['leaky-relu', ([x]) => e.square(e.leakyRelu(x!, 0.2)), [[2, 3]]],
  ['elu', ([x]) => e.elu(x!, 1.3), [[2, 3]]],
  ['gelu', ([x]) => e.gelu(x!), [[2, 3]]],
  ['gelu by tanh', ([x]) => e.gelu(x!, 'tanh'), [[2, 3]]],
  ['silu', ([x]) => e.silu(x!), [[2, 3]]],
  ['softplus', ([x]) => e.softplus(x!), [[2, 3]]],
  ['silu', ([x]) => e.silu(x!), [[2, 3]]],
  ['clamp', ([x]) => e.square(e.clamp(x!, -0.5, 0.8)), [[2, 3]]],
  ['add with broadcasting', ([a, b]) => e.square(e.add(a!, b!)), [[2, 3], [3]]],
  [
    'sub with broadcasting',
    ([a, b]) => e.square(e.sub(a!, b!)),
    [
      [2, 1],
      [2, 3],
    ],
  ],
  [
    'mul with broadcasting',
    ([a, b]) => e.mul(a!, b!),
    [
      [2, 3],
      [1, 3],
    ],
  ],
  ['div with broadcasting', ([a, b]) => e.div(a!, b!), [[2, 3], [3]], [positive, [0.5, 1.5, 2.5]]],
  ['pow', ([a, b]) => e.pow(a!, b!), [[2, 3], [3]], [positive, [0.5, 1.5, 2.5]]],
  ['pow with a constant', ([a]) => e.pow(a!, 3), [[2, 3]]],
  ['minimum and maximum', ([a, b]) => e.mul(e.minimum(a!, b!), e.maximum(a!, b!)), [[2, 3], [3]]],
  ['where', ([a, b]) => e.where(e.less(a!, b!), e.square(a!), e.exp(b!)), [[2, 3], [3]]],
  [
    'matmul',
    ([a, b]) => linear.matmul(a!, b!),
    [
      [3, 2],
      [2, 4],
    ],
  ],
  [
    'matmul, first transposed',
    ([a, b]) => linear.matmul(a!, b!, { transposeA: true }),
    [
      [2, 3],
      [2, 4],
    ],
  ],
  [
    'matmul, second transposed',
    ([a, b]) => linear.matmul(a!, b!, { transposeB: true }),
    [
      [3, 2],
      [4, 2],
    ],
  ],
  [
    'matmul, both transposed',
    ([a, b]) => linear.matmul(a!, b!, { transposeA: true, transposeB: true }),
    [
      [2, 3],
      [4, 2],
    ],
  ],
  [
    'matmul, batched by matrix',
    ([a, b]) => linear.matmul(a!, b!),
    [
      [2, 3, 2],
      [2, 4],
    ],
  ],
  [
    'matmul, batched by transposed matrix',
    ([a, b]) => linear.matmul(a!, b!, { transposeB: true }),
    [
      [2, 2, 3, 2],
      [4, 2],
    ],
  ],
  [
    'matmul, batches broadcast',
    ([a, b]) => linear.matmul(a!, b!, { transposeA: true }),
    [
      [2, 1, 2, 3],
      [3, 2, 2],
    ],
  ],
  [
    'matmul, matrix by batched',
    ([a, b]) => linear.matmul(a!, b!),
    [
      [3, 2],
      [2, 2, 2],
    ],
  ],
  ['linear', ([x, w, b]) => linear.linear(x!, w!, b!), [[2, 3], [4, 3], [4]]],
  ['max-pool', ([x]) => e.square(linear.maxPool(x!, 2)), [[1, 2, 4, 4]]],
  [
    'max-pool, overlapping',
    ([x]) => e.square(linear.maxPool(x!, 3, { stride: 2, padding: 1 })),
    [[1, 2, 5, 5]],
  ],
  ['average-pool', ([x]) => e.square(linear.averagePool(x!, 2)), [[1, 2, 4, 5]]],
  [
    'average-pool with padding',
    ([x]) => e.square(linear.averagePool(x!, 3, { stride: 2, padding: 1 })),
    [[1, 2, 4, 4]],
  ],
  [
    'average-pool without padding counted',
    ([x]) => e.square(linear.averagePool(x!, 3, { stride: 2, padding: 1, includePad: false })),
    [[1, 1, 4, 5]],
  ],
  ['global average pool', ([x]) => e.square(linear.globalAveragePool(x!)), [[2, 2, 3, 2]]],
  [
    'attention',
    ([q, k, v, m]) => linear.attention(q!, k!, v!, m!).output,
    [
      [2, 3, 2],
      [2, 4, 2],
      [2, 4, 3],
      [3, 4],
    ],
  ],
  [
    'attention probabilities',
    ([q, k, v]) => {
      const a = linear.attention(q!, k!, v!);
      return arrangement.concat([a.output, e.square(a.probabilities)], -1);
    },
    [
      [2, 3, 2],
      [2, 4, 2],
      [2, 4, 3],
    ],
  ],
  ['sum', ([x]) => e.square(reduction.sum(x!, [0, 2])), [[2, 3, 2]]],
  ['mean kept', ([x]) => e.mul(reduction.mean(x!, -1, true), x!), [[2, 3]]],
  ['max', ([x]) => e.square(reduction.max(x!, 1)), [[3, 4]]],
  ['min of all', ([x]) => e.square(reduction.min(x!)), [[3, 4]]],
  ['variance', ([x]) => reduction.variance(x!, 1, false, 1), [[3, 4]]],
  ['logsumexp', ([x]) => reduction.logsumexp(x!, 1), [[3, 4]]],
  ['arg-max', ([x]) => e.mul(e.cast(reduction.argMax(x!, 1), 'float32'), x!), [[3, 4]]],
  ['cumsum', ([x]) => e.square(reduction.cumsum(x!, 1)), [[2, 4]]],
  [
    'cumsum exclusive and reverse',
    ([x]) => e.square(reduction.cumsum(x!, 0, { exclusive: true, reverse: true })),
    [[4, 2]],
  ],
  [
    'reshape and transpose',
    ([x]) => e.square(arrangement.transpose(arrangement.reshape(x!, [3, -1, 2]), [2, 0, 1])),
    [[2, 6]],
  ],
  ['slice', ([x]) => e.square(arrangement.slice(x!, 1, 1, 4)), [[2, 5]]],
  ['slice with step', ([x]) => e.square(arrangement.slice(x!, 1, 1, 6, 2)), [[2, 7]]],
  [
    'slice with negative step',
    ([x]) => e.square(arrangement.sliceAll(x!, [undefined, { start: 5, end: 0, step: -2 }])),
    [[2, 7]],
  ],
  ['flip', ([x]) => e.square(arrangement.flip(x!, 0)), [[3, 2]]],
  [
    'concat and split',
    ([a, b]) => e.square(arrangement.split(arrangement.concat([a!, b!], 1), [1, 3], 1)[1]!),
    [
      [2, 2],
      [2, 2],
    ],
  ],
  [
    'stack',
    ([a, b]) => e.square(arrangement.stack([a!, b!], 1)),
    [
      [2, 2],
      [2, 2],
    ],
  ],
  ['pad constant', ([x]) => e.square(arrangement.pad(x!, [1, 0], [0, 2], 'constant', 0.5)), [[2, 3]]],
  ['pad reflect', ([x]) => e.square(arrangement.pad(x!, [1, 2], [0, 1], 'reflect')), [[2, 3]]],
  ['pad edge', ([x]) => e.square(arrangement.pad(x!, [1, 2], [0, 1], 'edge')), [[2, 3]]],
  ['expand', ([x]) => e.square(arrangement.expand(x!, [2, 3, 2])), [[3, 1]]],
  ['gather', ([x]) => e.square(arrangement.gather(x!, ids(2, 0, 2, 1), 1)), [[2, 3, 2]]],
  [
    'embedding',
    ([x]) => e.square(arrangement.embedding(x!, constant(Int32Array.of(1, 0, 1, 2), [2, 2]))),
    [[3, 2]],
  ],
  [
    'gather of a large table',
    ([x]) => e.square(arrangement.gather(arrangement.pad(x!, [0, 0], [1030, 0]), ids(1, 0, 1), 0)),
    [[3, 2]],
  ],
  [
    'gather-elements',
    ([x]) => e.square(arrangement.gatherElements(x!, constant(Int32Array.of(1, 1, 0, 2), [2, 2]), 1)),
    [[2, 3]],
  ],
  [
    'scatter-add',
    ([x]) => e.square(arrangement.scatterAdd(x!, constant(Int32Array.of(1, 1, 0, 2), [2, 2]), 1, 3)),
    [[2, 2]],
  ],
  ['pixel shuffle', ([x]) => e.square(arrangement.pixelShuffle(x!, 2)), [[1, 4, 2, 3]]],
  ['pixel unshuffle', ([x]) => e.square(arrangement.pixelUnshuffle(x!, 2)), [[1, 1, 4, 2]]],
  ['softmax', ([x]) => loss.softmax(x!), [[2, 4]]],
  ['log-softmax', ([x]) => loss.logSoftmax(x!), [[2, 4]]],
  [
    'cross-entropy',
    ([x]) => loss.crossEntropy(x!, ids(1, 3, 0), { ignoreIndex: 3, labelSmoothing: 0.1 }),
    [[3, 4]],
  ],
  [
    'bernoulli cost',
    ([x, t]) => loss.bernoulliCost(x!, e.sigmoid(t!)),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  ['gaussian cost', ([x, m, v]) => loss.gaussianCost(x!, m!, v!), [[2, 3], [2, 3], [3]]],
  [
    'divergence from the standard normal',
    ([m, v]) => loss.standardNormalDivergence(m!, v!),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  ['layer norm', ([x, s, b]) => normalisation.layerNorm(x!, s!, b!), [[3, 4], [4], [4]]],
  ['rms norm', ([x, s]) => normalisation.rmsNorm(x!, s!), [[3, 4], [4]]],
  [
    'batch norm, training',
    ([x, s, b]) => normalisation.batchNormTraining(x!, s!, b!).output,
    [[3, 2, 2], [2], [2]],
  ],
  [
    'batch norm statistics',
    ([x]) => {
      const n = normalisation.batchNormTraining(x!);
      return e.mul(n.mean, n.variance);
    },
    [[3, 2, 2]],
  ],
  [
    'batch norm, evaluation',
    ([x, m, v, s]) => normalisation.batchNormEvaluation(x!, { mean: m!, variance: e.exp(v!) }, s!),
    [[3, 2, 2], [2], [2], [2]],
  ],
  ['group norm', ([x, s, b]) => normalisation.groupNorm(x!, 2, s!, b!), [[2, 4, 3], [4], [4]]],
  ['instance norm', ([x]) => normalisation.instanceNorm(x!), [[2, 2, 3, 2]]],
  ['resize nearest', ([x]) => e.square(resize(x!, [5, 6], 'nearest')), [[1, 2, 3, 3]]],
  ['resize bilinear', ([x]) => e.square(resize(x!, [5, 2], 'bilinear')), [[1, 2, 3, 4]]],
  ['resize last axis', ([x]) => e.square(resizeLast(x!, 7, 'bilinear', true)), [[2, 3]]],
  [
    'einsum, product',
    ([a, b]) => einsum('bij,bjk->kbi', a!, b!),
    [
      [2, 2, 3],
      [2, 3, 2],
    ],
  ],
  ['einsum, outer and sums', ([a, b]) => einsum('ij,k->ki', a!, b!), [[2, 3], [2]]],
  ['einsum, three operands', ([a, b, c]) => einsum('i,ij,j->', a!, b!, c!), [[2], [2, 3], [3]]],
];

describe('gradients equal central differences, first and second order', () => {
  test.each(cases.map((c) => [c[0], c] as const))('%s', (_, [, build, shapes, values]) => {
    expectGradients(build, shapes, { second: true, ...(values ? { values } : {}) });
  });
});

interface ConvCase {
  x: number[];
  w: number[];
  stride?: number | number[];
  padding?: number | number[];
  dilation?: number | number[];
  groups?: number;
  outputPadding?: number | number[];
  bias?: boolean;
}

const convCases: ConvCase[] = [
  { x: [2, 2, 5], w: [3, 2, 3] },
  { x: [1, 2, 7], w: [2, 2, 3], stride: 2, padding: 1, bias: true },
  { x: [1, 4, 8], w: [4, 2, 2], stride: 3, dilation: 2, groups: 2 },
  { x: [2, 2, 4, 5], w: [3, 2, 2, 3], bias: true },
  { x: [1, 1, 6, 6], w: [2, 1, 3, 3], stride: 2, padding: 1 },
  { x: [1, 2, 6, 5], w: [2, 2, 2, 2], stride: [2, 1], dilation: [1, 2], padding: [1, 0] },
  { x: [2, 4, 4, 4], w: [4, 1, 3, 3], groups: 4, padding: 1, bias: true },
  { x: [1, 4, 5, 5], w: [2, 2, 3, 3], groups: 2, stride: 2, padding: [0, 1, 1, 2] },
];

const transposeCases: ConvCase[] = [
  { x: [2, 2, 4], w: [2, 3, 3] },
  { x: [1, 2, 4], w: [2, 2, 3], stride: 2, padding: 1, outputPadding: 1, bias: true },
  { x: [2, 2, 3, 3], w: [2, 3, 2, 2], bias: true },
  { x: [1, 1, 3, 3], w: [1, 2, 4, 4], stride: 2, padding: 1 },
  { x: [1, 2, 3, 2], w: [2, 1, 2, 3], stride: [2, 1], dilation: [1, 2], outputPadding: [1, 0] },
  { x: [1, 4, 3, 3], w: [4, 2, 3, 3], groups: 2, stride: 2, padding: 1, outputPadding: 1 },
];

const shapesOf = (c: ConvCase, out: number) => (c.bias ? [c.x, c.w, [out]] : [c.x, c.w]);

describe('convolution variants', () => {
  test.each(convCases)('conv %j', (c) => {
    expectGradients(([x, w, b]) => linear.conv(x!, w!, b, c), shapesOf(c, c.w[0]!), { second: true });
  });
  test.each(transposeCases)('conv-transpose %j', (c) => {
    expectGradients(
      ([x, w, b]) => linear.convTranspose(x!, w!, b, c),
      shapesOf(c, c.w[1]! * (c.groups ?? 1)),
      { second: true },
    );
  });
});
