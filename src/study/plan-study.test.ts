import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { largestBudget } from '../data/budget.ts';
import { dataContext } from '../data/data-context.ts';
import type { ImageSet, TextSet } from '../data/data-set.ts';
import type { PreparedData } from '../data/prepare-data.ts';
import type { ImageValues } from '../data/represent-images.ts';
import { characterTokenizer } from '../data/tokenizers/character-tokenizer.ts';
import { saveCheckpoint } from '../models/checkpoint.ts';
import type { CheckpointData } from '../models/checkpoint-data.ts';
import { createTransformer } from '../models/transformer.ts';
import { createVae, type VaeConfig } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { loadBase } from './adapt.ts';
import { checkBudgets, FIRST_TUNING_SEED } from './check-study.ts';
import { checkpointHash } from './checkpoint-hash.ts';
import { loadData } from './loaded-data.ts';
import { planStudy } from './plan-study.ts';
import type { StepContext } from './step.ts';
import type { AdaptInputs, PretrainInputs, TrialInputs } from './step-inputs.ts';
import { StudyData } from './study-data.ts';
import type { StudyPlan } from './study-plan.ts';
import { parseStudy, type StudyInput } from './study-spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names: StudyInput = {
  name: 'names',
  source: { dataset: 'names' },
  target: { dataset: 'names', select: { language: 'italian' } },
  models: [{ family: 'transformer', layers: 1, heads: 1, width: 8 }],
  techniques: ['from-scratch', 'fine-tune'],
  budgets: [25],
  seeds: 2,
};

const plan = (more: Partial<StudyInput>) =>
  planStudy(parseStudy({ ...names, ...more }, 'study'), folder, undefined);

test('nothing that a budget is drawn from, tested or validated on is in the source training data', async () => {
  const { data } = await plan({});
  const source = new Set(
    [data.source!.train, data.source!.validation].flatMap((set) => (set as TextSet).documents),
  );
  expect(source.size).toBeGreaterThan(1000);
  for (const part of ['train', 'validation', 'test'] as const) {
    const { documents } = data.target[part] as TextSet;
    expect(documents.length).toBeGreaterThan(20);
    expect(documents.filter((name) => source.has(name))).toEqual([]);
  }
});

describe('data never trained on', () => {
  // Spanish names of which many are Italian ones, too.
  const spanish = { dataset: 'names', select: { language: 'spanish' } };

  test('their test items are taken out of the source, and counted', async () => {
    const { data, steps, warnings } = await plan({ evaluate_on: [spanish] });
    const held = new Set((data.unseen[0]!.test as TextSet).documents);
    const source = [data.source!.train, data.source!.validation].flatMap((set) => (set as TextSet).documents);
    expect(source.filter((name) => held.has(name))).toEqual([]);
    const without = await plan({});
    const before = [without.data.source!.train, without.data.source!.validation];
    const count = before.flatMap((set) => (set as TextSet).documents).filter((name) => held.has(name)).length;
    expect(count).toBeGreaterThan(10);
    expect(data.source!.report.unseenOverlap).toEqual({ items: count, groupItems: 0, characters: 0 });
    const inputs = steps.find(({ kind }) => kind === 'pretrain')!.inputs as unknown as PretrainInputs;
    expect(inputs.heldOut.unseen.map(({ name }) => name)).toEqual(['names (language: spanish)']);
    const trained = await new StudyData(folder, undefined).load(inputs.source, inputs.heldOut);
    expect((trained.train as TextSet).documents).toEqual((data.source!.train as TextSet).documents);
    expect(warnings.join('\n')).toMatch(
      /\d+ items of the target's training part also occur in the test set of names \(language: spanish\)/,
    );
  });

  test('a set that the source has nothing of changes no pre-training', async () => {
    const source = { dataset: 'names', select: { language: 'vietnamese' } };
    const pretraining = async (evaluate_on: StudyInput['evaluate_on']) => {
      const { steps } = await plan({ source, ...(evaluate_on ? { evaluate_on } : {}) });
      return steps.filter(({ kind }) => kind === 'pretrain').map(({ id }) => id);
    };
    const polish = { dataset: 'names', select: { language: 'polish' } };
    expect(await pretraining([polish])).toEqual(await pretraining(undefined));
  });
});

test('items drawn into the source from another domain are none of the test items of sets never trained on', async () => {
  const polish = { dataset: 'names', select: { language: 'polish' } };
  const vietnamese = { dataset: 'names', select: { language: 'vietnamese' } };
  const source = { ...vietnamese, corrupt: { 'off-domain': { fraction: 0.9, from: polish } } };
  // Divided in another way, so that its test items are among what off-domain items are drawn from.
  const { data, steps } = await plan({ source, evaluate_on: [{ ...polish, split: { seed: 5 } }] });
  const inputs = steps.find(({ kind }) => kind === 'pretrain')!.inputs as unknown as PretrainInputs;
  const { train } = await new StudyData(folder, undefined).load(inputs.source, inputs.heldOut);
  const unseen = new Set((data.unseen[0]!.test as TextSet).documents);
  expect((train as TextSet).documents.filter((name) => unseen.has(name))).toEqual([]);
  expect((train as TextSet).documents).toEqual((data.source!.train as TextSet).documents);
});

test('the metric that decides is part of the plan', async () => {
  expect((await plan({})).primary).toBe('bits_per_byte');
  expect((await plan({ primary: 'perplexity' })).primary).toBe('perplexity');
});

test('a model may be trained with settings of its own', async () => {
  const [plain] = (await plan({})).spec.models as { family: string }[];
  const own = { ...plain!, label: 'own', training: { steps: 7, learningRate: 0.01 } };
  const planned = await plan({ models: [plain!, own] } as Partial<StudyInput>);
  const inputsOf = (label: string) =>
    planned.steps
      .filter(({ kind, label: text }) => kind === 'trial' && text.startsWith(`${label}:`))
      .map(({ inputs }) => inputs as unknown as TrialInputs);
  expect(new Set(inputsOf('own').map(({ training }) => training.steps))).toEqual(new Set([7]));
  expect(inputsOf('own').every(({ learningRate }) => learningRate === 0.01)).toBe(true);
  const others = inputsOf(planned.models[0]!.label);
  expect(others.length).toBeGreaterThan(0);
  expect(others.some(({ training }) => training.steps === 7)).toBe(false);
  expect(planned.warnings.join()).toContain('Fewer than 3 learning rates are tried');
  const wrong = { models: [{ ...plain!, training: { looks: 3 } }] } as unknown as Partial<StudyInput>;
  expect(() => plan(wrong)).toThrow(/unknown key 'looks' .*models\.0\.training\.looks/);
});

test('stages that cannot all be reached within the looks are warned of', async () => {
  // Embedding, one block, output.
  const techniques = ['from-scratch', 'gradual-unfreezing', { 'gradual-unfreezing': { stages: 'equal' } }];
  const warned = async (looks: number, equal: 'steps' | 'convergence' = 'steps') => {
    const training = { looks, equal, convergence: { patience: 4 } };
    const { warnings } = await plan({ techniques, training } as Partial<StudyInput>);
    return warnings.filter((text) => text.includes('stages until convergence'));
  };
  expect(await warned(12)).toEqual([]);
  expect(await warned(11)).toEqual([
    'gradual-unfreezing has 3 stages until convergence, each of 4 looks at least: with 11 looks it cannot finish its last stage. Give training.looks 12 or more, or a smaller training.convergence.patience.',
  ]);
  expect((await warned(8))[0]).toContain('with 8 looks it cannot get beyond stage 2.');
  expect(await warned(8, 'convergence')).toHaveLength(2);
});

describe('what cannot be run is refused before anything is', () => {
  test('a budget given twice', async () => {
    await expect(plan({ budgets: [25, 50, 25] })).rejects.toMatchObject({
      code: 'invalid-value',
      facts: { received: 25, where: 'budgets' },
    });
  });

  test('pre-trainings that only some seeds share', async () => {
    const source = { dataset: 'names', select: { language: 'english' } };
    const given = (seeds: number) => plan({ source: { ...source, seeds }, seeds: 3 });
    for (const seeds of [2, 4])
      await expect(given(seeds)).rejects.toMatchObject({
        code: 'invalid-value',
        facts: { received: seeds, where: 'source.seeds' },
      });
    const { models } = await given(3);
    expect(models[0]!.pretraining).toHaveLength(3);
  });

  test('an option of a model that another one leaves without effect', async () => {
    const digits = (style: string) => ({
      dataset: 'glyphs',
      select: { style, script: 'latin', case: 'digit' },
    });
    const data = { source: digits('serif'), target: digits('handwriting') };
    const models = [{ family: 'diffusion', sampler: 'ddpm', steps: 20 }];
    await expect(plan({ ...data, models })).rejects.toMatchObject({
      code: 'conflict',
      facts: { first: "option 'steps'", second: 'sampler ddpm', where: 'models.0' },
    });
  });

  test('a source of too few groups to validate on, unless the fractions leave one for it', async () => {
    const three = { dataset: 'glyphs', select: { style: 'handwriting', script: 'greek' } };
    const images = { target: 'glyphs', models: [{ family: 'vae' }] };
    await expect(plan({ ...images, source: three })).rejects.toThrow(/nothing is left for validation/);
    const split = { train: 0.4, validation: 0.3, test: 0.3 };
    await expect(plan({ ...images, source: { ...three, split } })).resolves.toBeDefined();
  });

  test('settings for data of the other kind', async () => {
    await expect(plan({ values: 'unit' })).rejects.toThrow(
      /'values' and '.*' cannot be combined.*for images/,
    );
  });

  test('a metric that does not exist, with the nearest that does', async () => {
    await expect(plan({ primary: 'bits_per_bite' })).rejects.toMatchObject({
      code: 'unknown-name',
      message: expect.stringContaining("Did you mean 'bits_per_byte'?"),
    });
  });

  test('a budget that the draw of a tuning run does not have', () => {
    const groups = Array.from({ length: 6 }, (_, g) => Array(7 + 5 * g).fill(`group ${g}`)).flat();
    const train: ImageSet = {
      kind: 'image',
      name: 'groups',
      channels: 1,
      height: 1,
      width: 1,
      pixels: new Uint8Array(groups.length),
      count: groups.length,
      groups,
      provenance: { source: 'made up', steps: [] },
    } as never;
    const most = (seed: number) => largestBudget(train, stream(seed).child('budget'));
    const seed = Array.from({ length: 50 }, (_, i) => i).find((i) => most(i) > most(FIRST_TUNING_SEED))!;
    const target = { name: 'groups', train } as PreparedData;
    const check = (budget: number) =>
      checkBudgets(parseStudy({ ...names, budgets: [budget] }, 'study'), target, [seed]);
    check(most(FIRST_TUNING_SEED));
    expect(() => check(most(seed))).toThrow(`at most ${most(FIRST_TUNING_SEED)}`);
  });

  test('a checkpoint for images of another size, or one that changed after planning', async () => {
    const model = createVae({ image: [1, 5, 5], hidden: [4], latent: 2 });
    const save = (seed: number, values?: ImageValues) =>
      saveCheckpoint(
        join(folder, 'small'),
        { model, weights: freshWeights(model, stream(seed)), data: values === undefined ? {} : { values } },
        '# small\n',
      );
    save(1);
    const models = [{ checkpoint: 'small' }];
    await expect(plan({ models, source: undefined })).rejects.toMatchObject({ code: 'bad-data' });
    const glyphs = { dataset: 'glyphs', select: { style: 'handwriting' } };
    await expect(plan({ models, source: undefined, target: glyphs })).rejects.toMatchObject({
      code: 'shape-mismatch',
      facts: { where: 'models.0' },
    });
    const small = { models, source: undefined, target: { ...glyphs, resize: [5, 5] } } as Partial<StudyInput>;
    const fitting = await plan(small);
    // What pixels are is not said: what a Bernoulli is a likelihood of.
    expect(fitting.models[0]!.encoding).toEqual({ kind: 'image', values: { binarise: 0.5 } });
    save(1, 'unit');
    await expect(plan(small)).rejects.toMatchObject({ code: 'conflict', facts: { where: 'models.0' } });
    const inputs = fitting.steps[0]!.inputs as unknown as AdaptInputs;
    const context = { base: folder } as StepContext;
    expect(loadBase(inputs, context).model.family).toBe('vae');
    save(2);
    expect(() => loadBase(inputs, context)).toThrow('has changed since the study was planned');
  });
});

describe('a given checkpoint is more than its weights: steps are made anew where', () => {
  test('its configuration alone changed', async () => {
    const target = { dataset: 'glyphs', select: { style: 'handwriting' }, resize: 5 };
    const given = {
      models: [{ checkpoint: 'configured' }],
      source: undefined,
      target,
    } as Partial<StudyInput>;
    const made = async (config: Partial<VaeConfig>, past: CheckpointData = {}) => {
      const model = createVae({ image: [1, 5, 5], hidden: [4], latent: 2, ...config });
      const checkpoint = { model, weights: freshWeights(model, stream(1)), data: past };
      saveCheckpoint(join(folder, 'configured'), checkpoint, '# configured\n');
      return plan(given);
    };
    const idsOf = ({ steps }: StudyPlan) => steps.map(({ id }) => id);
    const first = await made({});
    const inputs = first.steps[0]!.inputs as unknown as AdaptInputs;
    const context = { base: folder } as StepContext;
    // What a card tells of a model's past changes nothing that it computes.
    expect(idsOf(await made({}, { trainedOn: 'something' }))).toEqual(idsOf(first));
    expect(loadBase(inputs, context).model.config.beta).toBe(1);
    const second = await made({ beta: 4 });
    expect(idsOf(second).filter((id) => idsOf(first).includes(id))).toEqual([]);
    expect(() => loadBase(inputs, context)).toThrow('has changed since the study was planned');
  });

  test('its tokenizer alone changed', () => {
    const model = createTransformer({ vocabulary: 3, context: 4, layers: 1, heads: 1, width: 4 });
    const weights = freshWeights(model, stream(1));
    const hash = (...characters: string[]) =>
      checkpointHash({ model, weights, tokenizer: characterTokenizer(characters, { unseen: 'refuse' }) });
    expect(hash('a', 'b', 'c')).toBe(hash('a', 'b', 'c'));
    expect(hash('a', 'c', 'b')).not.toBe(hash('a', 'b', 'c'));
    expect(hash('a', 'b', 'c')).not.toBe(checkpointHash({ model, weights }));
  });
});

test('wrong labels that no model reads are said to change nothing', async () => {
  const digits = (style: string) => ({
    dataset: 'glyphs',
    select: { style, script: 'latin', case: 'digit' },
  });
  const target = digits('handwriting');
  const models: StudyInput['models'] = [{ family: 'vae', hidden: [8], latent: 2 }];
  const source = { ...digits('serif'), corrupt: { 'wrong-labels': 0.5 } };
  const { warnings } = await plan({ source, target, models });
  expect(warnings).toContain(
    'source.corrupt.wrong-labels: no model of this study reads labels, so results cannot change.',
  );
  expect((await plan({})).warnings.join()).not.toContain('labels');
});

describe('the metric that decides is one that every trial measures', () => {
  test.each([
    [
      'nll',
      /decides is 'nll' \(primary\); allowed: .*: bits_per_byte, perplexity, distinct_n, ngram_novelty\./,
    ],
    ['fid', /decides is 'fid'/],
    ['bits_per_bite', /Did you mean 'bits_per_byte'/],
  ])('texts: not %s', async (primary, message) => {
    await expect(plan({ primary })).rejects.toThrow(message);
  });

  test('texts: bits per byte', async () => {
    expect((await plan({ primary: 'bits_per_byte' })).primary).toBe('bits_per_byte');
  });

  test('images: FID only where there are more items than features', async () => {
    const digits = (style: string) => ({
      dataset: 'glyphs',
      select: { style, script: 'latin', case: 'digit' },
    });
    const images = {
      source: digits('serif'),
      target: digits('handwriting'),
      models: [{ family: 'vae', hidden: [8], latent: 2 }],
    };
    await expect(plan({ ...images, primary: 'fid', evaluation: { items: 20 } })).rejects.toThrow(
      /allowed: .*nll, bits_per_dim, kid, .*more test items and more samples than the network has features/,
    );
    await expect(plan({ ...images, primary: 'bits_per_byte' })).rejects.toThrow(/decides is/);
    for (const primary of ['nll', 'kid', 'recognised', 'reconstruction_mse'])
      expect((await plan({ ...images, primary })).primary).toBe(primary);
  });
});

test('images in colour that are decided by a network which sees none are warned of', async () => {
  const digits = (style: string, channels: 1 | 3) => ({
    dataset: 'glyphs',
    select: { style, script: 'latin', case: 'digit' },
    channels,
  });
  const warned = async (channels: 1 | 3, model: { family: string } & Record<string, unknown>) => {
    const data = { source: digits('serif', channels), target: digits('handwriting', channels) };
    const { primary, warnings } = await plan({ ...data, models: [model] } as Partial<StudyInput>);
    return [primary, warnings.filter((text) => text.includes('does not judge colour')).length];
  };
  const gan = { family: 'gan', generatorChannels: [4, 4], discriminatorChannels: [4, 4] };
  expect(await warned(3, gan)).toEqual(['kid', 1]);
  expect(await warned(1, gan)).toEqual(['kid', 0]);
  expect(await warned(3, { family: 'vae', hidden: [8], latent: 2 })).toEqual(['nll', 0]);
});

test('a checkpoint that has seen the target, or a set never trained on, is warned of', async () => {
  const part = (style: string) => ({ dataset: 'glyphs', select: { style }, resize: 5 });
  const [target, other] = [part('handwriting'), part('serif')];
  const model = createVae({ image: [1, 5, 5], hidden: [4], latent: 2 });
  const warned = async (past: CheckpointData) => {
    const checkpoint = { model, weights: freshWeights(model, stream(1)), data: past };
    saveCheckpoint(join(folder, 'experienced'), checkpoint, '# experienced\n');
    const models = [{ checkpoint: 'experienced' }];
    const { warnings } = await plan({ models, source: undefined, target, evaluate_on: [other] } as never);
    return warnings.filter((text) => text.includes('experienced was trained on'));
  };
  const { hash: seen } = (await loadData(target, dataContext(folder, undefined), 'target')).input;
  const { hash: unseen } = (await loadData(other, dataContext(folder, undefined), 'target')).input;
  expect(await warned({ trainedOn: `something (${'0'.repeat(64)})` })).toEqual([]);
  expect(
    await warned({ adapted: [{ technique: 'fine-tune', items: 400, target: `handwriting (${seen})` }] }),
  ).toEqual([
    'experienced was trained on glyphs (style: handwriting) before (fine-tune with 400 items of handwriting): it knows more of the target than the budgets hold, which from-scratch does not.',
  ]);
  expect(await warned({ trainedOn: `serif (${unseen})` })).toEqual([
    'experienced was trained on glyphs (style: serif), which is then no set never trained on.',
  ]);
});

test('models that see unlike pixels are said to have sample metrics on unlike images', async () => {
  const digits = (style: string) => ({
    dataset: 'glyphs',
    select: { style, script: 'latin', case: 'digit' },
  });
  const data = { source: digits('serif'), target: digits('handwriting') };
  const autoencoder = { family: 'autoencoder', hidden: [8], latent: 2 };
  const warned = async (vae: Record<string, unknown>, more: object = {}) => {
    const models = [{ family: 'vae', hidden: [8], latent: 2, ...vae }, autoencoder];
    const { warnings } = await plan({ ...data, ...more, models } as Partial<StudyInput>);
    return warnings.filter((text) => text.includes('do not say which model is better'));
  };
  expect(await warned({})).toEqual([
    expect.stringMatching(/^vae sees pixels of 0 and 1, at 0\.5; autoencoder sees pixels from 0 to 1\. /),
  ]);
  // Levels are no other numbers than what the autoencoder sees.
  expect(await warned({ likelihood: 'discretised-logistic' })).toEqual([]);
  expect(await warned({}, { values: { binarise: 0.5 } })).toEqual([]);
});
