import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type WrittenLayer, weightValues, writeTfjs } from '../../../test/tfjs-folder.ts';
import { readTfjsLayers } from '../../formats/tfjs-layers.ts';
import { stream } from '../../random.ts';
import { evaluateTensors } from '../../tensor/evaluate.ts';
import { weightInputs } from '../../tensor/imported-program.ts';
import { importOnnx } from './import-onnx.ts';
import { kerasInput, kerasProgram } from './keras-program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-tfjs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Image = (i: number, j: number, c: number) => number;

/** One example [h, w, c] as a function of its place, 0 outside. */
const reader =
  (data: ArrayLike<number>, h: number, w: number, c: number): Image =>
  (i, j, k) =>
    i < 0 || j < 0 || i >= h || j >= w ? 0 : data[(i * w + j) * c + k]!;

/** What a model gives for one example, beside the values of the input. */
function run(layers: readonly WrittenLayer[], shape: readonly number[], keras?: string) {
  const input: WrittenLayer = {
    kind: 'InputLayer',
    name: 'x',
    config: { batch_input_shape: [null, ...shape] },
  };
  const chained = layers.map((layer, i) => ({ from: [i === 0 ? 'x' : layers[i - 1]!.name], ...layer }));
  const about = keras === undefined ? {} : { keras };
  const path = writeTfjs(mkdtempSync(join(folder, 'm-')), [input, ...chained], about);
  const model = readTfjsLayers(path);
  const { program, parameters, state } = kerasProgram(model, { x: kerasInput('x', shape) }, model.outputs);
  const x = Float64Array.from(stream(3).normals(shape.reduce((a, b) => a * b, 1)));
  const feeds = Object.fromEntries([
    ...parameters.map((w) => [weightInputs.parameter(w.name), w.values] as const),
    ...state.map((w) => [weightInputs.state(w.name), w.values] as const),
  ]);
  const [value] = evaluateTensors([program.outputs[model.outputs[0]!]!], { ...feeds, x }, { batch: 1 });
  return { x, shape: value!.shape.slice(1), data: [...value!.data] };
}

function expectNear(received: readonly number[], wanted: readonly number[]): void {
  expect(received).toHaveLength(wanted.length);
  received.forEach((v, i) => {
    expect(v).toBeCloseTo(wanted[i]!, 5);
  });
}

const places = (h: number, w: number, c: number) =>
  Array.from(
    { length: h * w * c },
    (_, i) => [Math.floor(i / (w * c)), Math.floor(i / c) % w, i % c] as const,
  );

test("a strided convolution of padding 'same' pads more behind than before", () => {
  const config = { kernel_size: [3, 3], strides: [2, 2], padding: 'same', data_format: 'channels_last' };
  const shapes = { kernel: [3, 3, 2, 3], bias: [3] };
  const { x, shape, data } = run([{ kind: 'Conv2D', name: 'c', config, weights: shapes }], [4, 6, 2]);
  expect(shape).toEqual([2, 3, 3]);
  const [image, kernel, bias] = [
    reader(x, 4, 6, 2),
    weightValues('c', 'kernel', shapes.kernel),
    weightValues('c', 'bias', [3]),
  ];
  // Sides are even: no zeros before, one behind.
  expectNear(
    data,
    places(2, 3, 3).map(([i, j, o]) => {
      let sum = bias[o]!;
      for (const [a, b, c] of places(3, 3, 2))
        sum += image(2 * i + a, 2 * j + b, c) * kernel[((a * 3 + b) * 2 + c) * 3 + o]!;
      return sum;
    }),
  );
});

test.each([
  ['same', 2, 6, 0],
  ['valid', 2, 7, 0],
  ['same', 1, 3, 1],
])("a transposed convolution of padding '%s' and stride %i", (padding, stride, side, cut) => {
  const config = { kernel_size: [3, 3], strides: [stride, stride], padding };
  const shapes = { kernel: [3, 3, 2, 1], bias: [2] };
  const { x, shape, data } = run(
    [{ kind: 'Conv2DTranspose', name: 't', config, weights: shapes }],
    [3, 3, 1],
  );
  expect(shape).toEqual([side, side, 2]);
  const [kernel, bias] = [weightValues('t', 'kernel', shapes.kernel), weightValues('t', 'bias', [2])];
  const wanted = places(side, side, 2).map(([, , o]) => bias[o]!);
  for (const [i, j] of places(3, 3, 1))
    for (const [a, b, o] of places(3, 3, 2)) {
      const [row, column] = [stride * i + a - cut, stride * j + b - cut];
      if (row >= 0 && column >= 0 && row < side && column < side)
        wanted[(row * side + column) * 2 + o]! += x[i * 3 + j]! * kernel[(a * 3 + b) * 2 + o]!;
    }
  expectNear(data, wanted);
});

test('pooling, normalisation, flattening and dense layers take values in the order of Keras', () => {
  const statistics = { gamma: [2], beta: [2], moving_mean: [2], moving_variance: [2] };
  const layers: WrittenLayer[] = [
    { kind: 'MaxPooling2D', name: 'p', config: { pool_size: [2, 2], padding: 'same' } },
    { kind: 'BatchNormalization', name: 'n', config: { epsilon: 0.01, axis: [3] }, weights: statistics },
    {
      kind: 'ZeroPadding2D',
      name: 'z',
      config: {
        padding: [
          [1, 0],
          [0, 0],
        ],
      },
    },
    { kind: 'Dropout', name: 'o', config: { rate: 0.5 } },
    { kind: 'Flatten', name: 'f' },
    {
      kind: 'Dense',
      name: 'd',
      config: { activation: 'softmax', use_bias: false },
      weights: { kernel: [12, 3] },
    },
  ];
  const { x, data } = run(layers, [3, 4, 2]);
  const image = reader(x, 3, 4, 2);
  const value = (name: string, c: number) => weightValues('n', name, [2])[c]!;
  const flat = places(3, 2, 2).map(([i, j, c]) => {
    if (i === 0) return 0;
    const rows = i === 1 ? [0, 1] : [2];
    const top = Math.max(...rows.flatMap((r) => [image(r, 2 * j, c), image(r, 2 * j + 1, c)]));
    const deviation = Math.sqrt(value('moving_variance', c) + 0.01);
    return ((top - value('moving_mean', c)) / deviation) * value('gamma', c) + value('beta', c);
  });
  const kernel = weightValues('d', 'kernel', [12, 3]);
  const powers = [0, 1, 2].map((o) => Math.exp(flat.reduce((s, v, i) => s + v * kernel[i * 3 + o]!, 0)));
  expectNear(
    data,
    powers.map((p) => p / powers.reduce((a, b) => a + b)),
  );
});

test('upsampling repeats places, and branches meet', () => {
  const layers: WrittenLayer[] = [
    { kind: 'UpSampling2D', name: 'u', config: { size: [2, 3] } },
    { kind: 'Activation', name: 'a', config: { activation: 'tanh' }, from: ['u'] },
    { kind: 'Concatenate', name: 'c', config: { axis: -1 }, from: ['u', 'a'] },
    { kind: 'Add', name: 's', from: ['c', 'c'] },
  ];
  const { x, shape, data } = run(layers, [2, 2, 1]);
  expect(shape).toEqual([4, 6, 2]);
  expectNear(
    data,
    places(4, 6, 2).map(([i, j, c]) => {
      const v = x[Math.floor(i / 2) * 2 + Math.floor(j / 3)]!;
      return 2 * (c === 0 ? v : Math.tanh(v));
    }),
  );
});

test('a sequence becomes an autoencoder, with linear layers that take adapters', () => {
  const path = writeTfjs(
    join(folder, 'sequence'),
    [
      {
        kind: 'Dense',
        name: 'narrow',
        config: { batch_input_shape: [null, 16], activation: 'tanh' },
        weights: { kernel: [16, 3], bias: [3] },
      },
      {
        kind: 'Dense',
        name: 'pixels',
        config: { activation: 'sigmoid' },
        weights: { kernel: [3, 16], bias: [16] },
      },
    ],
    { sequential: true },
  );
  const { model, weights, format } = importOnnx(path, { role: 'autoencoder', code: 'narrow' });
  expect(format).toBe('TensorFlow.js Layers model');
  expect(model.layers).toEqual(['narrow', 'pixels']);
  expect(model.linears).toEqual(['narrow', 'pixels']);
  expect(model.config).toMatchObject({ image: [1, 4, 4], latent: 3 });
  const kernel = weightValues('narrow', 'kernel', [16, 3]);
  expect(weights.parameters['narrow/weight']![1]).toBe(kernel[3]);
});

test('inputs that the role does not feed are filled as asked', () => {
  const layers: WrittenLayer[] = [
    { kind: 'InputLayer', name: 'z', config: { batch_input_shape: [null, 2] } },
    { kind: 'InputLayer', name: 'label', config: { batch_input_shape: [null, 3] } },
    { kind: 'Concatenate', name: 'both', from: ['z', 'label'] },
    { kind: 'Dense', name: 'd', from: ['both'], weights: { kernel: [5, 4], bias: [4] } },
  ];
  const path = writeTfjs(join(folder, 'labelled'), layers);
  expect(() => importOnnx(path, { role: 'generator' })).toThrow(/fill.label=zeros/);
  expect(() => importOnnx(path, { role: 'generator', fill: { label: 'hot:3' } })).toThrow(/hot:0 to hot:2/);
  expect(importOnnx(path, { role: 'generator', fill: { label: 'hot:2' } }).model.config.latent).toBe(2);
});

test('a leaky slope stands under the names of Keras 2 and of Keras 3', () => {
  for (const config of [{ alpha: 0.1 }, { negative_slope: 0.1 }]) {
    const { x, data } = run([{ kind: 'LeakyReLU', name: 'leaky', config }], [4]);
    expectNear(
      data,
      [...x].map((v) => (v < 0 ? 0.1 * v : v)),
    );
  }
});

test('a global pooling that keeps its axes is refused, not read as another', () => {
  const layer = { kind: 'GlobalAveragePooling2D', name: 'mean', config: { keepdims: true } };
  expect(() => run([layer], [4, 4, 2])).toThrow('its option keepdims is not read');
});

test.each([
  [undefined, 0.2],
  ['tfjs-layers 4.22.0', 0.2],
  ['2.15.0', 0.2],
  ['3.4.1', 1 / 6],
])('the slope of hard_sigmoid is that of Keras %s', (keras, slope) => {
  const layers: WrittenLayer[] = [
    {
      kind: 'Dense',
      name: 'd',
      config: { activation: 'hard_sigmoid' },
      weights: { kernel: [3, 2], bias: [2] },
    },
    { kind: 'Activation', name: 'a', config: { activation: 'hard_sigmoid' } },
  ];
  const { x, data } = run(layers, [3], keras);
  const [kernel, bias] = [weightValues('d', 'kernel', [3, 2]), weightValues('d', 'bias', [2])];
  const hard = (v: number) => Math.min(1, Math.max(0, slope * v + 0.5));
  expectNear(
    data,
    [0, 1].map((o) => hard(hard(bias[o]! + x.reduce((s, v, i) => s + v * kernel[i * 2 + o]!, 0)))),
  );
});
