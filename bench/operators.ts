/**
 * Time of single ONNX Runtime operators on one thread, from which the lowerings in `src/onnx` were chosen
 * (docs/decisions/0003-engine-findings.md). Times are the least processor time over many runs, which other programs on
 * the machine disturb less than the clock; of an element-wise operator it is the difference between a chain of ten and
 * a chain of two.
 *
 *     npm run bench -- operators [elementwise] [rows] [products] [convolutions] [arrangement]
 */
import { createSession } from '../src/engine/create-session.ts';
import { type Bound, Executable } from '../src/engine/executable.ts';
import { encodeModel } from '../src/onnx/encode-model.ts';
import { type Attributes, BLOCKED, float, GraphBuilder, MICROSOFT } from '../src/onnx/graph-builder.ts';
import type { DType } from '../src/tensor/ops.ts';

interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: DType;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);

/** Least processor milliseconds of one run of a graph that `build` writes. */
async function cost(
  inputs: readonly Value[],
  outputs: readonly Value[],
  build: (graph: GraphBuilder) => void,
): Promise<number> {
  const [time] = await leastTimes([await prepare(inputs, outputs, build)], 40);
  return time!;
}

/** Least processor milliseconds of each executable's run, in turns; disposes of them. */
async function leastTimes(prepared: readonly Prepared[], runs: number): Promise<number[]> {
  const least = prepared.map(() => Infinity);
  for (let i = 0; i < runs; i++)
    for (const [j, { bound }] of prepared.entries()) {
      const before = process.cpuUsage();
      await bound.run();
      const { user, system } = process.cpuUsage(before);
      if (i > 2) least[j] = Math.min(least[j]!, (user + system) / 1000);
    }
  for (const { executable } of prepared) await executable.dispose();
  return least;
}

interface Prepared {
  readonly executable: Executable;
  readonly bound: Bound;
}

async function prepare(
  inputs: readonly Value[],
  outputs: readonly Value[],
  build: (graph: GraphBuilder) => void,
): Promise<Prepared> {
  const graph = new GraphBuilder(
    [],
    [...inputs, ...outputs].map(({ name }) => name),
  );
  build(graph);
  const slot = ({ name, shape, dtype = 'float32' }: Value) => ({
    name,
    shape,
    dtype,
    used: true,
    value: name,
  });
  const bytes = encodeModel({
    irVersion: 10,
    producerName: 'graft',
    producerVersion: '',
    opsets: { '': 21, [MICROSOFT]: 1, [BLOCKED]: 1 },
    metadata: {},
    graph: {
      name: 'operators',
      nodes: graph.nodes,
      initializers: graph.initializers,
      inputs: inputs.map((v) => ({ ...v, type: v.dtype ?? 'float32' })),
      outputs: outputs.map((v) => ({ ...v, type: v.dtype ?? 'float32' })),
    },
  });
  const session = await createSession({ bytes }, { device: 'cpu', threads: 1 });
  const release = () => session.release();
  const executable = new Executable({ session, release }, inputs.map(slot), outputs.map(slot));
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const bound = executable.bind(
    Object.fromEntries(
      inputs.map(({ name, shape, dtype }) => [
        name,
        dtype === 'int32'
          ? Int32Array.from({ length: sizeOf(shape) }, () => Math.floor((draw() + 0.5) * 65))
          : Float32Array.from({ length: sizeOf(shape) }, draw),
      ]),
    ),
  );
  return { executable, bound };
}

type Step = (graph: GraphBuilder, x: string) => string;

/** Nanoseconds for each element of x that a step of a chain takes. */
async function chained(shape: readonly number[], step: Step, others: readonly Value[] = []): Promise<number> {
  const x = { name: 'x', shape };
  const chain = (length: number) =>
    prepare([x, ...others], [{ name: 'y', shape }], (graph) => {
      let value = 'x';
      for (let i = 0; i < length; i++) value = step(graph, value);
      graph.append('Identity', [value], ['y']);
    });
  const [short, long] = await leastTimes([await chain(2), await chain(10)], 150);
  return ((long! - short!) / 8 / sizeOf(shape)) * 1e6;
}

const unary =
  (op: string, attributes: Attributes = {}): Step =>
  (graph, x) =>
    graph.node(op, [x], attributes);
const withScalar =
  (op: string, value: number): Step =>
  (graph, x) =>
    graph.node(op, [x, graph.float(value)]);
const withTensor =
  (op: string): Step =>
  (graph, x) =>
    graph.node(op, [x, 'other']);

async function elementwise(): Promise<void> {
  const shape = [768, 128];
  const steps: Record<string, Step> = {
    Neg: unary('Neg'),
    Relu: unary('Relu'),
    'Add a number': withScalar('Add', 0.9),
    'Mul by a number': withScalar('Mul', 0.9),
    'Div by a number': withScalar('Div', 0.9),
    'Pow 2': withScalar('Pow', 2),
    Add: withTensor('Add'),
    Mul: withTensor('Mul'),
    Div: withTensor('Div'),
    Exp: unary('Exp'),
    Log: unary('Log'),
    Sqrt: unary('Sqrt'),
    Reciprocal: unary('Reciprocal'),
    Tanh: unary('Tanh'),
    Sigmoid: unary('Sigmoid'),
    Erf: unary('Erf'),
    Sin: unary('Sin'),
    Sign: unary('Sign'),
    Gelu: unary('Gelu'),
    'Gelu, tanh': unary('Gelu', { approximate: 'tanh' }),
    Softplus: unary('Softplus'),
    'softplus by Sigmoid and Log': (graph, x) => {
      const s = graph.node('Sigmoid', [x]);
      const larger = graph.node('Max', [s, graph.node('Sub', [graph.float(1), s])]);
      return graph.node('Sub', [graph.node('Relu', [x]), graph.node('Log', [larger])]);
    },
    Elu: unary('Elu', { alpha: float(1) }),
    'elu by Exp': (graph, x) => {
      const below = graph.node('Exp', [graph.node('Clip', [x, '', graph.float(0)])]);
      return graph.node('Add', [graph.node('Relu', [x]), graph.node('Sub', [below, graph.float(1)])]);
    },
    'Less and Where': (graph, x) =>
      graph.node('Where', [graph.node('Less', [graph.float(0), 'other']), x, graph.float(0)]),
    'Greater, Cast and Mul': (graph, x) =>
      graph.node('Mul', [graph.node('Cast', [graph.node('Greater', [x, graph.float(0)])], { to: 1 }), x]),
  };
  for (const [name, step] of Object.entries(steps))
    print(name, `${(await chained(shape, step, [{ name: 'other', shape }])).toFixed(2)} ns an element`);
}

async function rows(): Promise<void> {
  const over =
    (axis: number, op: string): Step =>
    (graph, x) =>
      graph.node('Sub', [x, graph.node(op, [x, graph.integers([axis])], { keepdims: 1 })]);
  const shape = [768, 128];
  const others = [{ name: 'scale', shape: [128] }];
  const steps: Record<string, Step> = {
    'ReduceMean of rows, and Sub': over(1, 'ReduceMean'),
    'ReduceSum of columns, and Sub': over(0, 'ReduceSum'),
    'Gemm with ones for columns, and Sub': (graph, x) =>
      graph.node('Sub', [x, graph.node('Gemm', [graph.floats([1, 768], Array(768).fill(1)), x])]),
    'Sub of a column alone': (graph, x) =>
      graph.node('Sub', [x, graph.floats([768, 1], Array(768).fill(0.1))]),
    LayerNormalization: (graph, x) =>
      graph.nodeWithOutputs('LayerNormalization', [x, 'scale'], [true, true, true])[0]!,
  };
  for (const [name, step] of Object.entries(steps))
    print(name, `${(await chained(shape, step, others)).toFixed(2)} ns an element`);
  for (const width of [8, 16, 64, 256]) {
    const scores = [3072, width];
    const written: Step = (graph, x) => {
      const axes = graph.integers([1]);
      const top = graph.node('ReduceMax', [x, axes], { keepdims: 1 });
      const e = graph.node('Exp', [graph.node('Sub', [x, top])]);
      return graph.node('Div', [e, graph.node('ReduceSum', [e, axes], { keepdims: 1 })]);
    };
    const operator = await chained(scores, unary('Softmax'));
    const parts = await chained(scores, written);
    print(`softmax of ${width}`, `${operator.toFixed(2)} ns an element; written out ${parts.toFixed(2)}`);
  }
}

async function products(): Promise<void> {
  for (const [m, k, n] of [
    [768, 128, 512],
    [768, 512, 128],
    [128, 768, 512],
    [100, 784, 400],
    [1024, 1024, 1024],
  ] as const) {
    const rates: string[] = [];
    for (const [transA, transB] of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const) {
      const a = { name: 'a', shape: transA ? [k, m] : [m, k] };
      const b = { name: 'b', shape: transB ? [n, k] : [k, n] };
      const time = await cost([a, b], [{ name: 'y', shape: [m, n] }], (graph) =>
        graph.append('Gemm', ['a', 'b'], ['y'], { transA, transB }),
      );
      rates.push(`${((2 * m * k * n) / time / 1e6).toFixed(0)}${transA ? ' (a^T)' : transB ? ' (b^T)' : ''}`);
    }
    print(`Gemm ${m}x${k}x${n}`, `${rates.join(', ')} GFLOP/s`);
  }
  const heads = { q: [48, 64, 32], p: [48, 64, 64] };
  for (const [name, a, transA, transB, y] of [
    ['scores q k^T', heads.q, 0, 1, heads.p],
    ['values p v', heads.p, 0, 0, heads.q],
    ['gradient p^T g', heads.p, 1, 0, heads.q],
  ] as const) {
    const build = (times: number) =>
      cost(
        [
          { name: 'b', shape: heads.q },
          ...Array.from({ length: times }, (_, i) => ({ name: `a${i}`, shape: a })),
        ],
        Array.from({ length: times }, (_, i) => ({ name: `y${i}`, shape: y })),
        (graph) => {
          for (let i = 0; i < times; i++)
            graph.append('FusedMatMul', [`a${i}`, 'b'], [`y${i}`], { transA, transB }, MICROSOFT);
        },
      );
    const time = ((await build(9)) - (await build(1))) / 8;
    print(`FusedMatMul, 48 times ${name}`, `${((48 * 2 * 64 * 64 * 32) / time / 1e6).toFixed(0)} GFLOP/s`);
  }
}

interface Convolution {
  readonly name: string;
  readonly x: readonly number[];
  readonly w: readonly [number, number, number, number];
  readonly y: readonly number[];
  readonly attributes: Attributes;
}

const pads = [1, 1, 1, 1];
const layers: readonly Convolution[] = [
  {
    name: '4x4 stride 2, 32 -> 64 channels',
    x: [128, 32, 14, 14],
    w: [64, 32, 4, 4],
    y: [128, 64, 7, 7],
    attributes: { strides: [2, 2], pads },
  },
  {
    name: "its input's gradient as 2x2 to 4 x 32",
    x: [128, 64, 7, 7],
    w: [128, 64, 2, 2],
    y: [128, 128, 8, 8],
    attributes: { pads },
  },
  {
    name: "its weight's gradient",
    x: [32, 128, 14, 14],
    w: [64, 128, 7, 7],
    y: [32, 64, 4, 4],
    attributes: { pads, dilations: [2, 2] },
  },
  {
    name: '3x3, 64 -> 64 channels',
    x: [128, 64, 7, 7],
    w: [64, 64, 3, 3],
    y: [128, 64, 7, 7],
    attributes: { pads },
  },
  {
    name: "3x3's weight's gradient, 32 -> 32",
    x: [32, 128, 16, 16],
    w: [32, 128, 14, 14],
    y: [32, 32, 3, 3],
    attributes: {},
  },
];

async function convolutions(): Promise<void> {
  const block = 16;
  for (const { name, x, w, y, attributes } of layers) {
    const [o, i, kh, kw] = w;
    const inputs = [
      { name: 'x', shape: x },
      { name: 'w', shape: w },
    ];
    const outputs = [{ name: 'y', shape: y }];
    const all = { ...attributes, kernel_shape: [kh, kw] };
    const plain = await cost(inputs, outputs, (graph) => graph.append('Conv', ['x', 'w'], ['y'], all));
    const blocked = await cost(inputs, outputs, (graph) => {
      const parts = graph.node('Reshape', [
        'w',
        graph.integers([o / block, block, i / block, block, kh, kw]),
      ]);
      const turned = graph.node('Transpose', [parts], { perm: [0, 2, 4, 5, 3, 1] });
      const filter = graph.node('Reshape', [turned, graph.integers(w)]);
      const result = graph.node('Conv', [graph.enterBlocked('x'), filter], all, BLOCKED);
      graph.append('ReorderOutput', [result], ['y'], { channels: o }, BLOCKED);
    });
    const rate = (time: number) =>
      `${time.toFixed(1)} ms, ${((2 * sizeOf(y) * i * kh * kw) / time / 1e6).toFixed(0)} GFLOP/s`;
    print(name, `plain ${rate(plain)}; blocked, with reordering, ${rate(blocked)}`);
  }
  const up = await cost(
    [
      { name: 'x', shape: [128, 64, 7, 7] },
      { name: 'w', shape: [64, 32, 4, 4] },
    ],
    [{ name: 'y', shape: [128, 32, 14, 14] }],
    (graph) =>
      graph.append('ConvTranspose', ['x', 'w'], ['y'], { strides: [2, 2], pads, kernel_shape: [4, 4] }),
  );
  print('ConvTranspose 4x4 stride 2, 64 -> 32', `${up.toFixed(1)} ms`);
}

async function arrangement(): Promise<void> {
  const image = [128, 32, 14, 14];
  const heads = [12, 64, 4, 32];
  const table = [65, 128];
  const results: [string, number, number][] = [
    [
      'Transpose of heads',
      await cost([{ name: 'x', shape: heads }], [{ name: 'y', shape: [12, 4, 64, 32] }], (graph) =>
        graph.append('Transpose', ['x'], ['y'], { perm: [0, 2, 1, 3] }),
      ),
      sizeOf(heads),
    ],
    [
      'Transpose of channels and batch',
      await cost([{ name: 'x', shape: image }], [{ name: 'y', shape: [32, 128, 14, 14] }], (graph) =>
        graph.append('Transpose', ['x'], ['y'], { perm: [1, 0, 2, 3] }),
      ),
      sizeOf(image),
    ],
    [
      'DepthToSpace',
      await cost([{ name: 'x', shape: [128, 128, 7, 7] }], [{ name: 'y', shape: image }], (graph) =>
        graph.append('DepthToSpace', ['x'], ['y'], { blocksize: 2, mode: 'CRD' }),
      ),
      sizeOf(image),
    ],
    [
      'ScatterElements of 768 rows of 128',
      await cost(
        [
          { name: 'i', shape: [768, 128], dtype: 'int32' },
          { name: 'u', shape: [768, 128] },
        ],
        [{ name: 'y', shape: table }],
        (graph) => {
          const zeros = graph.node('Expand', [graph.float(0), graph.integers(table)]);
          graph.append('ScatterElements', [zeros, 'i', 'u'], ['y'], { axis: 0, reduction: 'add' });
        },
      ),
      768 * 128,
    ],
    [
      'the same by OneHot and Gemm, vocabulary of 65',
      await cost(
        [
          { name: 'i', shape: [768], dtype: 'int32' },
          { name: 'u', shape: [768, 128] },
        ],
        [{ name: 'y', shape: table }],
        (graph) => {
          const depth = graph.shared('int32', [], Int32Array.of(65));
          const hot = graph.node('OneHot', ['i', depth, graph.floats([2], [0, 1])], { axis: -1 });
          graph.append('Gemm', [hot, 'u'], ['y'], { transA: 1 });
        },
      ),
      768 * 128,
    ],
  ];
  for (const [name, time, elements] of results)
    print(name, `${(time * 1000).toFixed(0)} us, ${((time / elements) * 1e6).toFixed(2)} ns an element`);
}

function print(name: string, figures: string): void {
  console.log(`${name.padEnd(46)} ${figures}`);
}

const groups = { elementwise, rows, products, convolutions, arrangement };
const asked = process.argv.slice(2);
for (const [name, run] of Object.entries(groups)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}`);
  await run();
}
