import { expect, test } from 'vitest';
import { GraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { input } from '../tensor/build.ts';
import { add, mul, tanh } from '../tensor/functions/elementwise.ts';
import { conv, linear } from '../tensor/functions/linear.ts';
import { program } from '../tensor/program.ts';
import { decodeModel } from './decode-model.ts';
import { encodeModel } from './encode-model.ts';
import { exportFiles, exportProgram, joinExternal, toModel } from './export-program.ts';
import type { ModelProto } from './model-proto.ts';

const image = input('image', ['batch', 3, 8, 8]);
const kernel = input('kernel', [4, 3, 3, 3]);
const features = input('features', ['batch', 6]);
const weight = input('weight', [5, 6]);
const bias = input('bias', [5]);
const sample = program({
  convolved: conv(image, kernel, undefined, { stride: 2, padding: 1 }),
  logits: add(mul(tanh(linear(features, weight, bias)), 2.5), 1),
});

const model: ModelProto = {
  irVersion: 10,
  producerName: 'graft',
  producerVersion: '1.2.3',
  doc: 'ünïcode',
  opsets: { '': 21, 'com.microsoft': 1 },
  metadata: { seed: '7', empty: '' },
  graph: {
    name: 'g',
    nodes: [
      {
        opType: 'Custom',
        domain: 'com.microsoft',
        name: 'n',
        inputs: ['x', '', 'c'],
        outputs: ['y'],
        attributes: {
          int: { kind: 'int', value: -3 },
          large: { kind: 'int', value: 2 ** 40 },
          float: { kind: 'float', value: 0.5 },
          text: { kind: 'string', value: 'tänh' },
          ints: { kind: 'ints', value: [0, 127, 128, -1, 300000] },
          floats: { kind: 'floats', value: [1.5, -2] },
          strings: { kind: 'strings', value: ['a', ''] },
          tensor: { kind: 'tensor', value: tensor('t', [2], Float32Array.of(1, 2)) },
          graph: {
            kind: 'graph',
            value: { name: 'inner', nodes: [], initializers: [], inputs: [], outputs: [] },
          },
        },
      },
    ],
    initializers: [
      tensor('c', [2, 1], Float32Array.of(3, 4)),
      {
        name: 'far',
        type: 'float32',
        dims: [3],
        raw: new Uint8Array(0),
        external: { location: 'weights.bin', offset: 4096, length: 12 },
      },
    ],
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3, ''], doc: 'what goes in' }],
    outputs: [{ name: 'y', type: 'bool' }],
  },
};

function tensor(name: string, dims: number[], data: Float32Array) {
  return { name, type: 'float32' as const, dims, raw: new Uint8Array(data.buffer) };
}

/** The model with its tensors' bytes as plain lists, so that views and copies compare equal. */
const plain = (m: ModelProto) =>
  JSON.parse(JSON.stringify(m, (_, value) => (value instanceof Uint8Array ? [...value] : value)));

test('what is written is read back', () => {
  expect(plain(decodeModel(encodeModel(model)))).toEqual(plain(model));
});

test('a program is written and read back, with its open dimensions', () => {
  const written = toModel(sample, { metadata: { seed: '7' }, doc: 'a sample' });
  const read = decodeModel(exportProgram(sample, { metadata: { seed: '7' }, doc: 'a sample' }));
  expect(plain(read)).toEqual(plain(written));
  expect(read.graph.inputs.map(({ name, shape }) => [name, shape])).toContainEqual([
    'image',
    ['batch', 3, 8, 8],
  ]);
  expect(read.graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['convolved', ['batch', 4, 4, 4]],
    ['logits', ['batch', 5]],
  ]);
});

test('the same program gives the same bytes', () => {
  expect(Buffer.from(exportProgram(sample)).equals(exportProgram(sample))).toBe(true);
});

test('parameters become constants of the file', () => {
  const values = Float32Array.from({ length: 30 }, (_, i) => i);
  const { graph } = decodeModel(exportProgram(sample, { constants: { weight: values } }));
  expect(graph.inputs.map(({ name }) => name)).not.toContain('weight');
  const stored = graph.initializers.find(({ name }) => name === 'weight')!;
  expect(stored.dims).toEqual([5, 6]);
  expect([...new Float32Array(stored.raw.slice().buffer)]).toEqual([...values]);
});

test('many weights lie in a file of their own', () => {
  const rows = 300;
  const x = input('x', ['batch', 4]);
  const p = program({ y: linear(x, input('w', [rows, 4]), input('b', [rows])) });
  const constants = {
    w: Float32Array.from({ length: rows * 4 }, (_, i) => i),
    b: Float32Array.from({ length: rows }, (_, i) => -i),
  };
  const { bytes, external } = exportFiles(p, { constants, externalAbove: 100, externalFile: 'y.bin' });
  expect(bytes.length).toBeLessThan(1000);
  expect(external!.name).toBe('y.bin');
  const joined = joinExternal(external!);
  for (const { name, external: place } of decodeModel(bytes).graph.initializers.filter((t) => t.external)) {
    const stored = joined.slice(place!.offset, place!.offset + place!.length);
    expect([...new Float32Array(stored.buffer)]).toEqual([...constants[name as 'w' | 'b']]);
  }
  expect(external!.parts.map(({ offset }) => offset)).toEqual([0, 8192]);
});

/** Reads damaged bytes: a model or a GraftError about a bad file, nothing else. */
function readDamaged(bytes: Uint8Array): 'model' | 'error' {
  try {
    decodeModel(bytes);
    return 'model';
  } catch (error) {
    if (error instanceof GraftError && error.code === 'bad-file') return 'error';
    throw error;
  }
}

test('a file cut off anywhere is a clear error', () => {
  const bytes = encodeModel(model);
  const outcomes = Array.from({ length: bytes.length }, (_, n) => readDamaged(bytes.subarray(0, n)));
  expect(outcomes.filter((outcome) => outcome === 'error').length).toBeGreaterThan(bytes.length / 2);
});

test('a file with changed bytes is a model or a clear error', () => {
  const bytes = encodeModel(model);
  const random = stream(3);
  let errors = 0;
  for (let i = 0; i < 4000; i++) {
    const damaged = bytes.slice();
    const places = random.child(`place ${i}`).integers(1 + (i % 3), bytes.length);
    const values = random.child(`value ${i}`).integers(places.length, 256);
    places.forEach((place, j) => {
      damaged[place] = values[j]!;
    });
    if (readDamaged(damaged) === 'error') errors++;
  }
  expect(errors).toBeGreaterThan(1000);
});

test.each([
  ['a length of 2^60', [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 'beyond its message'],
  ['a number without end', [0x08, ...Array(11).fill(0xff)], 'more than 10 bytes'],
  ['no graph', [0x08, 0x0a], 'no graph'],
  ['nothing', [], 'no graph'],
])('%s is refused', (_, bytes, problem) => {
  expect(() => decodeModel(Uint8Array.from(bytes), 'bad.onnx')).toThrow(problem);
});

test('graphs nested too deep are refused', () => {
  const wrap = (graph: ModelProto['graph']): ModelProto['graph'] => ({
    ...graph,
    nodes: [
      {
        opType: 'If',
        domain: '',
        name: '',
        inputs: [],
        outputs: [],
        attributes: { then_branch: { kind: 'graph', value: graph } },
      },
    ],
  });
  let graph: ModelProto['graph'] = { name: '', nodes: [], initializers: [], inputs: [], outputs: [] };
  for (let i = 0; i < 40; i++) graph = wrap(graph);
  expect(() => decodeModel(encodeModel({ ...model, graph }))).toThrow('nested');
});

test.each(['../weights.bin', '/etc/passwd', 'a/../../b', 'C:\\x', ''])(
  'external data in %j are refused',
  (location) => {
    const far = { ...model.graph.initializers[1]!, external: { location, offset: 0, length: 12 } };
    const bytes = encodeModel({ ...model, graph: { ...model.graph, initializers: [far] } });
    expect(() => decodeModel(bytes)).toThrow("not a file in the model's folder");
  },
);
