import { describe, expect, test } from 'vitest';
import { createDiffusion } from '../../src/models/diffusion.ts';
import type { ExampleTable } from '../../src/models/example-table.ts';
import { createGan } from '../../src/models/gan.ts';
import { createModel } from '../../src/models/index.ts';
import type { Model, Weights } from '../../src/models/model.ts';
import { createRecurrent } from '../../src/models/recurrent.ts';
import { mapExamples } from '../../src/models/run-model.ts';
import { createTransformer } from '../../src/models/transformer.ts';
import { createVae } from '../../src/models/vae.ts';
import { freshWeights } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { type TechniqueName, techniques } from '../../src/techniques/index.ts';
import type { Technique } from '../../src/techniques/technique.ts';
import { epochs } from '../../src/training/batch-source.ts';
import { convergenceRule } from '../../src/training/convergence.ts';
import { lossCriterion } from '../../src/training/evaluate-loss.ts';
import type { Slots } from '../../src/training/stage.ts';
import { train } from '../../src/training/train.ts';
import type { TrainResult } from '../../src/training/train-options.ts';
import { importedCases } from '../imported-cases.ts';

/** Options that every technique is tried with; a technique without a case does not compile. */
const cases: Record<TechniqueName, readonly Record<string, unknown>[]> = {
  'source-only': [{}],
  'from-scratch': [{}],
  'feature-extraction': [{}, { layers: 2 }],
  'fine-tune': [{}],
  'gradual-unfreezing': [{}, { stages: 'equal' }, { stages: 4 }],
  lora: [{}, { rank: 2, alpha: 3, targets: 'all' }, { targets: ['mlp/up', 'query'], dropout: 0.2 }],
};

const seed = stream(21);

function vaeSubject() {
  const count = 24;
  const draws = seed.child('x').uniforms(count * 16, new Float32Array(count * 16)) as Float32Array;
  const table: ExampleTable = {
    count,
    fields: { x: { shape: [1, 4, 4], data: draws.map((v) => Math.round(v)) } },
  };
  return { model: createVae({ image: [1, 4, 4], hidden: [8], latent: 2 }), table };
}

function transformerSubject() {
  const count = 24;
  const ids = (name: string) => seed.child(name).integers(count * 6, 9);
  const table: ExampleTable = {
    count,
    fields: { tokens: { shape: [6], data: ids('tokens') }, targets: { shape: [6], data: ids('targets') } },
  };
  return { model: createTransformer({ vocabulary: 9, context: 6, layers: 2, heads: 2, width: 8 }), table };
}

function diffusionSubject() {
  const model = createDiffusion({
    image: [1, 4, 4],
    channels: 4,
    groups: 2,
    multipliers: [1],
    times: 20,
    steps: 5,
  });
  return { model, table: vaeSubject().table };
}

function ganSubject() {
  const model = createGan({
    image: [1, 4, 4],
    latent: 2,
    generatorChannels: [3],
    discriminatorChannels: [2],
    average: 0.5,
  });
  return { model, table: vaeSubject().table };
}

function importedSubject() {
  return { model: createModel('imported', importedCases.autoencoder), table: vaeSubject().table };
}

const subjects = {
  'model of another program': importedSubject(),
  vae: vaeSubject(),
  gan: ganSubject(),
  'diffusion model': diffusionSubject(),
  'transformer with a tied head': transformerSubject(),
  'recurrent with a tied head': {
    model: createRecurrent({
      vocabulary: 9,
      context: 6,
      width: 6,
      hidden: 8,
      hiddenDropout: 0.2,
      weightDropout: 0.2,
    }),
    table: transformerSubject().table,
  },
};

/** What a technique starts from and does with a model, as a trial does it. */
function prepared(model: Model, technique: Technique, options: Record<string, unknown>) {
  const slots: Slots = technique.fill({ model }, technique.options.parse(options));
  const base = freshWeights(model, seed.child('base'));
  if (slots.untie && model.untied) {
    const own = model.untied();
    return { slots, model: own.model, base: own.convert(base) };
  }
  const start = slots.start === 'fresh' ? freshWeights(model, seed.child('fresh')) : base;
  const { rewrite } = slots;
  if (rewrite === undefined) return { slots, model, base: start };
  return { slots, model: rewrite.build(model), base: rewrite.begin(model, start, seed.child('adapter')) };
}

async function run(model: Model, slots: Slots, start: Weights, table: ExampleTable): Promise<TrainResult> {
  return train({
    model,
    start,
    stages: slots.stages,
    source: epochs(table, 8, seed.child('order')),
    validation: table,
    steps: 40,
    looks: 20,
    optimiser: 'adam',
    learningRate: 3e-3,
    schedule: 'constant',
    convergence: convergenceRule.parse({ patience: 2 }),
    keep: 'last',
    stream: seed.child('run'),
    threads: 1,
    device: 'cpu',
    memoryLimit: 1e8,
    ...(model.criterion === 'samples'
      ? { criterion: await lossCriterion(model, table, { batchSize: 8, threads: 1, device: 'cpu' }) }
      : {}),
  });
}

/** Names of the layers whose parameters differ in any bit. */
function changedLayers(model: Model, a: Weights, b: Weights): Set<string> {
  return new Set(
    model.parameters
      .filter(({ name }) => !a.parameters[name]!.every((v, i) => Object.is(v, b.parameters[name]![i])))
      .map(({ layer }) => layer),
  );
}

/** Techniques that need something of a model that not every family has, by the families that have it. */
const only: Partial<Record<TechniqueName, readonly string[]>> = { lora: ['transformer', 'gpt2', 'llama'] };
const subjectsOf = (name: TechniqueName) =>
  Object.entries(subjects).filter(([, { model }]) => only[name]?.includes(model.family) ?? true);

const rows = Object.entries(cases).flatMap(([name, list]) =>
  list.flatMap((options) =>
    subjectsOf(name as TechniqueName).map(([kind, subject]) => ({
      title: `${name} ${JSON.stringify(options)} on a ${kind}`,
      technique: techniques[name as TechniqueName] as Technique,
      options,
      subject,
    })),
  ),
);

/** Other programs name linear layers as they like. */
rows.push({
  title: 'lora on a model of another program',
  technique: techniques.lora as Technique,
  options: { rank: 2, targets: 'all' },
  subject: importedSubject(),
});

describe.each(rows)('$title', ({ technique, options, subject }) => {
  test('options survive JSON and stages name known layers', () => {
    const parsed = technique.options.parse(options);
    expect(technique.options.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    const { slots, model } = prepared(subject.model, technique, options);
    for (const stage of slots.stages) for (const layer of stage.layers) expect(model.layers).toContain(layer);
    expect(slots.stages.length > 0).toBe(technique.trains);
  });

  test('trains the layers of its stages and leaves all others bit-identical', async () => {
    const { slots, model, base } = prepared(subject.model, technique, options);
    const { weights, stages } = await run(model, slots, base, subject.table);
    const ran = new Set(stages.flatMap(({ layers }) => layers));
    expect(changedLayers(model, base, weights)).toEqual(ran);
  });

  test('gives the same bits again', async () => {
    const { slots, model, base } = prepared(subject.model, technique, options);
    const [a, b] = [
      await run(model, slots, base, subject.table),
      await run(model, slots, base, subject.table),
    ];
    expect(changedLayers(model, a.weights, b.weights)).toEqual(new Set());
    expect(a.looks).toEqual(b.looks);
  });
});

test('an unknown option is refused', () => {
  for (const technique of Object.values(techniques) as Technique[])
    expect(technique.options.safeParse({ nonsense: 1 }).success).toBe(false);
});

describe('lora', () => {
  const { model, table } = subjects['transformer with a tied head'];
  const technique = techniques.lora as Technique;
  const options = { rank: 3, alpha: 6, targets: 'all' };
  const cost = (of: Model, weights: Weights) =>
    mapExamples(of, weights, table, (context) => of.players[0]!.objective(context).cost, seed, {
      batchSize: 8,
      threads: 1,
      device: 'cpu',
    });

  test('adapters of the attention and the condition of a diffusion model are taken into its weights', async () => {
    const subject = subjects['diffusion model'];
    const named = { rank: 2, targets: ['qkv', 'output', 'condition'] };
    const { slots, model: adapted } = prepared(subject.model, technique, named);
    // What starts at 0 lets no gradient through as long as it is frozen.
    const { parameters } = freshWeights(subject.model, seed.child('base'));
    const moved = Object.entries(parameters).map(([name, values]) => [
      name,
      values.map((v, i) => v + 0.1 * Math.cos(i)),
    ]);
    const start: Weights = { parameters: Object.fromEntries(moved), state: {} };
    const base = slots.rewrite!.begin(subject.model, start, seed.child('adapter'));
    expect(slots.stages[0]!.layers).toEqual(['down/0/lora', 'middle/lora', 'up/0/lora']);
    const { weights } = await run(adapted, slots, base, subject.table);
    const { weights: merged } = slots.rewrite!.finish(subject.model, weights);
    const costs = async (of: Model, with_: Weights) =>
      (
        await mapExamples(
          of,
          with_,
          subject.table,
          (context) => of.players[0]!.objective(context).cost,
          seed,
          {
            batchSize: 8,
            threads: 1,
            device: 'cpu',
          },
        )
      ).data;
    const [beside, within] = [await costs(adapted, weights), await costs(subject.model, merged)];
    beside.forEach((v, i) => {
      expect(within[i]).toBeCloseTo(v, 4);
    });
    expect(merged.parameters['middle/attention/output/weight']).not.toEqual(
      start.parameters['middle/attention/output/weight'],
    );
  });

  test('fresh adapters change nothing; merged ones compute what they compute beside the weights', async () => {
    const { slots, model: adapted, base } = prepared(model, technique, options);
    const original = freshWeights(model, seed.child('base'));
    expect((await cost(adapted, base)).data).toEqual((await cost(model, original)).data);
    const { weights } = await run(adapted, slots, base, table);
    const { weights: merged, adapter } = slots.rewrite!.finish(model, weights);
    const [beside, within] = [await cost(adapted, weights), await cost(model, merged)];
    beside.data.forEach((v, i) => {
      expect(within.data[i]).toBeCloseTo(v, 4);
    });
    expect((await cost(model, original)).data).not.toEqual(within.data);
    // 6 matrices a block, each with rank times (inputs + outputs) values.
    const count = Object.values(adapter.values).reduce((n, { length }) => n + length, 0);
    expect(count).toBe(2 * 3 * (4 * (8 + 8) + 2 * (8 + 32)));
    expect(Object.keys(merged.parameters)).toEqual(model.parameters.map(({ name }) => name));
  });

  test('where nothing is said, queries and values are adapted, and all layers of models that have none', () => {
    const adapted = (of: Model) => {
      const slots = technique.fill({ model: of }, technique.options.parse({}));
      const own = new Set(of.parameters.map(({ name }) => name));
      const added = slots.rewrite!.build(of).parameters.filter(({ name }) => !own.has(name));
      return [...new Set(added.map(({ name }) => name.replace(/\/lora\/[ab]$/, '')))];
    };
    expect(adapted(model)).toEqual(
      [0, 1].flatMap((i) => ['query', 'value'].map((part) => `block/${i}/attention/${part}`)),
    );
    for (const { model: other } of [subjects['diffusion model'], importedSubject()])
      expect(adapted(other)).toEqual(other.linears);
  });

  test('says which linear layers there are, and that images have none', () => {
    expect(() => technique.fill({ model }, technique.options.parse({ targets: ['nope'] }))).toThrow(
      "unknown linear layer (family transformer) 'nope'",
    );
    expect(() => technique.fill({ model: subjects.vae.model }, technique.options.parse({}))).toThrow(
      'lora for a vae is not supported',
    );
  });
});

describe('what defines a technique', () => {
  const { model, table } = subjects.vae;

  test('feature extraction trains the last layers alone', () => {
    const fill = (layers: number) =>
      techniques['feature-extraction'].fill({ model }, { layers }).stages[0]!.layers;
    expect(fill(1)).toEqual(['decoder/output']);
    expect(fill(2)).toEqual(['decoder/0', 'decoder/output']);
    expect(() => fill(9)).toThrow(/1 to 4/);
  });

  test('the last layers of two players are those of each', () => {
    const { model: gan } = subjects.gan;
    const feature = (layers: number) =>
      techniques['feature-extraction'].fill({ model: gan }, { layers }).stages[0]!.layers;
    expect(feature(1)).toEqual(['generator/output', 'discriminator/output']);
    expect(feature(2)).toEqual(gan.layers);
    expect(() => feature(3)).toThrow(/1 to 2.*discriminator.*; generator/);
    const stages = techniques['gradual-unfreezing'].fill({ model: gan }, { stages: 'convergence' }).stages;
    expect(stages.map(({ layers }) => layers.length)).toEqual([2, 4]);
  });

  test('gradual unfreezing adds one layer at a time, from the output on, each stage after convergence', async () => {
    const { slots, base } = prepared(model, techniques['gradual-unfreezing'], {});
    expect(slots.stages.map(({ layers }) => layers.length)).toEqual([1, 2, 3, 4]);
    expect(slots.stages[1]!.layers).toEqual(['decoder/0', 'decoder/output']);
    const { looks, stages } = await run(model, slots, base, table);
    expect(stages[0]!.to).toBeGreaterThan(0);
    // Every stage but the last to run ended because its looks had stopped improving beyond the tolerance.
    for (const [i, stage] of stages.slice(0, -1).entries()) {
      const own = looks.filter((look) => look.stage === i && look.step > stage.from);
      const before = looks.filter((look) => look.step <= stage.from).at(-1)!;
      const reference = Math.min(...[before, ...own.slice(0, -2)].map(({ validation }) => validation));
      for (const look of own.slice(-2))
        expect(look.validation).toBeGreaterThan(reference * (1 - 1e-3) - 1e-9);
    }
  });

  test('a tied head is untied before it is trained alone, and the model computes the same as before', () => {
    const { model: tied } = subjects['transformer with a tied head'];
    const { slots, model: own, base } = prepared(tied, techniques['feature-extraction'], {});
    expect(slots.untie).toBe(true);
    expect(own.config.tied).toBe(false);
    expect(base.parameters['output/weight']).toEqual(base.parameters['embedding/token']);
    expect(techniques['fine-tune'].fill({ model: tied }, {})).not.toHaveProperty('untie', true);
  });

  test('from scratch starts from fresh weights, everything else from the checkpoint', () => {
    for (const [name, technique] of Object.entries(techniques) as [string, Technique][])
      expect(
        technique.fill({ model: subjectsOf(name as TechniqueName)[0]![1].model }, technique.options.parse({}))
          .start,
      ).toBe(name === 'from-scratch' ? 'fresh' : 'checkpoint');
  });
});
