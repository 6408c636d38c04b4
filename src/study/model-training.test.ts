import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { saveCheckpoint } from '../models/checkpoint.ts';
import { families } from '../models/index.ts';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { planStudy } from './plan-study.ts';
import type { TrialInputs } from './step-inputs.ts';
import { parseStudy, type StudyInput } from './study-spec.ts';

const digits = (style: string) => ({
  dataset: 'glyphs',
  select: { style, script: 'latin', case: 'digit' },
});
const gan = { family: 'gan', pretrain: { steps: 4 } };
const inputsOf = async (more: Partial<StudyInput>) => {
  const study: StudyInput = {
    name: 'digits',
    source: digits('serif'),
    target: digits('handwriting'),
    models: [gan],
    techniques: ['fine-tune'],
    budgets: [25],
    seeds: 1,
    training: { learningRate: 0.001 },
    ...more,
  };
  const { steps } = await planStudy(parseStudy(study, 'study'), tmpdir(), undefined);
  return (['pretrain', 'trial'] as const).map((kind) => {
    const step = steps.find((one) => one.kind === kind)!;
    return { id: step.id, training: (step.inputs as unknown as TrialInputs).training };
  });
};

test('optimiser and average go before those of its players where they are said, and only there', async () => {
  for (const { training } of await inputsOf({})) {
    expect(training.optimiser).toBe('adam');
    expect(training).not.toHaveProperty('stated');
  }
  const [pretrained, tried] = await inputsOf({
    models: [{ ...gan, pretrain: { steps: 4, average: 0.9 } }],
    training: { learningRate: 0.001, optimiser: 'adam', average: 0.99 },
  });
  expect(pretrained!.training).toMatchObject({ average: 0.9, stated: ['average'] });
  expect(tried!.training).toMatchObject({
    optimiser: 'adam',
    average: 0.99,
    stated: ['optimiser', 'average'],
  });
  const [, own] = await inputsOf({ models: [{ ...gan, training: { optimiser: 'sgd' } }] });
  expect(own!.training).toMatchObject({ optimiser: 'sgd', stated: ['optimiser'] });
});

test('a family that trains differently from then on has steps of its own', async () => {
  const before = await inputsOf({});
  const known = families.gan as { version: number };
  const { version } = known;
  try {
    known.version = version + 1;
    const after = await inputsOf({});
    after.forEach(({ id }, i) => {
      expect(id).not.toBe(before[i]!.id);
    });
  } finally {
    known.version = version;
  }
});

test('so it is with a checkpoint of that family', async () => {
  const model = createVae({ image: [1, 28, 28], hidden: [4], latent: 2 });
  const folder = mkdtempSync(join(tmpdir(), 'graft-family-'));
  const known = families.vae as { version: number };
  const { version } = known;
  try {
    saveCheckpoint(
      join(folder, 'own'),
      { model, weights: freshWeights(model, stream(1)), data: {} },
      '# own\n',
    );
    const study: StudyInput = {
      name: 'own',
      target: digits('handwriting'),
      models: [{ checkpoint: join(folder, 'own') }],
      techniques: ['fine-tune'],
      budgets: [25],
      seeds: 1,
      training: { learningRate: 0.001 },
    };
    const trial = async () => (await planStudy(parseStudy(study, 'study'), folder, undefined)).steps[0]!.id;
    const before = await trial();
    expect(await trial()).toBe(before);
    known.version = version + 1;
    expect(await trial()).not.toBe(before);
  } finally {
    known.version = version;
    rmSync(folder, { recursive: true, force: true });
  }
});
