/** Models of Keras as tf2onnx writes them: channels last, recurrent layers as loops over time. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ExampleTable } from '../../src/models/example-table.ts';
import { importOnnx } from '../../src/models/imported/import-onnx.ts';
import type { ModelContext } from '../../src/models/model.ts';
import { mapExamples } from '../../src/models/run-model.ts';
import { stream } from '../../src/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

const folder = new URL('imported/', import.meta.url);
/** Written by `imported/generate-keras.py`. */
const values = JSON.parse(readFileSync(new URL('keras.json', folder), 'utf8')) as Record<
  'autoencoder' | 'language',
  { x: number[]; y: number[] }
>;
const file = (name: string) => fileURLToPath(new URL(`keras-${name}.onnx`, folder));

async function check(
  { model, weights }: ReturnType<typeof importOnnx>,
  fields: ExampleTable['fields'],
  build: (context: ModelContext) => Tensor,
  wanted: readonly number[],
): Promise<void> {
  const found = await mapExamples(model, weights, { count: 3, fields }, build, stream(0), {
    batchSize: 3,
    threads: 1,
    device: 'cpu',
  });
  expect(found.data.length).toBe(wanted.length);
  wanted.forEach((v, i) => {
    expect(Math.abs(found.data[i]! - v)).toBeLessThan(1e-5);
  });
}

test('an autoencoder, cut at its code', async () => {
  const made = importOnnx(file('autoencoder'), { role: 'autoencoder' });
  const { model } = made;
  expect(model.config).toMatchObject({ image: [1, 12, 12], latent: 5 });
  expect(model.layers).toEqual(['down_1', 'norm_1/batchnorm', 'code_1', 'spread_1', 'up_1', 'pixels_1']);
  const x = { shape: [1, 12, 12], data: Float32Array.from(values.autoencoder.x) };
  await check(made, { x }, model.reconstruct!, values.autoencoder.y);
});

test('a recurrent language model', async () => {
  const made = importOnnx(file('language'), { role: 'next-token' });
  const { sampler } = made.model;
  if (sampler.kind !== 'autoregressive') throw new Error('it makes no tokens');
  const tokens = { shape: [6], data: Int32Array.from(values.language.x) };
  await check(made, { tokens, targets: tokens }, (context) => sampler.logits(context, 6), values.language.y);
});
