import { describe, expect, test } from 'vitest';
import type { GraftError } from '../errors.ts';
import { createAutoencoder } from '../models/autoencoder.ts';
import type { ExampleTable } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import { NO_TARGET } from '../models/next-token.ts';
import { createRecurrent } from '../models/recurrent.ts';
import { createTransformer } from '../models/transformer.ts';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { epochs } from './batch-source.ts';
import { convergenceRule } from './convergence.ts';
import { train } from './train.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import type { TrainingSnapshot } from './training-snapshot.ts';
import { withLayerRates } from './with-layer-rates.ts';

const seed = stream(11);

function pictures(count: number, size: number): ExampleTable {
  const data = new Float32Array(count * size * size);
  seed.child('pictures').uniforms(data.length, data);
  return { count, fields: { x: { shape: [1, size, size], data: data.map((v) => (v > 0.7 ? 1 : 0)) } } };
}

function texts(count: number, length: number, vocabulary: number): ExampleTable {
  const ids = () => seed.child('tokens').integers(count * length, vocabulary);
  return {
    count,
    fields: { tokens: { shape: [length], data: ids() }, targets: { shape: [length], data: ids() } },
  };
}

interface Subject {
  model: Model;
  table: ExampleTable;
  last: string[];
  /** The objective damages its input, so that nothing is the same in each step. */
  corrupts?: boolean;
}

const subjects: Record<string, Subject> = {
  'dense vae': {
    model: createVae({ image: [1, 8, 8], hidden: [32], latent: 4 }),
    table: pictures(60, 8),
    last: ['decoder/output'],
  },
  'convolutional vae': {
    model: createVae({ image: [1, 8, 8], architecture: 'convolutional', channels: [4, 8], latent: 4 }),
    table: pictures(60, 8),
    last: ['decoder/1', 'decoder/output'],
  },
  'denoising autoencoder': {
    model: createAutoencoder({ image: [1, 8, 8], hidden: [32], latent: 4, noise: 0.2 }),
    table: pictures(60, 8),
    last: ['decoder/output'],
    corrupts: true,
  },
  transformer: {
    model: createTransformer({
      vocabulary: 11,
      context: 8,
      layers: 2,
      heads: 2,
      width: 16,
      dropout: 0.1,
      tied: false,
    }),
    table: texts(60, 8, 11),
    last: ['block/1', 'output'],
  },
  'recurrent model': {
    model: createRecurrent({
      vocabulary: 11,
      // Neither a multiple of the batch nor a part of it: time and examples are told apart.
      context: 7,
      layers: 2,
      width: 8,
      hidden: 12,
      tied: false,
      inputDropout: 0.1,
      hiddenDropout: 0.1,
    }),
    table: texts(60, 7, 11),
    last: ['recurrent/1', 'output'],
  },
};

function optionsFor({ model, table }: Subject, over: Partial<TrainOptions> = {}): TrainOptions {
  return {
    model,
    start: freshWeights(model, seed.child('init')),
    stages: [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
    source: epochs(table, 16, seed.child('order')),
    validation: table,
    steps: 24,
    looks: 4,
    optimiser: { name: 'adamw', weightDecay: 0.01, clipNorm: 1 },
    learningRate: 3e-3,
    schedule: 'constant',
    convergence: convergenceRule.parse({ patience: 3, tolerance: 0 }),
    keep: 'last',
    stream: seed.child('run'),
    threads: 1,
    device: 'cpu',
    memoryLimit: 1e8,
    ...over,
  };
}

const bits = (weights: Weights): string[] =>
  Object.entries(weights.parameters).map(
    ([name, v]) => `${name} ${Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('base64')}`,
  );

const partial = (s: Subject) => [
  { name: 'last layers', layers: s.last, length: { kind: 'share', share: 0.5 } as const },
  { name: 'all', layers: s.model.layers, length: { kind: 'share', share: 0.5 } as const },
];

test.each([1, 2])(
  'convolutions large enough for the blocked layout repeat bit for bit on %i threads',
  async (threads) => {
    const large: Subject = {
      model: createVae({ image: [1, 16, 16], architecture: 'convolutional', channels: [16, 32], latent: 4 }),
      table: pictures(70, 16),
      last: ['decoder/output'],
    };
    // A last batch that does not fill its blocks is among the updates.
    const run = async () =>
      bits(
        (await train({ ...optionsFor(large, { threads }), source: epochs(large.table, 32, seed), steps: 4 }))
          .weights,
      );
    expect(await run()).toEqual(await run());
  },
);

describe.each(Object.entries(subjects))('training a %s', (_, subject) => {
  test('lowers the loss', async () => {
    const { looks } = await train(optionsFor(subject, { steps: 60 }));
    expect(looks).toHaveLength(5);
    expect(looks.at(-1)!.validation).toBeLessThan(looks[0]!.validation);
  });

  test.each([1, 2])('repeats bit for bit on %i threads', async (threads) => {
    const run = async () => bits((await train(optionsFor(subject, { threads }))).weights);
    expect(await run()).toEqual(await run());
  });

  test('leaves frozen layers bit-identical and trains the others', async () => {
    const options = optionsFor(subject, {
      stages: [{ name: 'last', layers: subject.last, length: { kind: 'share', share: 1 } }],
    });
    const { weights } = await train(options);
    const changed = subject.model.parameters.filter(
      ({ name }) =>
        !weights.parameters[name]!.every((v, i) => Object.is(v, options.start.parameters[name]![i])),
    );
    expect(new Set(changed.map(({ layer }) => layer))).toEqual(new Set(subject.last));
  });

  test('gives the same bits whether frozen layers are computed once or in each step', async () => {
    const results = [];
    for (const memoryLimit of [1e8, 0])
      results.push(await train(optionsFor(subject, { stages: partial(subject), memoryLimit })));
    const stored = expect(results[0]!.stages[0]!.note);
    if (subject.corrupts)
      stored.toBe(
        'nothing could be computed once and kept, for the frozen layers take random numbers (noise, codes), which are others in each update',
      );
    else stored.toContain('frozen layers were computed once');
    expect(results[0]!.stages[1]!.note).toBe(
      'nothing could be computed once and kept, for every layer is trained',
    );
    expect(results[1]!.stages[0]!.note).toContain('keeping their results is turned off');
    expect(bits(results[0]!.weights)).toEqual(bits(results[1]!.weights));
  });

  // A snapshot at the very end of a stage once lost the stage's record, its trained parameters and its convergence.
  test('goes on from a snapshot at any update with the same bits and records', async () => {
    const snapshots: TrainingSnapshot[] = [];
    const over: Partial<TrainOptions> = { stages: partial(subject), averageDecay: 0.9, keep: 'best' };
    const whole = await train(
      optionsFor(subject, {
        ...over,
        wantsSnapshot: () => true,
        onSnapshot: async (snapshot) => {
          snapshots.push(structuredClone(snapshot));
        },
      }),
    );
    // None at the ends of the two stages.
    expect(snapshots).toHaveLength(22);
    for (const resume of [snapshots[2]!, snapshots[10]!, snapshots[11]!, snapshots[17]!, snapshots[21]!]) {
      const rest = await train(optionsFor(subject, { ...over, resume }));
      expect({ ...rest, weights: bits(rest.weights) }).toEqual({ ...whole, weights: bits(whole.weights) });
    }
  });
});

test('a loss that stops being finite is an error that says where and what was spent until then', async () => {
  const subject = subjects['dense vae']!;
  const one = await train(optionsFor(subject, { steps: 1 }));
  let made = 0;
  const diverging = train(
    optionsFor(subject, {
      learningRate: 1e6,
      optimiser: 'sgd',
      steps: 50,
      onStep: (step) => {
        made = step;
      },
    }),
  );
  const error = await diverging.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'not-finite' });
  const { flops } = (error as GraftError<'not-finite'>).facts;
  expect(made).toBeGreaterThan(0);
  // The update that failed has been paid for, too.
  expect([made, made + 1]).toContain(flops! / one.flops);
});

test('without stages the starting weights are measured and kept', async () => {
  const options = optionsFor(subjects['dense vae']!, { stages: [] });
  const result = await train(options);
  expect(result.looks).toHaveLength(1);
  expect(bits(result.weights)).toEqual(bits(options.start));
});

test("the rate of a layer is its factor times the run's", async () => {
  const subject = subjects['dense vae']!;
  const { model } = subject;
  const stages = withLayerRates(
    [{ name: 'all', layers: model.layers, length: { kind: 'share', share: 1 } }],
    model,
    2,
  );
  const options = optionsFor(subject, { steps: 1, optimiser: 'sgd', learningRate: 1 });
  const move = ({ weights }: TrainResult, name: string) =>
    weights.parameters[name]!.map((v, i) => v - options.start.parameters[name]![i]!);
  const same = await train(options);
  const rated = await train({ ...options, stages });
  for (const { name, layer } of model.parameters) {
    const factor = 2 ** (model.layers.indexOf(layer) + 1 - model.layers.length);
    const expected = move(same, name).map((v) => v * factor);
    const got = move(rated, name);
    expected.forEach((v, i) => {
      expect(got[i]).toBeCloseTo(v, 5);
    });
  }
  expect(move(rated, 'decoder/output/weight')).toEqual(move(same, 'decoder/output/weight'));
});

test('stages add no looks: every run chooses from the same number', async () => {
  const subject = subjects['dense vae']!;
  const third = { kind: 'share', share: 1 / 3 } as const;
  const stages = [1, 2, 3].map((i) => ({ name: `stage ${i}`, layers: subject.model.layers, length: third }));
  const { looks, stages: ran } = await train(optionsFor(subject, { stages }));
  expect(ran.map(({ to }) => to)).toEqual([8, 16, 24]);
  expect(looks.map(({ step }) => step)).toEqual([0, 6, 12, 18, 24]);
});

test('stages keep within the operations that all of them share', async () => {
  const subject = subjects['dense vae']!;
  const one = await train(optionsFor(subject, { steps: 1 }));
  const flopsLimit = 7.5 * one.flops;
  const until = (layers: readonly string[]) => ({
    name: 'stage',
    layers,
    length: { kind: 'convergence' } as const,
  });
  const stages = [until(subject.model.layers), until(subject.model.layers), until(subject.last)];
  const run = await train(optionsFor(subject, { stages, flopsLimit, steps: 1000 }));
  expect(run.flops).toBeLessThanOrEqual(flopsLimit);
  expect(run.looks.at(-1)!.step).toBe(run.steps);
  // However flat validation was, what the later stages would have brought is unknown.
  expect(run.stages.length).toBeLessThan(3);
  expect(run.converged).toBe(false);
});

describe('where operations are limited', () => {
  const subject = subjects['dense vae']!;
  const stages = [{ name: 'last', layers: subject.last, length: { kind: 'share', share: 1 } as const }];
  const run = (over: Partial<TrainOptions>) =>
    train(optionsFor(subject, { stages, steps: 10_000, learningRate: 1e-4, ...over }));

  test('updates do not depend on whether activations are stored, and what was spent is what was computed', async () => {
    const all = await train(optionsFor(subject, { steps: 1 }));
    const flopsLimit = 20 * all.flops;
    const totals: number[] = [];
    const onStep = (_: number, total: number) => {
      totals.push(total);
    };
    const stored = await run({ flopsLimit, memoryLimit: 1e8, onStep });
    const anew = await run({ flopsLimit, memoryLimit: 0 });
    expect(stored.steps).toBe(anew.steps);
    expect(stored.steps).toBeGreaterThan(20);
    expect(stored.looks.map(({ step, validation }) => [step, validation])).toEqual(
      anew.looks.map(({ step, validation }) => [step, validation]),
    );
    expect(bits(stored.weights)).toEqual(bits(anew.weights));
    expect(anew.flops).toBeGreaterThan(0.9 * flopsLimit);
    expect(anew.flops).toBeLessThanOrEqual(flopsLimit);
    // 60 examples in batches of 16, and the first once more to see that its rows are independent.
    const [, took, saves] = /took (\d+) operations and saves (\d+)/.exec(stored.stages[0]!.note)!.map(Number);
    expect(took).toBe(5 * saves!);
    expect(stored.flops).toBe(anew.flops - stored.steps * saves! + took!);
    expect(totals.at(-1)).toBe(stored.steps);
    expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1);
  });

  test('updates are limited within a stage, too', async () => {
    const capped = await run({ flopsLimit: 1e15, steps: 30, looks: 3 });
    expect(capped.steps).toBe(30);
    expect(capped.looks.map(({ step }) => step)).toEqual([0, 10, 20, 30]);
  });
});

test('a stage is measured against the weights that it begins with', async () => {
  const subject = subjects['dense vae']!;
  const { weights } = await train(optionsFor(subject, { steps: 200, looks: 20, keep: 'best' }));
  const until = (layers: readonly string[]) => ({
    name: 'stage',
    layers,
    length: { kind: 'convergence' } as const,
  });
  // So large a rate makes things worse, with all layers more than with the last one, and each stage goes back.
  const stages = [until(subject.model.layers), until(subject.last)];
  const run = await train(
    optionsFor(subject, { start: weights, stages, learningRate: 0.3, steps: 200, looks: 100 }),
  );
  expect(run.best.step).toBe(0);
  expect(run.looks[4]!.validation).toBeLessThan(run.looks[3]!.validation);
  // Patience is 3 looks of 2 updates.
  expect(run.stages.map(({ from, to }) => to - from)).toEqual([6, 6]);
});

describe('an update of several batches', () => {
  const masked = texts(60, 8, 11);
  // Texts of different lengths: batches have different numbers of targets.
  const targets = masked.fields.targets!.data as Int32Array;
  for (let i = 0; i < 60; i++) targets.fill(NO_TARGET, i * 8 + 1 + ((i * i) % 8), (i + 1) * 8);
  const language = { vocabulary: 11, context: 8, layers: 1, heads: 2, width: 8, dropout: 0, tied: false };
  const still: Record<string, Subject> = {
    transformer: { model: createTransformer(language), table: masked, last: ['output'] },
    autoencoder: {
      model: createAutoencoder({ image: [1, 8, 8], hidden: [16], latent: 4 }),
      table: pictures(60, 8),
      last: ['decoder/output'],
    },
  };
  const over: Partial<TrainOptions> = {
    steps: 12,
    optimiser: { name: 'sgd', momentum: 0.9, clipNorm: 1 },
    learningRate: 0.05,
  };
  const inParts = (subject: Subject, more: Partial<TrainOptions> = {}) =>
    train(
      optionsFor(subject, {
        ...over,
        source: epochs(subject.table, 4, seed.child('order')),
        accumulate: 4,
        ...more,
      }),
    );

  test.each(Object.entries(still))('of a %s is one of a batch so many times as large', async (_, subject) => {
    for (const stages of [optionsFor(subject).stages, partial(subject)]) {
      const whole = await train(optionsFor(subject, { ...over, stages }));
      const parts = await inParts(subject, { stages });
      expect(parts.steps).toBe(whole.steps);
      expect(bits(parts.weights)).not.toEqual(bits(optionsFor(subject).start));
      parts.looks.forEach(({ training, validation }, i) => {
        expect(validation).toBeCloseTo(whole.looks[i]!.validation, 5);
        if (training !== null) expect(training).toBeCloseTo(whole.looks[i]!.training!, 5);
      });
      for (const [name, values] of Object.entries(parts.weights.parameters))
        values.forEach((value, i) => {
          expect(Math.abs(value - whole.weights.parameters[name]![i]!)).toBeLessThan(1e-5);
        });
    }
  });

  test('costs all of its batches, and goes on from a snapshot with the same bits', async () => {
    const subject = still.transformer!;
    const one = await train(
      optionsFor(subject, { ...over, source: epochs(subject.table, 4, seed.child('order')) }),
    );
    const snapshots: TrainingSnapshot[] = [];
    const parts = await inParts(subject, {
      wantsSnapshot: () => true,
      onSnapshot: async (snapshot) => {
        snapshots.push(structuredClone(snapshot));
      },
    });
    expect(parts.flops / one.flops).toBeCloseTo(4, 1);
    const rest = await inParts(subject, { resume: snapshots[4]! });
    expect({ ...rest, weights: bits(rest.weights) }).toEqual({ ...parts, weights: bits(parts.weights) });
  });

  test('takes no more batches than hold different examples', async () => {
    const subject = still.autoencoder!;
    const source = epochs(subject.table, 25, seed.child('order'));
    const two = await train(optionsFor(subject, { ...over, source, accumulate: 2 }));
    const many = await train(optionsFor(subject, { ...over, source, accumulate: 9 }));
    expect({ ...many, weights: bits(many.weights) }).toEqual({ ...two, weights: bits(two.weights) });
  });
});

test('an average that warms up forgets the first weights sooner', async () => {
  const subject = subjects['dense vae']!;
  const average = { averageDecay: 0.99, keep: 'last' } as const;
  const cold = await train(optionsFor(subject, average));
  const warm = await train(optionsFor(subject, { ...average, averageWarmUp: true }));
  const now = await train(optionsFor(subject, { keep: 'last' }));
  const distance = (a: TrainResult) =>
    a.weights.parameters['decoder/output/weight']!.reduce(
      (sum, v, i) => sum + (v - now.weights.parameters['decoder/output/weight']![i]!) ** 2,
      0,
    );
  expect(distance(warm)).toBeLessThan(distance(cold) / 2);
});

test('looks record the parts of the loss of a model with one player, as means since the look before', async () => {
  const { looks } = await train(optionsFor(subjects['dense vae']!, { steps: 6, looks: 2 }));
  expect(looks[0]!.terms).toBeUndefined();
  for (const { terms, training } of looks.slice(1)) {
    expect(Object.keys(terms!).sort()).toEqual(['divergence', 'reconstruction']);
    // With beta 1 they add up to the loss.
    expect(terms!.divergence! + terms!.reconstruction!).toBeCloseTo(training!, 3);
  }
});
