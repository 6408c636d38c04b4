/** TensorFlow.js models of other people: outputs and gradients as an independent evaluation in float64 gives them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readNpzFile } from '../../src/formats/npz.ts';
import { readTfjsLayers } from '../../src/formats/tfjs-layers.ts';
import { kerasInput, kerasProgram } from '../../src/models/imported/keras-program.ts';
import { input } from '../../src/tensor/build.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { mul } from '../../src/tensor/functions/elementwise.ts';
import { mean } from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { BATCH, weightInputs } from '../../src/tensor/imported-program.ts';
import { instantiateProgram } from '../../src/tensor/instantiate-program.ts';
import { expectClose } from '../expect-close.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const folder = join(shared, 'models', 'quickdraw-tfjs');
const there = existsSync(folder);

interface Gradient {
  readonly shape: readonly number[];
  readonly sum: number;
  readonly l2: number;
  readonly max_abs: number;
  readonly samples: Readonly<Record<string, number>>;
}
interface Expected {
  readonly value: number;
  readonly gradients: Readonly<Record<string, Gradient>>;
}

const cases = [
  {
    name: 'cvae' as const,
    file: 'cvae/models/model.json',
    shapes: { latent_input: [16], label: [51] },
    feeds: { latent_input: 'cvae_latent', label: 'cvae_label' },
    scale: 1,
    output: 'conv2d_transpose_3',
    expected: 'cvae_output',
    layers: ['dense_5', 'conv2d_transpose_1', 'conv2d_transpose_2', 'conv2d_transpose_3'],
  },
  {
    name: 'doodlenet' as const,
    file: 'doodlenet/model.json',
    shapes: { conv2d: [28, 28, 1] },
    feeds: { conv2d: 'doodlenet_images_uint8' },
    scale: 1 / 255,
    output: 'dense_1',
    expected: 'doodlenet_output',
    layers: ['conv2d', 'conv2d_1', 'conv2d_2', 'conv2d_3', 'conv2d_4', 'conv2d_5', 'dense', 'dense_1'],
  },
];

/** Where an element of Keras' kernels stands here. */
function placeOf(index: number, shape: readonly number[]): number {
  if (shape.length === 1) return index;
  if (shape.length === 2) return (index % shape[1]!) * shape[0]! + Math.floor(index / shape[1]!);
  const [h, w, a, b] = shape as [number, number, number, number];
  const [i, j, k, l] = [
    Math.floor(index / (w * a * b)),
    Math.floor(index / (a * b)) % w,
    Math.floor(index / b) % a,
    index % b,
  ];
  return ((l * a + k) * h + i) * w + j;
}

describe.skipIf(!there).each(cases)(`$name${there ? '' : ' (no shared models)'}`, (one) => {
  const imported = there
    ? kerasProgram(
        readTfjsLayers(join(folder, one.file)),
        Object.fromEntries(
          Object.entries(one.shapes).map(([name, shape]) => [name, kerasInput(name, shape)]),
        ),
        [one.output],
      )
    : undefined;

  test('outputs, and gradients of all weights where there are some', () => {
    const { program, parameters, layers } = imported!;
    expect(layers).toEqual(one.layers);
    const arrays = readNpzFile(join(folder, 'expected.npz'));
    const feeds: Record<string, Float64Array> = Object.fromEntries([
      ...parameters.map((w) => [weightInputs.parameter(w.name), Float64Array.from(w.values)] as const),
      ...Object.entries(one.feeds).map(
        ([name, array]) =>
          [name, Float64Array.from(arrays.get(array)!.data as Float32Array, (v) => v * one.scale)] as const,
      ),
    ]);
    const count = arrays.get(one.expected)!.shape[0]!;
    const made = instantiateProgram(
      program,
      ({ attributes: { name, shape, dtype } }) =>
        input(
          name,
          shape.map((d) => (d === BATCH ? count : d)),
          dtype,
        ),
      { [BATCH]: count },
    )[one.output]!;
    expectClose(
      evaluateTensors([made], feeds)[0]!.data,
      arrays.get(one.expected)!.data as Float32Array,
      { absolute: 1e-4 },
      'outputs',
    );
    const { value, gradients: wanted } = (
      JSON.parse(readFileSync(join(folder, 'expected-gradients.json'), 'utf8')) as Record<string, Expected>
    )[one.name] ?? { value: undefined, gradients: undefined };
    if (wanted === undefined) return;
    const loss = mean(mul(made, made));
    const leaves = parameters.map((w) => input(weightInputs.parameter(w.name), w.shape));
    // Leaves of the loss, by name.
    const inLoss = instantiateProgram(
      { outputs: { loss } },
      (node) =>
        leaves[parameters.findIndex((w) => weightInputs.parameter(w.name) === node.attributes.name)] ??
        node.outputs[0]!,
      {},
    ).loss!;
    const [total, ...found] = evaluateTensors([inLoss, ...gradients(inLoss, leaves)], feeds);
    expectClose(total!.data[0]!, value, { relative: 1e-3 }, 'loss');
    expect(parameters).toHaveLength(Object.keys(wanted).length);
    parameters.forEach(({ name }, i) => {
      const { shape, sum, l2, max_abs: most, samples } = wanted[name.replace(/weight$/, 'kernel')]!;
      const { data } = found[i]!;
      const norm = Math.sqrt([...data].reduce((s, v) => s + v * v, 0));
      expectClose(norm, l2, { relative: 1e-3 }, `norm of ${name}`);
      const total = [...data].reduce((s, v) => s + v, 0);
      expect(Math.abs(total - sum)).toBeLessThan(1e-3 * Math.max(Math.abs(sum), l2));
      for (const [index, expected] of Object.entries(samples))
        expect(Math.abs(data[placeOf(Number(index), shape)]! - expected), `${name}[${index}]`).toBeLessThan(
          1e-3 * Math.max(Math.abs(expected), 0.01 * most),
        );
    });
  });
});
