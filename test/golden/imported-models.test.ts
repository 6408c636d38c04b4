/** Real models of other people: outputs and gradients as an independent evaluation in float64 gives them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { readNpzFile } from '../../src/formats/npz.ts';
import { decodeModel } from '../../src/onnx/decode-model.ts';
import { importProgram } from '../../src/onnx/import-program.ts';
import { constant, input } from '../../src/tensor/build.ts';
import { gatherElements } from '../../src/tensor/functions/arrangement.ts';
import { mul, neg, square, sub } from '../../src/tensor/functions/elementwise.ts';
import { mean } from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { BATCH, weightInputs } from '../../src/tensor/imported-program.ts';
import { instantiateProgram } from '../../src/tensor/instantiate-program.ts';
import { optimiseProgram } from '../../src/tensor/passes/optimise-program.ts';
import { program } from '../../src/tensor/program.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const models = join(shared, 'models');

interface Expected {
  readonly loss: string;
  readonly value: number;
  readonly gradients: Readonly<
    Record<
      string,
      {
        shape: readonly number[];
        sum: number;
        l2: number;
        max_abs: number;
        unused?: boolean;
        samples: Readonly<Record<string, number>>;
      }
    >
  >;
}

interface Case {
  readonly folder: string;
  readonly file: string;
  /** Names in expected.npz. */
  readonly input: string;
  readonly output: string;
  /** Shape of one example, where the file's own is not taken. */
  readonly tensor?: string;
  /** Layers from input to output. */
  readonly layers: readonly string[];
}

const cases: readonly Case[] = [
  {
    folder: 'vae-mnist-onnx',
    file: 'vae_encoder.onnx',
    input: 'encoder_input',
    output: 'vae_encoder_output',
    layers: ['encoder/conv1', 'encoder/conv2', 'encoder/fc1', 'encoder/fc2'],
  },
  {
    folder: 'vae-mnist-onnx',
    file: 'vae_decoder.onnx',
    input: 'vae_decoder_input',
    output: 'vae_decoder_tensor_28',
    tensor: '28',
    layers: ['0/fc2', '0/fc1', '0/convT2', '0/convT1'],
  },
  {
    folder: 'vae-mnist-onnx',
    file: 'ae_encoder.onnx',
    input: 'encoder_input',
    output: 'ae_encoder_output',
    layers: ['conv1', 'conv2', 'fc1', 'fc2'],
  },
  {
    folder: 'vae-mnist-onnx',
    file: 'ae_decoder.onnx',
    input: 'ae_decoder_input',
    output: 'ae_decoder_tensor_28',
    tensor: '28',
    layers: ['0/fc2', '0/fc1', '0/convT2', '0/convT1'],
  },
  {
    folder: 'super-resolution-onnx',
    file: 'pytorch_super_resolution.onnx',
    input: 'input',
    output: 'output',
    layers: ['conv1', 'conv2', 'conv3', 'conv4'],
  },
  {
    folder: 'mnist-cnn',
    file: 'mnist.onnx',
    input: 'input',
    output: 'onnx_output',
    layers: ['conv1', 'conv2', 'conv3', 'norm1', 'fc1', 'fc2', 'norm2'],
  },
];

/** The loss that the expected gradients are of. */
function lossOf(
  words: string,
  output: Tensor,
  arrays: Map<string, { data: ArrayLike<number | bigint> }>,
): Tensor {
  if (words.startsWith('mean(output^2)')) return mean(mul(output, output));
  if (words.includes('images_uint8/255')) {
    const images = constant(
      Float64Array.from(arrays.get('images_uint8')!.data as Uint8Array, (v) => v / 255),
      output.shape as number[],
    );
    return mean(square(sub(output, images)));
  }
  if (words.includes('-output[label]')) {
    const labels = Int32Array.from(arrays.get('labels')!.data as Uint8Array);
    return neg(mean(gatherElements(output, constant(labels, [labels.length, 1]), 1)));
  }
  throw new Error(`unknown loss: ${words}`);
}

describe.skipIf(!existsSync(models))('models of the shared folder', () => {
  test.each(cases.map((c) => [c.file, c] as const))('%s', async (_, c) => {
    const folder = join(models, c.folder);
    const arrays = readNpzFile(join(folder, 'expected.npz'));
    const example = arrays.get(c.input)!;
    const expected = (
      JSON.parse(readFileSync(join(folder, 'expected-gradients.json'), 'utf8')) as Record<string, Expected>
    )[c.file]!;
    const model = decodeModel(readFileSync(join(folder, c.file)), c.file);
    const [declared] = model.graph.inputs.filter(
      ({ name }) => !model.graph.initializers.some((t) => t.name === name),
    );
    const imported = importProgram(model, {
      shapes: (batch) => ({ [declared!.name]: [batch, ...example.shape.slice(1)] }),
      ...(c.tensor === undefined ? {} : { outputs: [c.tensor] }),
      ...(declared!.shape![0] === 1 ? { declaredBatch: 1 } : {}),
    });
    expect(imported.layers).toEqual(c.layers);
    expect(imported.blocked).toEqual([]);

    const { output } = { output: Object.values(imported.program.outputs)[0]! };
    const made = instantiateProgram(
      { outputs: { output } },
      ({ attributes: { name, shape, dtype } }) =>
        input(name, name.includes('/') ? shape : example.shape, dtype),
      { [BATCH]: example.shape[0]! },
    ).output!;
    const loss = lossOf(expected.loss, made, arrays);
    const weights = [
      ...imported.parameters.map((w) => ({ ...w, at: weightInputs.parameter(w.name) })),
      ...imported.state.map((w) => ({ ...w, at: weightInputs.state(w.name) })),
    ];
    const nodes = program({ loss }).inputs;
    const tensorOf = (name: string) => nodes.find(({ attributes }) => attributes.name === name)!.outputs[0]!;
    const found = gradients(
      loss,
      weights.map(({ at }) => tensorOf(at)),
    );
    const p = optimiseProgram(
      program({
        output: made,
        loss,
        ...Object.fromEntries(weights.map(({ name }, i) => [`gradient ${name}`, found[i]!])),
      }),
    );
    const executable = await compile(p);
    try {
      const results = await executable.run({
        [declared!.name]: Float32Array.from(example.data as Float32Array),
        ...Object.fromEntries(weights.map(({ at, values }) => [at, values])),
      });
      const wanted = arrays.get(c.output)!.data as Float32Array;
      const output = results.output as Float32Array;
      expect(output.length).toBe(wanted.length);
      const worst = output.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i]!)), 0);
      expect(worst).toBeLessThan(1e-4);
      expect(results.loss![0]).toBeCloseTo(expected.value, 4);
      const given = Object.entries(expected.gradients).filter(([, { unused }]) => unused !== true);
      expect(imported.parameters.length).toBe(given.length);
      for (const [name, wantedGradient] of given) {
        const own = weights.find((w) => w.name === name.replaceAll('.', '/'));
        expect(own, name).toBeDefined();
        const gradient = results[`gradient ${own!.name}`] as Float32Array;
        const { max_abs: scale } = wantedGradient;
        for (const [at, value] of Object.entries(wantedGradient.samples))
          expect(Math.abs(gradient[Number(at)]! - value), `${name}[${at}]`).toBeLessThan(1e-3 * scale);
        const l2 = Math.sqrt(gradient.reduce((sum, v) => sum + v * v, 0));
        expect(Math.abs(l2 / wantedGradient.l2 - 1), name).toBeLessThan(1e-3);
      }
    } finally {
      await executable.dispose();
    }
  });
});
