import { applyNode, constant } from '../../src/tensor/build.ts';
import { reshape, slice, transpose } from '../../src/tensor/functions/arrangement.ts';
import {
  add,
  cast,
  div,
  elu,
  less,
  mul,
  neg,
  relu,
  silu,
  softplus,
  sub,
  where,
} from '../../src/tensor/functions/elementwise.ts';
import * as linear from '../../src/tensor/functions/linear.ts';
import { softmax } from '../../src/tensor/functions/loss.ts';
import { groupNorm, layerNorm } from '../../src/tensor/functions/normalisation.ts';
import { gru, lstm } from '../../src/tensor/functions/recurrent.ts';
import type { OperationCase, Tensors } from './operation-case.ts';

type Axes = (number | string)[];

/** [name, shape of a, shape of b, transposeA, transposeB] */
const products: [string, Axes, Axes, boolean, boolean][] = [
  ['plain', [3, 4], [4, 2], false, false],
  ['a transposed', [4, 3], [4, 2], true, false],
  ['b transposed', [3, 4], [2, 4], false, true],
  ['both transposed', [4, 3], [2, 4], true, true],
  ['batch', [2, 3, 4], [2, 4, 5], false, false],
  ['batch, a transposed', [2, 4, 3], [2, 4, 5], true, false],
  ['batch, b transposed', [2, 3, 4], [2, 5, 4], false, true],
  ['batch, both transposed', [2, 4, 3], [2, 5, 4], true, true],
  ['two batch axes, b transposed', [2, 3, 3, 4], [2, 3, 5, 4], false, true],
  ['batch of a only', [2, 3, 4], [4, 5], false, false],
  ['batch of a only, a transposed', [2, 4, 3], [4, 5], true, false],
  ['batch of a only, b transposed', [2, 3, 4], [5, 4], false, true],
  ['batch of a only, both transposed', [2, 4, 3], [5, 4], true, true],
  ['batch of b only', [3, 4], [2, 4, 5], false, false],
  ['batch of b only, a transposed', [4, 3], [2, 4, 5], true, false],
  ['batch of b only, b transposed', [3, 4], [2, 5, 4], false, true],
  ['batch of b only, both transposed', [4, 3], [2, 5, 4], true, true],
  ['broadcast batches', [2, 1, 3, 4], [5, 4, 2], false, false],
  ['broadcast batches, a transposed', [2, 1, 4, 3], [5, 4, 2], true, false],
  ['broadcast batches, b transposed', [2, 1, 3, 4], [5, 2, 4], false, true],
  ['broadcast batches, both transposed', [2, 1, 4, 3], [1, 5, 2, 4], true, true],
  ['row by matrix', [1, 4], [4, 5], false, false],
  ['matrix by column', [3, 4], [4, 1], false, false],
  ['open batch', ['batch', 3, 4], [4, 5], false, false],
  ['open batch, b transposed', ['batch', 3, 4], ['batch', 5, 4], false, true],
];

const swapped = (shape: Axes): Axes => [...shape.slice(0, -2), ...shape.slice(-2).reverse()];

const matmuls = products.flatMap(([name, a, b, transposeA, transposeB]): OperationCase[] => {
  const inputs = { a: { shape: a }, b: { shape: b } };
  const columns = b[b.length - (transposeB ? 2 : 1)]!;
  const times = (p: Tensors) => linear.matmul(p.a!, p.b!, { transposeA, transposeB });
  return [
    { name: `matmul ${name}`, inputs, build: times },
    { name: `matmul ${name}, times a number`, inputs, build: (p: Tensors) => mul(times(p), -0.3) },
    {
      name: `matmul ${name}, plus a row`,
      inputs: { ...inputs, c: { shape: [columns] } },
      build: (p: Tensors) => add(div(times(p), 3), p.c!),
    },
    {
      name: `matmul ${name}, of transposes`,
      inputs: { a: { shape: swapped(a) }, b: { shape: swapped(b) } },
      build: (p: Tensors) => times({ a: transpose(p.a!), b: transpose(p.b!) }),
    },
  ].map((c) => ({ ...c, symbols: { batch: 2 } }));
});

const gemms: OperationCase[] = [
  {
    name: 'matmul with other additions',
    inputs: { a: { shape: [3, 4] }, b: { shape: [4, 2] }, c: { shape: [3, 2] } },
    build: ({ a, b, c }) => ({
      minus: sub(linear.matmul(a!, b!), c!),
      from: sub(c!, linear.matmul(a!, b!)),
      column: add(linear.matmul(a!, b!), slice(c!, 1, 0, 1)),
      number: add(neg(linear.matmul(a!, b!)), 0.5),
    }),
  },
  {
    name: 'matmul plus what is larger than the product',
    inputs: { a: { shape: [1, 4] }, b: { shape: [4, 2] }, c: { shape: [3, 2] } },
    build: ({ a, b, c }) => add(linear.matmul(a!, b!), c!),
  },
  {
    name: 'sum of two products',
    inputs: { a: { shape: [3, 4] }, b: { shape: [4, 2] }, c: { shape: [3, 5] }, d: { shape: [2, 5] } },
    build: ({ a, b, c, d }) =>
      add(linear.matmul(a!, b!), mul(linear.matmul(c!, d!, { transposeB: true }), 2)),
  },
  {
    name: 'product with two readers',
    inputs: { a: { shape: [3, 4] }, b: { shape: [4, 2] }, c: { shape: [2] } },
    build: ({ a, b, c }) => {
      const y = linear.matmul(a!, b!);
      return { plus: add(y, c!), times: mul(y, 2) };
    },
  },
  {
    name: 'linear over batch and time, with residual',
    inputs: { x: { shape: [2, 3, 4] }, w: { shape: [4, 4] }, b: { shape: [4] } },
    build: ({ x, w, b }) => ({
      y: linear.linear(x!, w!, b!),
      residual: add(x!, linear.linear(x!, w!)),
      both: add(x!, linear.linear(x!, w!, b!)),
      shared: add(linear.linear(x!, w!), reshape(b!, [1, 1, 4])),
      number: add(linear.linear(x!, w!), 2),
    }),
  },
  {
    name: 'linear with an open batch axis',
    inputs: { x: { shape: ['batch', 3, 4] }, w: { shape: [5, 4] }, b: { shape: [5] } },
    symbols: { batch: 4 },
    build: ({ x, w, b }) => linear.linear(x!, w!, b!),
  },
];

const convolutions = (
  [
    ['plain', [2, 4, 7, 6], [3, 4, 3, 3], {}],
    ['stride 2, padding 1', [2, 4, 7, 6], [5, 4, 3, 3], { stride: 2, padding: 1 }],
    ['dilation 2, padding 2', [2, 4, 7, 6], [2, 4, 3, 3], { dilation: 2, padding: 2 }],
    ['groups', [2, 4, 7, 6], [6, 2, 3, 3], { groups: 2, padding: 1 }],
    ['depthwise', [2, 4, 7, 6], [8, 1, 3, 3], { groups: 4, stride: [2, 1], padding: [1, 0] }],
    ['1 x 1', [2, 4, 7, 6], [5, 4, 1, 1], {}],
    [
      'everything',
      [2, 4, 7, 6],
      [4, 2, 2, 3],
      { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 },
    ],
    ['unequal padding', [2, 3, 5, 5], [2, 3, 2, 2], { padding: [0, 1, 1, 0] }],
    ['1d', [2, 3, 9], [4, 3, 3], { stride: 2, padding: 2, dilation: 2 }],
    ['stride 4 of 4 x 4', [2, 3, 8, 8], [5, 3, 4, 4], { stride: 4 }],
    ['stride 2 of 4 x 4, padding 1', [2, 3, 8, 8], [5, 3, 4, 4], { stride: 2, padding: 1 }],
    ['open batch', ['batch', 4, 7, 6], [3, 4, 3, 3], {}],
    // Large enough, and with channels, for the CPU's blocked layout.
    ['blocked', [16, 16, 10, 9], [32, 16, 3, 3], { padding: 1 }],
    ['blocked, stride 2 of 4 x 4', [16, 16, 12, 12], [32, 16, 4, 4], { stride: 2, padding: 1 }],
    ['blocked, stride 2 of 3 x 3', [16, 32, 9, 10], [32, 32, 3, 3], { stride: 2, padding: 1 }],
    ['blocked, dilation', [16, 16, 12, 12], [16, 16, 3, 3], { dilation: 2, padding: 2 }],
    [
      'blocked, batch that does not fill its blocks',
      [28, 16, 12, 11],
      [32, 16, 3, 3],
      { padding: [1, 0, 2, 1] },
    ],
    [
      'blocked, stride and dilation',
      [16, 16, 15, 16],
      [16, 16, 3, 3],
      { stride: 2, dilation: 2, padding: 1 },
    ],
    ['blocked, few inputs', [16, 3, 24, 24], [16, 3, 5, 5], { padding: [2, 2, 1, 1] }],
    ['few outputs', [16, 32, 18, 16], [1, 32, 3, 3], { padding: 1 }],
    ['few outputs, uneven padding', [16, 40, 12, 14], [3, 40, 3, 3], { padding: [2, 1, 0, 2] }],
    ['few outputs, no padding', [8, 32, 16, 15], [1, 32, 5, 4], {}],
    ['1 x 1', [16, 48, 12, 11], [40, 48, 1, 1], {}],
    ['blocked, open batch', ['batch', 32, 16, 16], [32, 32, 3, 3], { padding: 1 }],
  ] as [string, Axes, number[], linear.ConvOptions][]
).flatMap(([name, x, w, options]): OperationCase[] =>
  [
    {
      name: `conv ${name}`,
      inputs: { x: { shape: x }, w: { shape: w } },
      build: (p: Tensors) => linear.conv(p.x!, p.w!, undefined, options),
    },
    {
      name: `conv ${name}, bias`,
      inputs: { x: { shape: x }, w: { shape: w }, b: { shape: [w[0]!] } },
      build: (p: Tensors) => linear.conv(p.x!, p.w!, p.b!, options),
    },
  ].map((c) => ({ ...c, symbols: { batch: 2 } })),
);

const transposedConvolutions = (
  [
    ['plain', [2, 4, 4, 3], [4, 3, 3, 3], {}],
    ['output padding', [2, 4, 4, 3], [4, 3, 3, 3], { stride: 2, padding: 1, outputPadding: 1 }],
    ['stride 2 of 4 x 4', [2, 4, 4, 3], [4, 2, 4, 4], { stride: 2, padding: 1 }],
    ['groups', [2, 4, 4, 3], [4, 3, 3, 2], { stride: [2, 1], groups: 2 }],
    ['dilation', [2, 4, 4, 3], [4, 2, 2, 2], { stride: 3, dilation: 2, outputPadding: [1, 0] }],
    ['1d', [2, 4, 5], [4, 3, 3], { stride: 2, padding: 1 }],
    ['open batch', ['batch', 4, 4, 3], [4, 2, 4, 4], { stride: 2, padding: 1 }],
    ['blocked', [16, 32, 7, 6], [32, 16, 4, 4], { stride: 2, padding: 1 }],
    ['blocked, stride 1', [16, 32, 8, 7], [32, 16, 3, 3], { padding: 1 }],
    ['blocked, output padding', [16, 32, 6, 7], [32, 16, 3, 3], { stride: 2, padding: 1, outputPadding: 1 }],
    ['blocked, uneven', [16, 16, 6, 7], [16, 32, 5, 3], { stride: [3, 1], padding: [1, 0, 0, 2] }],
    ['blocked, large padding', [16, 16, 6, 7], [16, 32, 4, 4], { stride: 2, padding: 3 }],
    ['blocked, open batch', ['batch', 32, 16, 16], [32, 32, 4, 4], { stride: 2, padding: 1 }],
  ] as [string, Axes, number[], linear.ConvOptions & { outputPadding?: number | number[] }][]
).map(
  ([name, x, w, options]): OperationCase => ({
    name: `conv-transpose ${name}`,
    inputs: { x: { shape: x }, w: { shape: w }, b: { shape: [w[1]! * (options.groups ?? 1)] } },
    symbols: { batch: 2 },
    build: (p) => linear.convTranspose(p.x!, p.w!, p.b!, options),
  }),
);

/** Networks of convolutions, in which the CPU keeps its blocked layout from one to the next. */
const convolutionChains: OperationCase[] = [
  {
    name: 'blocked convolutions with rectifiers between them',
    inputs: { x: { shape: [16, 16, 12, 12] }, w: { shape: [32, 16, 4, 4] }, v: { shape: [32, 16, 4, 4] } },
    build: ({ x, w, v }) => {
      const down = relu(linear.conv(mul(x!, 0.1), w!, undefined, { stride: 2, padding: 1 }));
      const up = relu(linear.convTranspose(mul(down, 0.1), v!, undefined, { stride: 2, padding: 1 }));
      return { down: mul(down, 0.1), up: mul(up, 0.1) };
    },
  },
  {
    name: 'blocked convolutions with other functions between them',
    inputs: { x: { shape: [16, 16, 10, 10] }, w: { shape: [16, 16, 3, 3] }, b: { shape: [16] } },
    build: ({ x, w, b }) => {
      const first = linear.conv(x!, w!, b!, { padding: 1 });
      const activated = add(silu(mul(first, 0.1)), softplus(mul(first, 0.05)));
      const second = linear.conv(activated, w!, b!, { padding: 1 });
      const gate = where(less(first, second), mul(first, 0.1), elu(mul(second, 0.1)));
      return { gate, shifted: add(gate, reshape(b!, [1, 16, 1, 1])) };
    },
  },
];

const afterConvolutions: OperationCase[] = [
  {
    name: 'whole numbers and truth values behind a blocked convolution',
    inputs: { x: { shape: [16, 16, 12, 12] }, w: { shape: [32, 16, 3, 3] } },
    build: ({ x, w }) => {
      const y = linear.conv(x!, w!, undefined, { padding: 1 });
      // Far from the whole numbers at which a rounding error would count.
      const coarse = mul(cast(less(0, add(y, 1000)), 'float32'), 3.5);
      return { whole: cast(cast(coarse, 'int32'), 'float32'), truth: cast(cast(coarse, 'bool'), 'float32') };
    },
  },
  {
    name: 'group norm of values with an offset',
    inputs: { x: { shape: [2, 4, 6, 5] }, s: { shape: [4] }, b: { shape: [4] } },
    build: ({ x, s, b }) => groupNorm(add(x!, 30), 2, s!, b!),
  },
];

const pooling: OperationCase[] = [
  {
    name: 'max-pool with its indices',
    inputs: { x: { shape: [2, 3, 6, 5], values: 'quarters' } },
    build: ({ x }) => {
      const window = { kernel: [3, 2], strides: [2, 1], pads: [1, 1, 1, 0], dilations: [1, 1] };
      const [y, index] = applyNode('max-pool', [x!], window).outputs;
      return { y: y!, index: index! };
    },
  },
  {
    name: 'max-pool, dilated',
    inputs: { x: { shape: [2, 3, 7, 7] } },
    build: ({ x }) => linear.maxPool(x!, 2, { dilation: 2, stride: 1 }),
  },
  {
    name: 'average-pool, padding counts',
    inputs: { x: { shape: [2, 3, 6, 5] } },
    build: ({ x }) => linear.averagePool(x!, [3, 2], { stride: [2, 1], padding: [1, 1] }),
  },
  {
    name: 'average-pool, padding does not count',
    inputs: { x: { shape: [2, 3, 6, 5] } },
    build: ({ x }) => linear.averagePool(x!, 3, { stride: 2, padding: 1, includePad: false }),
  },
  {
    name: 'global average pool',
    inputs: { x: { shape: [2, 3, 4, 4] } },
    build: ({ x }) => linear.globalAveragePool(x!),
  },
];

const fused: OperationCase[] = [
  {
    name: 'layer-norm with its statistics',
    inputs: { x: { shape: [2, 3, 8] }, s: { shape: [8] }, b: { shape: [8] } },
    build: ({ x, s, b }) => {
      const [y, mean, deviation] = applyNode('layer-norm', [x!, s!, b!], { epsilon: 1e-3 }).outputs;
      return { y: y!, mean: mean!, deviation: deviation! };
    },
  },
  {
    name: 'layer-norm without bias; inverse deviation alone',
    inputs: { x: { shape: [2, 3, 8] }, s: { shape: [8] } },
    build: ({ x, s }) => ({
      y: layerNorm(x!, s!),
      deviation: applyNode('layer-norm', [x!, s!], { epsilon: 1e-5 }).outputs[2]!,
    }),
  },
  ...[5, 64, 300].map(
    (columns): OperationCase => ({
      name: `softmax over ${columns}`,
      inputs: { x: { shape: [2, 3, columns] } },
      build: ({ x }) => softmax(mul(x!, 20)),
    }),
  ),
  {
    name: 'attention',
    inputs: { q: { shape: [2, 2, 5, 4] }, k: { shape: [2, 2, 6, 4] }, v: { shape: [2, 2, 6, 3] } },
    build: ({ q, k, v }) => linear.attention(q!, k!, v!).output,
  },
  {
    name: 'attention with mask, and its probabilities',
    inputs: { q: { shape: [2, 2, 5, 4] }, k: { shape: [2, 2, 5, 4] }, v: { shape: [2, 2, 5, 3] } },
    build: ({ q, k, v }) => {
      const mask = Float32Array.from({ length: 25 }, (_, i) => (i % 5 > Math.floor(i / 5) ? -1e9 : 0));
      const { output, probabilities } = linear.attention(q!, k!, v!, constant(mask, [5, 5]));
      return { output, probabilities };
    },
  },
];

/** [name, time, batch, width, whether states are given] */
const runs: [string, number, number | string, number, boolean][] = [
  ['from 0', 4, 3, 5, false],
  ['from given states', 3, 2, 4, true],
  ['one step', 1, 2, 3, true],
  ['open batch', 3, 'batch', 4, false],
];

const recurrences = runs.flatMap(([name, time, batch, width, given]): OperationCase[] => {
  const state = { shape: [batch, width] };
  const symbols = typeof batch === 'string' ? { symbols: { batch: 3 } } : {};
  return [
    {
      name: `lstm ${name}`,
      inputs: {
        x: { shape: [time, batch, 4 * width] },
        r: { shape: [4 * width, width] },
        ...(given ? { h: state, c: state } : {}),
      },
      ...symbols,
      build: ({ x, r, h, c }) => {
        const outputs = applyNode('lstm', h === undefined ? [x!, r!] : [x!, r!, h, c!], {}).outputs;
        return Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]));
      },
    },
    {
      name: `gru ${name}`,
      inputs: {
        x: { shape: [time, batch, 3 * width] },
        r: { shape: [3 * width, width] },
        b: { shape: [width] },
        ...(given ? { h: state } : {}),
      },
      ...symbols,
      build: ({ x, r, b, h }) => {
        const outputs = applyNode('gru', h === undefined ? [x!, r!, b!] : [x!, r!, b!, h], {}).outputs;
        return Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]));
      },
    },
    {
      name: `lstm and gru ${name}, last hidden state alone`,
      inputs: {
        x: { shape: [time, batch, 4 * width] },
        r: { shape: [4 * width, width] },
        s: { shape: [3 * width, width] },
        b: { shape: [width] },
      },
      ...symbols,
      build: ({ x, r, s, b }) => ({
        lstm: slice(lstm(x!, r!).hidden, 0, time - 1),
        gru: slice(gru(slice(x!, 2, 0, 3 * width), s!, b!), 0, time - 1),
      }),
    },
  ];
});

export const linearCases: readonly OperationCase[] = [
  ...matmuls,
  ...gemms,
  ...convolutions,
  ...transposedConvolutions,
  ...convolutionChains,
  ...afterConvolutions,
  ...pooling,
  ...fused,
  ...recurrences,
];
