/** Models exported by both of PyTorch's exporters are trained as PyTorch trains them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { OptimiserSpec } from '../../src/engine/optimisers/optimiser-spec.ts';
import type { ExampleTable } from '../../src/models/example-table.ts';
import { importOnnx } from '../../src/models/imported/import-onnx.ts';
import type { OnnxImportOptions } from '../../src/models/imported/onnx-import-options.ts';
import { mapExamples } from '../../src/models/run-model.ts';
import { stream } from '../../src/random.ts';
import { epochs } from '../../src/training/batch-source.ts';
import { convergenceRule } from '../../src/training/convergence.ts';
import { train } from '../../src/training/train.ts';

interface Curve {
  readonly rate: number;
  readonly losses: readonly number[];
}

type Name = 'autoencoder' | 'lstm' | 'gru' | 'decoder';

const folder = new URL('imported/', import.meta.url);
/** Written by `imported/generate.py` with PyTorch 2.15. */
const values = JSON.parse(readFileSync(new URL('values.json', folder), 'utf8')) as {
  images: number[];
  tokens: number[];
  targets: number[];
} & Record<Name, { outputs: number[]; sgd: Curve; adam: Curve }>;

const COUNT = 8;
const TIME = 6;
const text: OnnxImportOptions = { role: 'next-token', context: TIME };

const cases: Readonly<Record<Name, { options: OnnxImportOptions; layers: readonly string[] }>> = {
  autoencoder: {
    options: { role: 'autoencoder', image: [1, 12, 12] },
    layers: [
      'encoder/0',
      'encoder/1',
      'encoder/3',
      'encoder/6',
      'decoder/0',
      'decoder/2',
      'decoder/3',
      'decoder/7',
    ],
  },
  lstm: { options: text, layers: ['embedding', 'cells', 'head'] },
  gru: { options: text, layers: ['embedding', 'cells', 'head'] },
  decoder: { options: text, layers: ['token', 'position', 'h/0', 'h/1', 'norm', 'head'] },
};

const numbers = (data: readonly number[]) => Int32Array.from(data);
const images: ExampleTable = {
  count: COUNT,
  fields: { x: { shape: [1, 12, 12], data: Float32Array.from(values.images) } },
};
const texts: ExampleTable = {
  count: COUNT,
  fields: {
    tokens: { shape: [TIME], data: numbers(values.tokens) },
    targets: { shape: [TIME], data: numbers(values.targets) },
  },
};

describe.each(Object.entries(cases) as [Name, (typeof cases)[Name]][])('%s', (name, { options, layers }) => {
  const { model, weights } = importOnnx(fileURLToPath(new URL(`${name}.onnx`, folder)), options);
  const table = name === 'autoencoder' ? images : texts;
  const { outputs, sgd, adam } = values[name];

  test('layers from input to output, outputs as PyTorch has them', async () => {
    expect(model.layers).toEqual(layers);
    const found = await mapExamples(
      model,
      weights,
      table,
      (context) =>
        model.sampler.kind === 'autoregressive'
          ? model.sampler.logits(context, TIME)
          : model.reconstruct!(context),
      stream(0),
      { batchSize: COUNT, threads: 1, device: 'cpu' },
    );
    expect(found.data.length).toBe(outputs.length);
    outputs.forEach((v, i) => {
      expect(Math.abs(found.data[i]! - v)).toBeLessThan(1e-4);
    });
  });

  const losses = async (optimiser: OptimiserSpec, { rate, losses: wanted }: Curve): Promise<number[]> => {
    const result = await train({
      model,
      start: weights,
      stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
      source: epochs(table, COUNT, stream(1)),
      validation: table,
      steps: wanted.length - 1,
      looks: wanted.length - 1,
      optimiser,
      learningRate: rate,
      schedule: 'constant',
      convergence: convergenceRule.parse({ patience: 1000, tolerance: 0 }),
      keep: 'last',
      stream: stream(2),
      threads: 1,
      device: 'cpu',
      memoryLimit: 1e8,
    });
    return result.looks.map(({ validation }) => validation);
  };
  const furthest = (found: readonly number[], wanted: readonly number[]): number => {
    expect(found.length).toBe(wanted.length);
    // The curve must be worth comparing.
    expect(Math.abs(wanted[0]! - wanted.at(-1)!)).toBeGreaterThan(0.02 * wanted[0]!);
    return wanted.reduce((most, v, i) => Math.max(most, Math.abs(found[i]! / v - 1)), 0);
  };

  test('50 updates by gradient descent', async () => {
    expect(furthest(await losses({ name: 'sgd' }, sgd), sgd.losses)).toBeLessThan(1e-3);
  });

  test('50 updates by Adam', async () => {
    expect(furthest(await losses({ name: 'adam' }, adam), adam.losses)).toBeLessThan(1e-2);
  });
});
