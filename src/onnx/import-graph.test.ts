import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GraftError } from '../errors.ts';
import { evaluate } from '../tensor/evaluate.ts';
import { program } from '../tensor/program.ts';
import { decodeModel } from './decode-model.ts';
import { encodeModel } from './encode-model.ts';
import { tensorReader } from './external-data.ts';
import { type ImportGraphOptions, importGraph } from './import-graph.ts';
import type { AttributeValue, GraphProto, ModelProto, NodeProto, TensorProto } from './model-proto.ts';

const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): NodeProto => ({ opType, domain, name: `the ${opType}`, inputs, outputs, attributes });

const tensor = (name: string, dims: readonly number[], data: Float32Array | BigInt64Array): TensorProto => ({
  name,
  type: data instanceof Float32Array ? 'float32' : 'int64',
  dims,
  raw: new Uint8Array(data.buffer),
});

const graph = (nodes: readonly NodeProto[], more: Partial<GraphProto> = {}): GraphProto => ({
  name: 'g',
  nodes,
  initializers: [],
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'float32' }],
  ...more,
});

const model = (g: GraphProto, more: Partial<ModelProto> = {}): ModelProto =>
  decodeModel(
    encodeModel({
      irVersion: 8,
      producerName: 'test',
      producerVersion: '',
      opsets: { '': 17 },
      metadata: {},
      graph: g,
      ...more,
    }),
  );

const options: ImportGraphOptions = { shapes: { x: [3, 2] } };
const x = [1, 2, 3, 4, 5, 6];
const run = (m: ModelProto, feeds = {}, more: Partial<ImportGraphOptions> = {}) => {
  const { outputs } = importGraph(m, { ...options, ...more });
  return [...evaluate(program(outputs), { x, ...feeds }).y!.data];
};
const problem = (m: ModelProto, more: Partial<ImportGraphOptions> = {}): GraftError => {
  try {
    importGraph(m, { ...options, ...more });
  } catch (error) {
    if (error instanceof GraftError) return error;
    throw error;
  }
  throw new Error('it was imported');
};

describe('what a stored tensor is', () => {
  const w = tensor('w', [2, 1], Float32Array.of(0.5, 2));

  test('computed with, it is a weight; deciding about shapes, a constant', () => {
    const half = tensor('scales', [2], Float32Array.of(1, 2));
    const m = model(
      graph([node('Resize', ['x', '', 'scales'], ['wide']), node('MatMul', ['x', 'w'], ['y'])], {
        initializers: [w, half],
        outputs: [
          { name: 'y', type: 'float32' },
          { name: 'wide', type: 'float32' },
        ],
      }),
    );
    const imported = importGraph(m, options);
    expect(imported.weights.map(({ name, shape }) => [name, shape])).toEqual([['w', [2, 1]]]);
    expect(imported.outputs.wide!.shape).toEqual([3, 4]);
    expect(imported.weights[0]!.reader.opType).toBe('MatMul');
  });

  test('running statistics are told from weights', () => {
    const vector = (name: string) => tensor(name, [2], Float32Array.of(1, 1));
    const names = ['scale', 'bias', 'mean', 'variance'];
    const m = model(
      graph([node('BatchNormalization', ['x', ...names], ['y'])], { initializers: names.map(vector) }),
    );
    expect(importGraph(m, options).weights.map(({ statistic }) => statistic)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

test('shape arithmetic is carried out', () => {
  const m = model(
    graph(
      [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'zero'], ['n'], { axis: { kind: 'int', value: 0 } }),
        node('Unsqueeze', ['n', 'axis'], ['n1']),
        node('Concat', ['n1', 'rest'], ['target'], { axis: { kind: 'int', value: 0 } }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
      {
        initializers: [
          tensor('zero', [], BigInt64Array.of(0n)),
          tensor('axis', [1], BigInt64Array.of(0n)),
          tensor('rest', [2], BigInt64Array.of(1n, -1n)),
        ],
      },
    ),
  );
  const { outputs, weights } = importGraph(m, options);
  expect(outputs.y!.shape).toEqual([3, 1, 2]);
  expect(weights).toEqual([]);
});

describe('functions of the file', () => {
  test('are put in place of their calls, with attributes and defaults', () => {
    const m = model(
      graph([
        node('Scaled', ['x'], ['h'], { slope: { kind: 'float', value: 0.5 } }, 'own'),
        node('Scaled', ['h'], ['y'], {}, 'own'),
      ]),
      {
        opsets: { '': 17, own: 1 },
        functions: [
          {
            domain: 'own',
            name: 'Scaled',
            inputs: ['a', 'optional'],
            outputs: ['b'],
            nodes: [
              node('Neg', ['a'], ['n']),
              node('LeakyRelu', ['n'], ['b'], { alpha: { kind: 'reference', value: 'slope' } }),
            ],
            defaults: { slope: { kind: 'float', value: 2 } },
            opsets: { '': 17 },
          },
        ],
      },
    );
    // -x is scaled by 0.5 where it is negative, the positive result not at all.
    expect(run(m)).toEqual(x.map((v) => 0.5 * v));
  });

  test('that call themselves are refused', () => {
    const m = model(graph([node('F', ['x'], ['y'], {}, 'own')]), {
      opsets: { '': 17, own: 1 },
      functions: [
        {
          domain: 'own',
          name: 'F',
          inputs: ['a'],
          outputs: ['b'],
          nodes: [node('F', ['a'], ['b'], {}, 'own')],
          defaults: {},
          opsets: {},
        },
      ],
    });
    expect(problem(m).message).toContain('nested more than 32 deep');
  });
});

describe('loops', () => {
  const body = graph([node('Add', ['carried', 'carried'], ['next']), node('Identity', ['going'], ['on'])], {
    inputs: [
      { name: 'i', type: 'int64', shape: [] },
      { name: 'going', type: 'bool', shape: [] },
      { name: 'carried', type: 'float32' },
    ],
    outputs: [
      { name: 'on', type: 'bool' },
      { name: 'next', type: 'float32' },
    ],
  });
  const looping = (rounds: bigint) =>
    model(
      graph([node('Loop', ['rounds', '', 'x'], ['y'], { body: { kind: 'graph', value: body } })], {
        initializers: [tensor('rounds', [], BigInt64Array.of(rounds))],
      }),
    );

  test('of known length are written out', () => {
    expect(run(looping(3n))).toEqual(x.map((v) => 8 * v));
  });

  test('of too many rounds are refused', () => {
    expect(problem(looping(10n ** 12n)).message).toBe(
      "node 'the Loop' (Loop) is not supported: it runs more than 4096 rounds.",
    );
  });
});

describe('refusals name operator and node', () => {
  test.each([
    ['an unknown operator', node('Wobble', ['x'], ['y']), 'unsupported', "node 'the Wobble' (Wobble)"],
    [
      'an operator of another domain',
      node('Attention', ['x'], ['y'], {}, 'com.microsoft'),
      'unsupported',
      "operators of 'com.microsoft'",
    ],
    [
      'a shape from data',
      node('Reshape', ['x', 'x'], ['y']),
      'unsupported',
      "shape (input 1, 'x') is computed from data",
    ],
    ['a missing name', node('Neg', ['nothing'], ['y']), 'bad-file', "reads 'nothing'"],
    [
      'an attribute of another kind',
      node('Flatten', ['x'], ['y'], { axis: { kind: 'string', value: '1' } }),
      'unsupported',
      'kind string',
    ],
    [
      'shapes that do not fit',
      node('MatMul', ['x', 'x'], ['y']),
      'shape-mismatch',
      "node 'the MatMul' (MatMul)",
    ],
    ['an operand too few', node('Add', ['x'], ['y']), 'unsupported', 'input 1 is missing'],
  ] as const)('%s', (_, one, code, text) => {
    const error = problem(model(graph([one])));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  test('an operator set of the future', () => {
    expect(problem(model(graph([node('Neg', ['x'], ['y'])]), { opsets: { '': 99 } })).message).toContain(
      'operator set 99',
    );
  });

  test.each([
    ['ConstantOfShape', 'shape'],
    ['Range', 'length'],
  ])('%s of a size that no file needs', (opType) => {
    const big = tensor('big', [1], BigInt64Array.of(10n ** 11n));
    const scalar = (name: string, value: bigint) => tensor(name, [], BigInt64Array.of(value));
    const one =
      opType === 'Range' ? node('Range', ['a', 'b', 'c'], ['y']) : node('ConstantOfShape', ['big'], ['y']);
    const m = model(
      graph([one], { initializers: [big, scalar('a', 0n), scalar('b', 10n ** 11n), scalar('c', 1n)] }),
    );
    expect(problem(m).code).toBe('unsupported');
  });
});

describe('what a few bytes ask for', () => {
  const ints = (value: readonly number[]): AttributeValue => ({ kind: 'ints', value });
  const long = (name: string, values: readonly number[]) =>
    tensor(name, [values.length], BigInt64Array.from(values, BigInt));

  test.each([
    [
      'windows of two thousand million places',
      [
        node('Unsqueeze', ['x', 'axes'], ['image']),
        node('AveragePool', ['image'], ['y'], {
          kernel_shape: ints([2 ** 31 - 1]),
          pads: ints([2 ** 31, 2 ** 31]),
        }),
      ],
      [long('axes', [0])],
    ],
    [
      'a matrix of a thousand million rows for an axis of length 0',
      [
        node('Slice', ['x', 'zero', 'zero'], ['none']),
        node('Resize', ['none', '', '', 'sizes'], ['y'], { mode: { kind: 'string', value: 'linear' } }),
      ],
      [long('zero', [0]), long('sizes', [1e9, 2])],
    ],
    [
      'one of a thousand million places for no index',
      [
        node('Slice', ['x', 'zero', 'zero'], ['none']),
        node('Cast', ['none'], ['indices'], { to: { kind: 'int', value: 7 } }),
        node('OneHot', ['indices', 'depth', 'off and on'], ['y']),
      ],
      [long('zero', [0]), long('depth', [1e9]), tensor('off and on', [2], Float32Array.of(0, 1))],
    ],
    [
      'constants without end',
      Array.from({ length: 10 }, (_, i) =>
        node('Range', ['zero', 'many', 'one'], [i === 9 ? 'y' : `range ${i}`]),
      ),
      [long('zero', [0]), long('many', [2 ** 23]), long('one', [1])],
    ],
    [
      'a value of a thousand million numbers',
      [node('Expand', ['x', 'shape'], ['y'])],
      [long('shape', [2 ** 30, 3, 2])],
    ],
  ])('%s is refused before it is made', (_, nodes, initializers) => {
    const before = process.memoryUsage();
    const outputs = nodes.flatMap((one) => one.outputs);
    const { code } = problem(
      model(graph(nodes, { initializers, outputs: outputs.map((name) => ({ name, type: 'float32' })) })),
    );
    expect(code).toBe('unsupported');
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    expect(arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(300 * 2 ** 20);
  });

  test('recurrences without end are refused', () => {
    const zeros = (name: string, dims: readonly number[]) =>
      tensor(name, dims, new Float32Array(dims.reduce((a, b) => a * b)).fill(0.1));
    const nodes = Array.from({ length: 40 }, (_, i) =>
      node('RNN', [i === 0 ? 'wide' : `h${i - 1}`, 'w', 'r'], [i === 39 ? 'y' : `all${i}`, `h${i}`], {
        hidden_size: { kind: 'int', value: 1 },
      }),
    ).map((one, i) => (i === 0 ? one : { ...one, inputs: ['wide', 'w', 'r', '', '', `h${i - 1}`] }));
    const file = graph([node('Expand', ['x', 'shape'], ['wide']), ...nodes], {
      inputs: [{ name: 'x', type: 'float32', shape: [1, 1, 1] }],
      initializers: [long('shape', [4096, 1, 1]), zeros('w', [1, 1, 1]), zeros('r', [1, 1, 1])],
    });
    expect(problem(model(file), { shapes: { x: [1, 1, 1] } }).message).toContain('operations with its loops');
  });

  test('what many examples make together is no constant: large images are enlarged', () => {
    const file = graph([node('Resize', ['x', '', 'scales'], ['y'])], {
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 64, 64, 64] }],
      initializers: [tensor('scales', [4], Float32Array.of(1, 1, 2, 2))],
    });
    const { outputs } = importGraph(model(file), { shapes: { x: [41, 64, 64, 64] }, batch: { size: 41 } });
    expect(outputs.y!.shape).toEqual([41, 64, 128, 128]);
  });
});

test('a value that there is not is answered with the nearest that the graph computes', () => {
  const file = model(graph([node('Relu', ['x'], ['hidden.3']), node('Neg', ['hidden.3'], ['y'])]));
  expect(problem(file, { outputs: ['hiden.3'] }).message).toContain("Did you mean 'hidden.3'?");
});

describe('external data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-external-'));
  const path = join(folder, 'model', 'm.onnx');
  mkdirSync(join(folder, 'model'));
  const external = (location: string, offset = 0, length = 8): ModelProto =>
    model(
      graph([node('Mul', ['x', 'w'], ['y'])], {
        initializers: [
          {
            name: 'w',
            type: 'float32',
            dims: [2],
            raw: new Uint8Array(0),
            external: { location, offset, length },
          },
        ],
      }),
    );
  const bytes = new Uint8Array(Float32Array.of(9, 10, 100).buffer);
  writeFileSync(join(folder, 'model', 'w.bin'), bytes);
  writeFileSync(join(folder, 'outside.bin'), bytes);
  symlinkSync(join(folder, 'outside.bin'), join(folder, 'model', 'link.bin'));
  mkdirSync(join(folder, 'model', 'folder.bin'));
  const read = tensorReader(path);

  test('are read from their place', () => {
    expect([...importGraph(external('w.bin', 4), { ...options, read }).weights[0]!.values]).toEqual([
      10, 100,
    ]);
  });

  test.each([
    ['beyond the end of the file', 'w.bin', 8, 'end at byte 16'],
    ['in a file that is not there', 'none.bin', 0, 'not found'],
    ['behind a link that leaves the folder', 'link.bin', 0, "outside of the model's folder"],
    ['in a folder', 'folder.bin', 0, 'no file'],
  ] as const)('%s: an error', (_, location, offset, text) => {
    expect(problem(external(location, offset), { read }).message).toContain(text);
  });
});
