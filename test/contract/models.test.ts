import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { characterTokenizer } from '../../src/data/tokenizers/character-tokenizer.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/models/checkpoint.ts';
import { createContext, inputNames } from '../../src/models/context.ts';
import { drawImages, drawTokens } from '../../src/models/draw-samples.ts';
import type { ExampleTable } from '../../src/models/example-table.ts';
import { createModel, type FamilyName, families } from '../../src/models/index.ts';
import type { Model, Weights } from '../../src/models/model.ts';
import { NO_TARGET } from '../../src/models/next-token.ts';
import { noiseFeeds } from '../../src/models/noise.ts';
import { mapExamples } from '../../src/models/run-model.ts';
import { weightsHash } from '../../src/models/weight-tensors.ts';
import { freshWeights, weightFeeds } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { sum } from '../../src/tensor/functions/reduction.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { expectParameterGradients } from '../expect-parameter-gradients.ts';
import { importedCases } from '../imported-cases.ts';

/** Small configurations of every family; a family without a case does not compile. */
const cases: Record<FamilyName | 'imported', Record<string, Record<string, unknown>>> = {
  imported: importedCases,
  vae: {
    bernoulli: { image: [1, 4, 4], hidden: [6], latent: 3 },
    'gaussian, convolutional': {
      image: [1, 8, 8],
      architecture: 'convolutional',
      channels: [2, 3],
      latent: 2,
      likelihood: 'gaussian',
      activation: 'elu',
    },
    'discretised logistic, colour': {
      image: [3, 4, 4],
      hidden: [5],
      latent: 2,
      likelihood: 'discretised-logistic',
      beta: 0.5,
      activation: 'tanh',
    },
    'importance-weighted': {
      image: [1, 4, 4],
      hidden: [6],
      latent: 3,
      objective: 'iwae',
      importanceSamples: 3,
      activation: 'tanh',
    },
    'VampPrior, convolutional': {
      image: [1, 4, 4],
      architecture: 'convolutional',
      channels: [2],
      latent: 2,
      prior: 'vamp',
      pseudoInputs: 4,
      activation: 'elu',
    },
    'VampPrior, importance-weighted': {
      image: [1, 2, 2],
      hidden: [],
      latent: 2,
      likelihood: 'gaussian',
      prior: 'vamp',
      pseudoInputs: 3,
      objective: 'iwae',
    },
    'by class': {
      image: [1, 4, 4],
      hidden: [6],
      latent: 3,
      activation: 'tanh',
      conditional: true,
      classes: [...'abcdefg'],
    },
    'by class, importance-weighted, convolutional': {
      image: [2, 4, 4],
      architecture: 'convolutional',
      channels: [2],
      latent: 2,
      activation: 'elu',
      objective: 'iwae',
      importanceSamples: 2,
      conditional: true,
      classes: [...'abcdefg'],
    },
  },
  'vq-vae': {
    bernoulli: {
      image: [1, 8, 8],
      channels: [3, 2],
      codes: 5,
      vector: 3,
      activation: 'tanh',
      priorLayers: 1,
      priorHeads: 2,
      priorWidth: 4,
    },
    'levels, colour, one place': {
      image: [3, 4, 4],
      channels: [2, 3],
      codes: 4,
      vector: 2,
      activation: 'elu',
      likelihood: 'discretised-logistic',
      priorLayers: 1,
      priorHeads: 1,
      priorWidth: 2,
      priorDropout: 0.2,
      temperature: 0.7,
    },
  },
  autoencoder: {
    plain: { image: [1, 4, 4], hidden: [6], latent: 3, activation: 'gelu' },
    denoising: { image: [1, 4, 4], hidden: [6], latent: 3, noise: 0.3, activation: 'tanh' },
  },
  gan: {
    'spectral norms': { image: [1, 4, 4], latent: 3, generatorChannels: [3], discriminatorChannels: [2] },
    'hinge, by class': {
      image: [1, 8, 8],
      latent: 3,
      generatorChannels: [3, 2],
      discriminatorChannels: [2, 3],
      objective: 'hinge',
      conditional: true,
      classes: [...'abcdefg'],
    },
    'WGAN-GP': {
      image: [1, 4, 4],
      latent: 3,
      generatorChannels: [3],
      discriminatorChannels: [2],
      normalisation: 'none',
      activation: 'tanh',
      objective: 'wasserstein',
      spectralNorm: false,
      gradientPenalty: 10,
    },
    'least squares, R1, by class without normalisation': {
      image: [3, 4, 4],
      latent: 2,
      generatorChannels: [3],
      discriminatorChannels: [2],
      normalisation: 'none',
      activation: 'elu',
      objective: 'least-squares',
      spectralNorm: false,
      r1: 0.5,
      conditional: true,
      classes: [...'abcdefg'],
    },
  },
  diffusion: {
    'epsilon, two resolutions, attention': {
      image: [1, 4, 4],
      channels: 4,
      groups: 2,
      multipliers: [1, 2],
      times: 100,
      steps: 4,
    },
    'v, cosine, noise in sampling': {
      image: [2, 4, 2],
      channels: 2,
      groups: 1,
      multipliers: [1],
      blocks: 2,
      attention: false,
      prediction: 'v',
      noiseSchedule: 'cosine',
      times: 20,
      steps: 5,
      eta: 0.7,
      dropout: 0.2,
      likelihood: 'none',
    },
    'by class with guidance, ddpm, binary': {
      image: [1, 2, 2],
      channels: 4,
      groups: 2,
      multipliers: [1],
      times: 6,
      sampler: 'ddpm',
      likelihood: 'binary',
      conditional: true,
      classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      guidance: 0.5,
    },
  },
  'flow-matching': {
    'rk4, two resolutions': {
      image: [1, 4, 4],
      channels: 4,
      groups: 2,
      multipliers: [1, 2],
      solver: 'rk4',
      steps: 2,
      leastNoise: 0.01,
    },
    'midpoint, by class with guidance': {
      image: [2, 2, 2],
      channels: 4,
      groups: 2,
      multipliers: [1],
      solver: 'midpoint',
      steps: 2,
      conditional: true,
      classes: [...'abcdefg'],
      guidance: 0.5,
    },
  },
  'normalizing-flow': {
    levels: { image: [1, 4, 4], scales: 2, depth: 2, hidden: 4 },
    'binary, colour': { image: [3, 2, 2], scales: 1, depth: 1, hidden: 3, likelihood: 'binary' },
    density: { image: [2, 2, 4], scales: 1, depth: 2, hidden: 4, likelihood: 'density' },
  },
  transformer: {
    tied: { vocabulary: 7, context: 5, layers: 2, heads: 2, width: 8 },
    'rotary, own output, biases': {
      vocabulary: 7,
      context: 5,
      layers: 1,
      heads: 2,
      width: 8,
      positions: 'rotary',
      tied: false,
      bias: true,
    },
    dropout: { vocabulary: 7, context: 5, layers: 1, heads: 2, width: 8, dropout: 0.2 },
  },
  recurrent: {
    'lstm, tied': { vocabulary: 7, context: 5, width: 6, hidden: 5 },
    'gru, own output': {
      vocabulary: 7,
      context: 5,
      cell: 'gru',
      width: 4,
      hidden: 6,
      layers: 3,
      tied: false,
    },
    'lstm, all dropouts': {
      vocabulary: 7,
      context: 5,
      width: 4,
      hidden: 5,
      embeddingDropout: 0.1,
      inputDropout: 0.2,
      hiddenDropout: 0.3,
      outputDropout: 0.2,
      weightDropout: 0.4,
    },
    'gru, one layer, all dropouts': {
      vocabulary: 7,
      context: 5,
      cell: 'gru',
      layers: 1,
      width: 4,
      embeddingDropout: 0.2,
      inputDropout: 0.2,
      outputDropout: 0.2,
      weightDropout: 0.4,
    },
  },
  gpt2: {
    tied: { vocabulary: 7, context: 5, positions: 6, layers: 2, heads: 2, width: 8 },
    'own output, dropout': {
      vocabulary: 7,
      context: 5,
      layers: 1,
      heads: 2,
      width: 8,
      hidden: 12,
      activation: 'gelu',
      tied: false,
      embeddingDropout: 0.2,
      attentionDropout: 0.3,
      residualDropout: 0.1,
    },
  },
  llama: {
    'grouped queries, tied': {
      vocabulary: 7,
      context: 5,
      layers: 2,
      heads: 4,
      keyHeads: 2,
      width: 8,
      hidden: 12,
    },
    'biases, window, stretched positions, own output': {
      vocabulary: 7,
      context: 5,
      positions: 9,
      layers: 2,
      heads: 2,
      keyHeads: 1,
      headWidth: 6,
      width: 8,
      attentionBias: 'qkv',
      window: 2,
      windowFrom: 1,
      scaling: { kind: 'llama3', factor: 4, lowFrequency: 1, highFrequency: 4, originalContext: 8 },
      tied: false,
      attentionDropout: 0.2,
    },
    'all biases': {
      vocabulary: 7,
      context: 5,
      layers: 1,
      heads: 2,
      width: 8,
      attentionBias: 'all',
      mlpBias: true,
      scaling: { kind: 'linear', factor: 2 },
    },
  },
};

const all = Object.entries(cases).flatMap(([family, configs]) =>
  Object.entries(configs).map(([name, config]) => ({
    title: `${family} (${name})`,
    family,
    config,
  })),
);

const seed = stream(5);
const run = { batchSize: 4, threads: 1, device: 'cpu' } as const;

/** Fresh weights, moved away from the constants at which some start: zeros hide what stands before them. */
function movedWeights(model: Model): Weights {
  const { parameters, state } = freshWeights(model, seed.child('init'));
  const moved = model.parameters.map(({ name, initial }) => {
    const values = parameters[name]!;
    if (initial.draw !== 'constant') return [name, values] as const;
    const shifts = seed.child('moved').child(name).normals(values.length);
    return [name, values.map((v, i) => v + 0.2 * shifts[i]!)] as const;
  });
  return { parameters: Object.fromEntries(moved), state };
}

function examples(model: Model, count: number): ExampleTable {
  const fields = model.fields.map(({ name, shape, dtype }) => {
    const n = count * sizeOf(shape);
    const draws = seed.child('examples').child(name);
    const tokens = () =>
      draws.integers(n, 7).map((v, i) => (name === 'targets' && i % 11 === 3 ? NO_TARGET : v));
    const pixels = () =>
      (draws.uniforms(n, new Float32Array(n)) as Float32Array).map((v) => Math.round(v * 255) / 255);
    return [name, { shape, data: dtype === 'int32' ? tokens() : pixels() }] as const;
  });
  return { count, fields: Object.fromEntries(fields) };
}

/** Feeds of one batch with the first examples, all weights and fixed noise, for the reference evaluator. */
function feedsOf(model: Model, batch: number, context: ReturnType<typeof createContext>) {
  const table = examples(model, batch);
  const noise = context.noises.map(({ name, kind, shape }) => {
    const draws = seed.child('noise').child(name);
    const n = sizeOf(shape as number[]);
    return [inputNames.noise(name), kind === 'normal' ? draws.normals(n) : draws.uniforms(n)] as const;
  });
  return {
    ...weightFeeds(movedWeights(model)),
    ...Object.fromEntries(noise),
    ...Object.fromEntries(
      Object.entries(table.fields).map(([name, { data }]) => [inputNames.field(name), data]),
    ),
  };
}

/**
 * Feeds with state that an update no longer changes: spectral vectors are constants to the gradient, which is exact
 * where they are singular vectors.
 */
function settled(state: Readonly<Record<string, Tensor>>, feeds: ReturnType<typeof feedsOf>): typeof feeds {
  const names = Object.keys(state);
  if (names.length === 0) return feeds;
  let now = feeds;
  for (let i = 0; i < 300; i++) {
    const values = evaluateTensors(Object.values(state), now);
    now = {
      ...now,
      ...Object.fromEntries(
        names.map((name, k) => [inputNames.state(name), Float64Array.from(values[k]!.data)]),
      ),
    } as typeof feeds;
  }
  return now;
}

test('every family has a case', () => {
  expect(Object.keys(cases).sort()).toEqual([...Object.keys(families), 'imported'].sort());
});

describe.each(all)('$title', ({ family, config }) => {
  const model = createModel(family, config);
  const weights = movedWeights(model);

  test('comes back from JSON with the same parameters', () => {
    const again = createModel(model.family, JSON.parse(JSON.stringify(model.config)));
    expect(again.parameters).toEqual(model.parameters);
    expect(again.layers).toEqual(model.layers);
  });

  test('every parameter has a name of its own and a known layer, every layer a parameter', () => {
    const names = model.parameters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(model.parameters.map(({ layer }) => layer))).toEqual(new Set(model.layers));
  });

  test("the objective's gradients equal central differences", () => {
    for (const player of model.players) {
      const context = createContext(model, { batchSize: 2, training: new Set(player.layers) });
      const loss = sum(player.objective(context).cost);
      const feeds = settled(player.objective(context).state ?? {}, feedsOf(model, 2, context));
      // Networks of many parameters are looked at in one place of each.
      const elements = model.parameters.length > 40 ? 1 : 3;
      expectParameterGradients(loss, model, context, feeds, 1e-5, elements);
    }
  });

  test('the engine agrees with the reference evaluator, for every batch size', async () => {
    const table = examples(model, 6);
    const player = model.players[0]!;
    const cost = (size: number) =>
      mapExamples(model, weights, table, (context) => player.objective(context).cost, seed, {
        ...run,
        batchSize: size,
      });
    const context = createContext(model, { batchSize: 6 });
    const value = player.objective(context).cost;
    const [a, b] = [await cost(6), await cost(4)];
    a.data.forEach((v, i) => {
      expect(Math.abs(b.data[i]! - v)).toBeLessThan(1e-4 * Math.abs(v) + 1e-4);
    });
    const drawn = noiseFeeds(context.noises);
    drawn.drawFor(seed, [0, 1, 2, 3, 4, 5]);
    const noise = drawn.feeds;
    const feeds = {
      ...weightFeeds(weights),
      ...noise,
      ...Object.fromEntries(
        Object.entries(table.fields).map(([name, { data }]) => [inputNames.field(name), data]),
      ),
    };
    const [expected] = evaluateTensors([value], feeds);
    a.data.forEach((v, i) => {
      expect(Math.abs(v - expected!.data[i]!)).toBeLessThan(1e-4 * Math.abs(expected!.data[i]!) + 1e-4);
    });
  });

  test('a checkpoint comes back bit for bit, and equal models give equal files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'graft-model-'));
    try {
      const own =
        model.sampler.kind === 'autoregressive'
          ? { tokenizer: characterTokenizer([...'abcdefg'], { unseen: 'refuse' }) }
          : {};
      saveCheckpoint(folder, { model, weights, data: {}, ...own }, '# card\n');
      const back = loadCheckpoint(folder);
      expect(back.weights).toEqual({ parameters: { ...weights.parameters }, state: { ...weights.state } });
      expect(weightsHash(back.model, back.weights)).toBe(weightsHash(model, weights));
      const bytes = readFileSync(join(folder, 'model.safetensors'));
      saveCheckpoint(folder, back, '# card\n');
      expect(readFileSync(join(folder, 'model.safetensors')).equals(bytes)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(model.sampler.kind === 'none')(
    'samples have the shape of examples and do not depend on the batch size',
    async () => {
      const { sampler } = model;
      const draw = async (batchSize: number) => {
        const options = { ...run, count: 5, batchSize };
        if (sampler.kind === 'none') return new Float32Array(0);
        if (sampler.kind !== 'autoregressive')
          return (await drawImages(model, sampler, weights, seed, options)).data;
        const drawn = await drawTokens(model, sampler, weights, seed, { ...options, prompt: [1], length: 5 });
        return Float32Array.from(drawn.sequences.flatMap((ids) => [...ids]));
      };
      const [a, b] = [await draw(5), await draw(2)];
      const tokens = sampler.kind === 'autoregressive';
      expect(a).toHaveLength(tokens ? 25 : 5 * sizeOf(model.fields[0]!.shape));
      expect(a.every((v) => Number.isFinite(v) && v >= 0 && v <= (tokens ? 6 : 1))).toBe(true);
      a.forEach((v, i) => {
        expect(b[i]).toBeCloseTo(v, 4);
      });
    },
  );

  test.runIf(model.sampler.kind === 'autoregressive')(
    'generation from the cache equals the uncached model token by token',
    async () => {
      const { sampler } = model;
      if (sampler.kind !== 'autoregressive') return;
      const options = { ...run, count: 3, batchSize: 3, prompt: [2, 4], length: 5, temperature: 0 };
      const { sequences } = await drawTokens(model, sampler, weights, seed, options);
      for (const sequence of sequences) {
        const tokens = [2, 4];
        for (const chosen of sequence) {
          const context = createContext(model, {
            batchSize: 1,
            extraFields: { tokens: { shape: [1, tokens.length], dtype: 'int32' } },
          });
          const logits = sampler.logits(context, tokens.length);
          const [value] = evaluateTensors([logits], {
            ...weightFeeds(weights),
            [inputNames.field('tokens')]: tokens,
          });
          const last = [...value!.data.subarray((tokens.length - 1) * sampler.vocabulary)];
          expect(chosen).toBe(last.indexOf(Math.max(...last)));
          tokens.push(chosen);
        }
        expect(tokens).toHaveLength(6);
      }
    },
  );
});
