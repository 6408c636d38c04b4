import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { Device } from '../../src/engine/device.ts';
import { inputNames } from '../../src/models/context.ts';
import { drawImages } from '../../src/models/draw-samples.ts';
import type { ExampleTable } from '../../src/models/example-table.ts';
import { type ExportedProgram, exportModel } from '../../src/models/export-model.ts';
import { createModel } from '../../src/models/index.ts';
import type { Model, ModelContext, Weights } from '../../src/models/model.ts';
import { noiseFeeds } from '../../src/models/noise.ts';
import { mapExamples } from '../../src/models/run-model.ts';
import { freshWeights } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { transpose } from '../../src/tensor/functions/arrangement.ts';

const run = { batchSize: 3, threads: 1, device: 'cpu' as Device };
const image = [1, 8, 8];
const coders: [string, string, Record<string, unknown>][] = [
  ['dense VAE', 'vae', { image, hidden: [12], latent: 4 }],
  [
    'convolutional VAE of levels',
    'vae',
    { image, architecture: 'convolutional', channels: [4], latent: 3, likelihood: 'discretised-logistic' },
  ],
  [
    'importance-weighted VAE with a VampPrior',
    'vae',
    { image, hidden: [12], latent: 4, objective: 'iwae', prior: 'vamp', pseudoInputs: 3 },
  ],
  ['VAE by class', 'vae', { image, hidden: [12], latent: 4, conditional: true, classes: ['a', 'b', 'c'] }],
  ['Gaussian VAE', 'vae', { image, hidden: [12], latent: 4, likelihood: 'gaussian' }],
  ['autoencoder', 'autoencoder', { image, hidden: [12], latent: 4 }],
  ['GAN', 'gan', { image, latent: 4, generatorChannels: [3], discriminatorChannels: [2] }],
  [
    'GAN by class',
    'gan',
    {
      image,
      latent: 4,
      generatorChannels: [3],
      discriminatorChannels: [2],
      spectralNorm: false,
      conditional: true,
      classes: ['a', 'b', 'c'],
    },
  ],
];

/** Fresh weights, with the state of a fitted model in place of zeros. */
function someWeights(model: Model): Weights {
  const fresh = freshWeights(model, stream(3));
  const state = Object.fromEntries(
    model.state.map(({ name, shape }) => {
      const draws = Float32Array.from(
        stream(4)
          .child(name)
          .normals(shape.reduce((a, b) => a * b, 1)),
      );
      return [name, name.endsWith('/variance') ? draws.map((v) => v * v) : draws];
    }),
  );
  return { parameters: fresh.parameters, state };
}

const byName = (programs: readonly ExportedProgram[], name: string) =>
  programs.find((entry) => entry.name === name)!;

/** Runs an exported file with ONNX Runtime and nothing of Graft. */
async function runAlone(
  { bytes }: ExportedProgram,
  feeds: Record<string, { shape: readonly number[]; data: Float32Array | Int32Array }>,
) {
  const session = await InferenceSession.create(bytes);
  const outputs = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) => [
        name,
        data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape),
      ]),
    ),
  );
  await session.release();
  return outputs;
}

const expectNear = (received: Iterable<number>, wanted: Iterable<number>) => {
  const list = [...wanted];
  [...received].forEach((value, i) => {
    expect(Math.abs(value - list[i]!)).toBeLessThanOrEqual(1e-5 + 1e-4 * Math.abs(list[i]!));
  });
  expect([...received]).toHaveLength(list.length);
};

describe.each(coders)('%s', (_, family, config) => {
  const model = createModel(family, config);
  const weights = someWeights(model);
  const programs = exportModel(model, weights, { note: 'a test' });
  const count = 5;
  const pixels = Float32Array.from(stream(5).uniforms(count * 64), Math.round);
  const label = Int32Array.of(0, 2, 1, 0, 1);
  const table: ExampleTable = {
    count,
    fields: { x: { shape: image, data: pixels }, label: { shape: [], data: label } },
  };
  const byClass = (n: number) =>
    model.classes === undefined ? {} : { label: { shape: [n], data: label.slice(0, n) } };

  test('the sampler gives what the model decodes, for any batch', async () => {
    const { sampler } = model;
    if (sampler.kind !== 'latent') throw new Error('a latent model');
    const z = Float32Array.from(stream(6).normals(count * sampler.latent));
    const one = await runAlone(byName(programs, 'sampler'), {
      z: { shape: [1, sampler.latent], data: z.slice(0, sampler.latent) },
      ...byClass(1),
    });
    const all = await runAlone(byName(programs, 'sampler'), {
      z: { shape: [count, sampler.latent], data: z },
      ...byClass(count),
    });
    expect(all.image!.dims).toEqual([count, ...image]);
    expectNear(one.image!.data as Float32Array, (all.image!.data as Float32Array).subarray(0, 64));
    expect((all.image!.data as Float32Array).every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  test('the scorer gives the costs and reconstructions of the model', async () => {
    const scorer = byName(programs, 'scorer');
    const { likelihood } = model;
    const samples = 3;
    const latent = config.latent as number;
    const noise = Float32Array.from(stream(7).normals(samples * count * latent));
    const outputs = await runAlone(scorer, {
      x: { shape: [count, ...image], data: pixels },
      ...(likelihood === undefined ? {} : { noise: { shape: [samples, count, latent], data: noise } }),
      ...byClass(count),
    });
    if (model.score !== undefined) {
      const scores = await mapExamples(model, weights, table, model.score, stream(1), run);
      expectNear(outputs.score!.data as Float32Array, scores.data);
      expect(scorer.outputs.map(({ name }) => name)).toEqual(['score']);
      return;
    }
    const made = await mapExamples(model, weights, table, model.reconstruct!, stream(1), run);
    expectNear(outputs.reconstruction!.data as Float32Array, made.data);
    if (likelihood === undefined) {
      const player = model.players.at(-1)!;
      const cost = await mapExamples(
        model,
        weights,
        table,
        (context) => player.objective(context).cost,
        stream(1),
        run,
      );
      expectNear(outputs.cost!.data as Float32Array, cost.data);
      return;
    }
    expect(outputs.log_weights!.dims).toEqual([samples, count]);
    // The same noise by way of the model, whose draws belong to the examples.
    const drawn = await mapExamples(
      model,
      weights,
      table,
      (context) => transpose(likelihood.logWeights(context, samples), [1, 0]),
      stream(8),
      { ...run, batchSize: count },
    );
    const name = 'code';
    const draws = noiseFeeds([{ name, kind: 'normal', shape: [samples, count, latent], batchAxis: 1 }]);
    draws.drawFor(
      stream(8),
      Array.from({ length: count }, (__, i) => i),
    );
    const own = draws.feeds[inputNames.noise(name)]!;
    const again = await runAlone(scorer, {
      x: { shape: [count, ...image], data: pixels },
      noise: { shape: [samples, count, latent], data: own },
      ...byClass(count),
    });
    const transposed = again.log_weights!.data as Float32Array;
    expectNear(
      drawn.data,
      Float32Array.from(
        { length: samples * count },
        (__, i) => transposed[(i % samples) * count + Math.floor(i / samples)]!,
      ),
    );
  });

  test('inputs and outputs are described', () => {
    for (const { inputs, outputs } of programs)
      for (const { what, shape } of [...inputs, ...outputs]) {
        expect(what).not.toBe('');
        expect(shape).toContain('batch');
      }
  });
});

describe.each(['levels', 'density'])('normalising flow of %s', (likelihood) => {
  const shape = [1, 4, 4];
  const model = createModel('normalizing-flow', { image: shape, depth: 2, hidden: 4, likelihood });
  const weights = someWeights(model);
  const programs = exportModel(model, weights);
  const count = 3;
  const z = Float32Array.from(stream(6).normals(count * 16));

  test('samples are scored as the model scores them', async () => {
    const { image: x } = await runAlone(byName(programs, 'sampler'), { z: { shape: [count, 16], data: z } });
    expect(x!.dims).toEqual([count, ...shape]);
    const data = x!.data as Float32Array<ArrayBuffer>;
    const samples = likelihood === 'levels' ? 2 : 1;
    const draws = noiseFeeds([
      { name: 'dequantise', kind: 'uniform', shape: [samples, count, ...shape], batchAxis: 1 },
    ]);
    draws.drawFor(stream(8), [0, 1, 2]);
    const uniform = draws.feeds[inputNames.noise('dequantise')]!;
    const outputs = await runAlone(byName(programs, 'scorer'), {
      x: { shape: [count, ...shape], data },
      ...(likelihood === 'levels' ? { uniform: { shape: [samples, count, ...shape], data: uniform } } : {}),
    });
    const wanted = await mapExamples(
      model,
      weights,
      { count, fields: { x: { shape, data } } },
      (context) => transpose(model.likelihood!.logWeights(context, samples), [1, 0]),
      stream(8),
      run,
    );
    const found = outputs.log_weights!.data as Float32Array;
    expect(outputs.log_weights!.dims).toEqual([samples, count]);
    expectNear(
      Float32Array.from(wanted.data, (_, i) => found[(i % samples) * count + Math.floor(i / samples)]!),
      wanted.data,
    );
  });

  test('inputs and outputs are described', () => {
    for (const { inputs, outputs } of programs)
      for (const { what } of [...inputs, ...outputs]) expect(what).not.toBe('');
  });
});

describe.each([
  ['diffusion', 'diffusion', { times: 40, steps: 3, eta: 0.6 }],
  [
    'diffusion by class, without noise',
    'diffusion',
    {
      times: 40,
      steps: 3,
      conditional: true,
      classes: ['a', 'b', 'c'],
      guidance: 1.5,
      likelihood: 'none',
    },
  ],
  ['flow matching by the midpoint method', 'flow-matching', { solver: 'midpoint', steps: 3 }],
])('%s', (_, family, options) => {
  const shape = [1, 4, 4];
  const small = { image: shape, channels: 4, groups: 2, multipliers: [1, 2] };
  const model = createModel(family, { ...small, ...options });
  const { sampler } = model;
  if (sampler.kind !== 'iterative') throw new Error('an iterative model');
  const weights = someWeights(model);
  // Convolutions that start at 0 let nothing through.
  const parameters = Object.fromEntries(
    Object.entries(weights.parameters).map(([name, values]) => [
      name,
      values.every((v) => v === 0) ? values.map((__, i) => 0.2 * Math.cos(i)) : values,
    ]),
  );
  const moved = { ...weights, parameters };
  const programs = exportModel(model, moved);
  const count = 3;
  const one = 16;
  const labels = Int32Array.of(2, 0, 1);
  const label = model.classes === undefined ? {} : { label: { shape: [count], data: labels } };
  const draws = stream(12);
  const start = new Float32Array(count * one);
  const fresh = new Float32Array(sampler.steps.length * count * one);
  for (let i = 0; i < count; i++) {
    draws.child(i).normals(one, start.subarray(i * one, (i + 1) * one));
    for (let j = 0; j < sampler.steps.length; j++) {
      const at = (j * count + i) * one;
      draws
        .child(i)
        .child(j)
        .normals(one, fresh.subarray(at, at + one));
    }
  }

  test('all steps in one file and step by step give what the model draws', async () => {
    const wanted = await drawImages(model, sampler, moved, draws, { ...run, count, labels });
    const whole = await runAlone(byName(programs, 'sampler'), {
      z: { shape: [count, ...shape], data: start },
      ...(sampler.noisy ? { noise: { shape: [sampler.steps.length, count, ...shape], data: fresh } } : {}),
      ...label,
    });
    expect(whole.image!.dims).toEqual([count, ...shape]);
    expectNear(whole.image!.data as Float32Array, wanted.data);
    let state = start;
    let image = start;
    for (const [j, row] of sampler.steps.entries()) {
      const noise = fresh.subarray(j * count * one, (j + 1) * count * one);
      const step = await runAlone(byName(programs, 'step'), {
        state: { shape: [count, ...shape], data: state },
        numbers: { shape: [row.length], data: Float32Array.from(row) },
        ...(sampler.noisy ? { noise: { shape: [count, ...shape], data: noise } } : {}),
        ...label,
      });
      state = step.next!.data as Float32Array<ArrayBuffer>;
      image = step.image!.data as Float32Array<ArrayBuffer>;
    }
    expectNear(image, wanted.data);
  });

  test('the scorer gives a finite bound or cost of each image', async () => {
    const scorer = byName(programs, 'scorer');
    const x = Float32Array.from(stream(5).uniforms(count * one), (v) => Math.round(255 * v) / 255);
    const feeds = Object.fromEntries(
      scorer.inputs.map(({ name, shape: open }) => {
        const dims = open.map((d) => (d === 'batch' ? count : (d as number)));
        const n = dims.reduce((a, b) => a * b, 1);
        const own = stream(13).child(name);
        const data =
          name === 'label'
            ? labels
            : name === 'x'
              ? x
              : Float32Array.from(name === 'noise' ? own.normals(n) : own.uniforms(n));
        return [name, { shape: dims, data }];
      }),
    );
    const outputs = await runAlone(scorer, feeds);
    const name = model.likelihood === undefined ? 'cost' : 'log_bound';
    const value = outputs[name]!;
    expect(value.dims).toEqual([count]);
    for (const v of value.data as Float32Array) expect(name === 'cost' ? v : -v).toBeGreaterThan(0);
  });

  test('inputs and outputs are described', () => {
    for (const { inputs, outputs } of programs)
      for (const { what } of [...inputs, ...outputs]) expect(what).not.toBe('');
  });
});

describe('VQ-VAE', () => {
  const model = createModel('vq-vae', {
    image: [1, 8, 8],
    channels: [3, 4],
    codes: 5,
    vector: 3,
    priorLayers: 1,
    priorHeads: 2,
    priorWidth: 8,
  });
  const { sampler } = model;
  if (sampler.kind !== 'iterative') throw new Error('an iterative model');
  const weights = someWeights(model);
  const programs = exportModel(model, weights);
  const count = 3;
  const start = new Float32Array(count * 4);
  for (let i = 0; i < count; i++)
    stream(12)
      .child(i)
      .normals(4, start.subarray(4 * i, 4 * i + 4));

  test('all codes in one file and code by code give what the model draws', async () => {
    const wanted = await drawImages(model, sampler, weights, stream(12), { ...run, count });
    const whole = await runAlone(byName(programs, 'sampler'), { z: { shape: [count, 4], data: start } });
    expect(whole.image!.dims).toEqual([count, 1, 8, 8]);
    expectNear(whole.image!.data as Float32Array, wanted.data);
    let state = start;
    let image = start;
    for (const row of sampler.steps) {
      const step = await runAlone(byName(programs, 'step'), {
        state: { shape: [count, 4], data: state },
        numbers: { shape: [1], data: Float32Array.from(row) },
      });
      state = step.next!.data as Float32Array<ArrayBuffer>;
      image = step.image!.data as Float32Array<ArrayBuffer>;
    }
    expectNear(image, wanted.data);
  });

  test('the scorer gives the bound of each image', async () => {
    const data = Float32Array.from(stream(5).uniforms(count * 64), Math.round);
    const { log_weights: found, reconstruction } = await runAlone(byName(programs, 'scorer'), {
      x: { shape: [count, 1, 8, 8], data },
    });
    const table = { count, fields: { x: { shape: [1, 8, 8], data } } };
    const bound = (context: ModelContext) => transpose(model.likelihood!.logWeights(context, 1), [1, 0]);
    expectNear(
      found!.data as Float32Array,
      (await mapExamples(model, weights, table, bound, stream(1), run)).data,
    );
    expectNear(
      reconstruction!.data as Float32Array,
      (await mapExamples(model, weights, table, model.reconstruct!, stream(1), run)).data,
    );
  });
});

test('more than 100 steps are not written into one file', () => {
  const model = createModel('diffusion', {
    image: [1, 2, 2],
    channels: 4,
    groups: 2,
    multipliers: [1],
    steps: 101,
  });
  expect(exportModel(model, someWeights(model)).map(({ name }) => name)).toEqual(['step', 'scorer']);
});

describe.each([
  ['transformer', 'transformer', { heads: 2 }],
  [
    'transformer with rotary positions and an output layer of its own',
    'transformer',
    { heads: 2, positions: 'rotary', tied: false },
  ],
  ['recurrent (lstm)', 'recurrent', { hidden: 7 }],
  ['recurrent (gru)', 'recurrent', { cell: 'gru', hidden: 7, tied: false }],
])('%s', (_, family, options) => {
  const context = 6;
  const model = createModel(family, { vocabulary: 11, context, layers: 2, width: 8, ...options });
  const weights = someWeights(model);
  const programs = exportModel(model, weights);
  const count = 4;
  const tokens = stream(1).integers(count * context, 11);
  const targets = stream(2)
    .integers(count * context, 12)
    .map((t) => t - 1);

  test('the scorer gives the costs of targets, 0 where there is none', async () => {
    const table: ExampleTable = {
      count,
      fields: { tokens: { shape: [context], data: tokens }, targets: { shape: [context], data: targets } },
    };
    const wanted = await mapExamples(model, weights, table, model.likelihood!.tokenCosts!, stream(1), run);
    const outputs = await runAlone(byName(programs, 'scorer'), {
      tokens: { shape: [count, context], data: tokens },
      targets: { shape: [count, context], data: targets },
    });
    expectNear(outputs.token_nll!.data as Float32Array, wanted.data);
    expect((outputs.token_nll!.data as Float32Array)[targets.indexOf(-1)]).toBe(0);
    expect(outputs.nll!.dims).toEqual([count]);
  });

  test('logits at a position do not depend on what comes behind it', async () => {
    const sampler = byName(programs, 'sampler');
    const changed = tokens.slice(0, context);
    changed.fill(0, 3);
    const whole = await runAlone(sampler, { tokens: { shape: [count, context], data: tokens } });
    const part = await runAlone(sampler, { tokens: { shape: [1, context], data: changed } });
    expect(whole.logits!.dims).toEqual([count, context, 11]);
    expectNear(
      (part.logits!.data as Float32Array).subarray(0, 33),
      (whole.logits!.data as Float32Array).subarray(0, 33),
    );
  });
});
