import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { constant, input } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import { mul, sigmoid } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { quantise, straightThrough } from './code-book.ts';
import { createContext, inputNames } from './context.ts';
import { drawImages } from './draw-samples.ts';
import type { IterativeSampler, ModelContext, Weights } from './model.ts';
import { mapExamples } from './run-model.ts';
import { createVqVae, type VqVaeConfig } from './vq-vae.ts';
import { freshWeights, weightFeeds } from './weights.ts';

const run = { batchSize: 4, threads: 1, device: 'cpu' } as const;

describe('a code book', () => {
  const book = constant(Float64Array.of(0, 0, 1, 0, 0, 2, 1, 0), [4, 2]);

  test('gives the nearest entry, of equally near ones the first', () => {
    const vectors = constant(Float64Array.of(0.4, 0.1, 0.9, -3, 0.1, 1.7), [3, 2]);
    const { codes, entries } = quantise(book, vectors);
    const [found, chosen] = evaluateTensors([codes, entries], {});
    expect([...found!.data]).toEqual([0, 1, 2]);
    expect([...chosen!.data]).toEqual([0, 0, 1, 0, 0, 2]);
  });

  test('the gradient at the vectors is that of what reads the entries, at the entries', () => {
    const vectors = input('v', [3, 2]);
    const values = Float64Array.of(0.4, 0.1, 0.9, -3, 0.1, 1.7);
    const decoder = constant(stream(1).normals(8) as Float64Array, [2, 4]);
    const cost = (x: ReturnType<typeof input>) => {
      const y = sigmoid(matmul(x, decoder));
      return sum(mul(y, y));
    };
    const { entries } = quantise(book, vectors);
    const passed = straightThrough(vectors, entries);
    const at = input('e', [3, 2]);
    const [value, chosen, handed] = evaluateTensors(
      [passed, entries, gradients(cost(passed), [vectors])[0]!],
      { v: values },
    );
    expect([...value!.data]).toEqual([...chosen!.data]);
    const [wanted] = evaluateTensors([gradients(cost(at), [at])[0]!], { e: chosen!.data as Float64Array });
    expect([...handed!.data]).toEqual([...wanted!.data]);
    expect(wanted!.data.some((g) => Math.abs(g) > 0.01)).toBe(true);
  });
});

const model = createVqVae({
  image: [1, 4, 4],
  channels: [3],
  codes: 3,
  vector: 2,
  priorLayers: 1,
  priorHeads: 1,
  priorWidth: 4,
});
const sampler = model.sampler as IterativeSampler;
const fresh = freshWeights(model, stream(3));
const larger = (name: string, factor: number) => fresh.parameters[name]!.map((w) => factor * w);

/** A prior that is far from flat, and an encoder that gives a place the code 0, 1 or 2 where its pixels are 0, 1/2 or 1. */
const weights: Weights = {
  state: {},
  parameters: {
    ...fresh.parameters,
    'encoder/0/weight': Float32Array.from({ length: 48 }, (_, i) =>
      i < 16 && [5, 6, 9, 10].includes(i) ? 0.25 : 0,
    ),
    'encoder/0/bias': new Float32Array(3),
    'encoder/latent/weight': Float32Array.of(2, 0, 0, 0, 0, 0),
    'encoder/latent/bias': Float32Array.of(-1, 0),
    'codebook/weight': Float32Array.of(-1, 0, 0, 0, 1, 0),
    'decoder/0/weight': larger('decoder/0/weight', 3),
    'decoder/output/weight': larger('decoder/output/weight', 6),
    'prior/embedding/token': larger('prior/embedding/token', 40),
    'prior/output/weight': larger('prior/output/weight', 60),
  },
};

/** All 81 grids of codes, and for each an image that the encoder gives them. */
const grids = Array.from({ length: 81 }, (_, i) => [27, 9, 3, 1].map((d) => Math.floor(i / d) % 3));
const coded = Float64Array.from(
  grids.flatMap((codes) =>
    Array.from({ length: 16 }, (_, i) => codes[2 * Math.floor(i / 8) + Math.floor((i % 4) / 2)]! / 2),
  ),
);

/** A value for each of the images with those grids of codes. */
function onGrids(build: (context: ModelContext) => Tensor): number[] {
  const context = createContext(model, { batchSize: grids.length });
  const feeds = { ...weightFeeds(weights), [inputNames.field('x')]: coded };
  return [...evaluateTensors([build(context)], feeds)[0]!.data];
}

const priorShares = onGrids((on) => model.players[1]!.objective(on).terms!.prior!).map((cost) =>
  Math.exp(-cost),
);
const states = constant(Float64Array.from(grids.flat()), [grids.length, 4]);
const means = onGrids((on) => sampler.finish(states, on));

test('the prior is a distribution of grids of codes', () => {
  expect(priorShares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 8);
  expect(Math.max(...priorShares)).toBeGreaterThan(3 / 81);
});

test('examples come back as what the decoder makes of their codes', () => {
  onGrids((on) => model.reconstruct!(on)).forEach((v, i) => {
    expect(v).toBeCloseTo(means[i]!, 10);
  });
});

test('samples are images of grids of codes, each as often as the prior says', async () => {
  const count = 3000;
  const { data } = await drawImages(model, sampler, weights, stream(5), { ...run, batchSize: 500, count });
  const shares = new Array<number>(grids.length).fill(0);
  for (let i = 0; i < count; i++) {
    const distances = grids.map((_, g) => {
      let d = 0;
      for (let p = 0; p < 16; p++) d += (data[16 * i + p]! - means[16 * g + p]!) ** 2;
      return d;
    });
    const nearest = distances.indexOf(Math.min(...distances));
    expect(distances[nearest]!).toBeLessThan(1e-9);
    shares[nearest]! += 1 / count;
  }
  priorShares.forEach((p, g) => {
    expect(Math.abs(shares[g]! - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count) + 1e-3);
  });
});

test('the likelihood is a lower bound: the codes of the encoder are one way among many to an example', async () => {
  const count = 6;
  const data = Float32Array.from(stream(8).uniforms(16 * count) as Float64Array, Math.round);
  const bounds = await mapExamples(
    model,
    weights,
    { count, fields: { x: { shape: [1, 4, 4], data } } },
    (on) => transpose(model.likelihood!.logWeights(on, 3), [1, 0]),
    stream(1),
    run,
  );
  for (let i = 0; i < count; i++) {
    const joint = grids.map((_, g) => {
      let nats = Math.log(priorShares[g]!);
      for (let p = 0; p < 16; p++) {
        const mean = means[16 * g + p]!;
        nats += Math.log(data[16 * i + p] === 1 ? mean : 1 - mean);
      }
      return nats;
    });
    const exact = Math.log(joint.reduce((sum, nats) => sum + Math.exp(nats), 0));
    const [first, second, third] = bounds.data.slice(3 * i, 3 * i + 3);
    expect(first!).toBeLessThan(exact);
    // It is the term of one grid, and further draws are the same.
    expect(Math.min(...joint.map((nats) => Math.abs(nats - first!)))).toBeLessThan(1e-4);
    expect([second, third]).toEqual([first, first]);
  }
});

test('the cost of the last player, which looks at validation measure, is the negative bound', () => {
  const context = createContext(model, { batchSize: grids.length, training: new Set(model.layers) });
  const { cost } = model.players[1]!.objective(context);
  const feeds = { ...weightFeeds(weights), [inputNames.field('x')]: coded };
  const bound = sum(model.likelihood!.logWeights(context, 1), 0);
  const [a, b] = evaluateTensors([cost, bound], feeds);
  a!.data.forEach((v, i) => {
    expect(v).toBeCloseTo(-b!.data[i]!, 10);
  });
});

test('a lower temperature draws the likely codes more often', async () => {
  const draw = async (temperature: number) => {
    const cool = createVqVae({ ...(model.config as VqVaeConfig), temperature });
    const options = { ...run, batchSize: 100, count: 100 };
    const { data } = await drawImages(cool, cool.sampler as IterativeSampler, weights, stream(5), options);
    return new Set(Array.from({ length: 100 }, (_, i) => data.slice(16 * i, 16 * i + 16).join())).size;
  };
  expect(await draw(0.2)).toBeLessThan(await draw(1));
});

test('codes are told as the encoder gives them', async () => {
  expect(model.codes!.entries).toBe(3);
  expect(onGrids((on) => model.codes!.of(on))).toEqual(grids.flat());
});
