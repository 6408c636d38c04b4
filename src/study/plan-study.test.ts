import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { largestBudget } from '../data/budget.ts';
import type { ImageSet, TextSet } from '../data/data-set.ts';
import type { PreparedData } from '../data/prepare-data.ts';
import { saveCheckpoint } from '../models/checkpoint.ts';
import { createVae } from '../models/vae.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { loadBase } from './adapt.ts';
import { checkBudgets, FIRST_TUNING_SEED } from './check-study.ts';
import { planStudy } from './plan-study.ts';
import type { StepContext } from './step.ts';
import type { AdaptInputs } from './step-inputs.ts';
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

describe('what cannot be run is refused before anything is', () => {
  test('a budget given twice', async () => {
    await expect(plan({ budgets: [25, 50, 25] })).rejects.toMatchObject({
      code: 'invalid-value',
      facts: { received: 25, where: 'budgets' },
    });
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
    const save = (seed: number) =>
      saveCheckpoint(
        join(folder, 'small'),
        { model, weights: freshWeights(model, stream(seed)), data: { values: 'unit' } },
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
    const fitting = await plan({
      models,
      source: undefined,
      target: { ...glyphs, resize: [5, 5] },
    } as Partial<StudyInput>);
    const inputs = fitting.steps[0]!.inputs as unknown as AdaptInputs;
    const context = { base: folder } as StepContext;
    expect(loadBase(inputs, context).model.family).toBe('vae');
    save(2);
    expect(() => loadBase(inputs, context)).toThrow('has changed since the study was planned');
  });
});
