import { expect, test } from 'vitest';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import { drawImages } from '../models/draw-samples.ts';
import { createGan, type GanConfig } from '../models/gan.ts';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { criterionInput, sampleCriterion } from './sample-criterion.ts';

const run = { threads: 1, device: 'cpu' as const };
const config = (channels: number): GanConfig => ({
  image: [channels, 8, 8],
  latent: 4,
  generatorChannels: [4],
  discriminatorChannels: [2],
});
const table = (count: number, channels: number) => {
  const shape = [channels, 8, 8];
  const n = count * channels * 64;
  return { count, fields: { x: { shape, data: Float32Array.from(stream(2).uniforms(n)) } } };
};

test('models whose loss tells good from bad have no criterion, colours beyond networks are compared in pixels', () => {
  expect(criterionInput(createVae({ image: [1, 8, 8] }))).toBeUndefined();
  expect(criterionInput(createGan(config(1)))).toMatchObject({
    network: 'glyphs',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(criterionInput(createGan(config(2)))).toEqual({ network: 'pixels', hash: '' });
});

test('a look is the biased kernel distance between the examples and samples of fixed latent vectors', async () => {
  const gan = createGan(config(2));
  const validation = table(20, 2);
  const criterion = await sampleCriterion(gan, validation, { network: 'pixels', hash: '' }, run);
  const weights = freshWeights(gan, stream(1));
  const { value, terms } = await criterion.evaluate(weights, stream(3));
  expect(await criterion.evaluate(weights, stream(3))).toEqual({ value, terms });
  if (gan.sampler.kind !== 'latent') throw new Error('a latent model');
  const samples = await drawImages(gan, gan.sampler, weights, stream(3).child('latents'), {
    ...run,
    count: 256,
    batchSize: 64,
  });
  const inputs = {
    real: matrix(20, 128, validation.fields.x.data),
    generated: matrix(256, 128, samples.data),
  };
  expect(value).toBeCloseTo(applyMetric(metrics.kid, inputs).extras!.biased as number, 6);
  // Fresh weights make nearly the same image of every vector; the examples are noise.
  expect(terms!.diversity).toBeGreaterThan(0);
  expect(terms!.diversity).toBeLessThan(0.5);
  expect(criterion).toMatchObject({ isLoss: false, unit: 'kernel distance of samples in pixels' });
});

test('samples that are the examples are nearer than others, in a feature network, and as diverse', async () => {
  const gan = createGan(config(1));
  const examples = table(300, 1);
  const place = criterionInput(gan)!;
  if (gan.sampler.kind !== 'latent') throw new Error('a latent model');
  const weights = freshWeights(gan, stream(1));
  const made = await drawImages(gan, gan.sampler, weights, stream(9), { ...run, count: 300, batchSize: 100 });
  const own = { count: 300, fields: { x: { shape: [1, 8, 8], data: made.data } } };
  const near = await (await sampleCriterion(gan, own, place, run)).evaluate(weights, stream(3));
  const far = await (await sampleCriterion(gan, examples, place, run)).evaluate(weights, stream(3));
  expect(near.value).toBeGreaterThanOrEqual(0);
  expect(near.value).toBeLessThan(far.value / 10);
  expect(near.terms!.diversity).toBeCloseTo(1, 0);
});

test('weights that have diverged give no number', async () => {
  const gan = createGan(config(1));
  const criterion = await sampleCriterion(gan, table(8, 1), criterionInput(gan)!, run);
  const { parameters, state } = freshWeights(gan, stream(1));
  const broken = { ...parameters, 'generator/output/bias': Float32Array.of(Number.NaN) };
  expect((await criterion.evaluate({ parameters: broken, state }, stream(3))).value).toBeNaN();
});
