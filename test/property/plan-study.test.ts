/**
 * Plans of drawn studies on small data of one's own: what a plan owes to the queue (an order in which it can be run)
 * and to a person who changes a study (finished work is found again wherever it still holds).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { planStudy } from '../../src/study/plan-study.ts';
import type { Step, StepKind } from '../../src/study/step.ts';
import type { StudyPlan } from '../../src/study/study-plan.ts';
import { parseStudy, type StudyInput } from '../../src/study/study-spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-plans-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeTexts(name: string, start: number): void {
  const lines = Array.from({ length: 160 }, (_, i) => {
    const text = (start + i).toString(5).replace(/\d/g, (digit) => 'abcde'[Number(digit)]!);
    return JSON.stringify({ text, kind: i % 2 === 0 ? 'even' : 'odd', size: i % 3 === 0 ? 's' : 'l' });
  });
  writeFileSync(join(folder, `${name}.jsonl`), lines.join('\n'));
}
writeTexts('target', 5 ** 6);
writeTexts('source', 5 ** 7);
writeTexts('other', 5 ** 8);

const data = (name: string) => ({ path: `./${name}.jsonl`, field: 'text' });
const selected = (name: string) => ({ ...data(name), select: { kind: ['even', 'odd'], size: ['s', 'l'] } });

const rows: readonly StudyInput['techniques'][number][] = [
  'source-only',
  'from-scratch',
  'feature-extraction',
  'fine-tune',
  { 'fine-tune': { schedule: { name: 'polynomial', power: 2, floor: 0.1 }, layerDecay: 2 } },
  { 'fine-tune': { learningRate: 0.01, schedule: 'cosine' } },
  { 'feature-extraction': { layers: 2 } },
];

const models: readonly StudyInput['models'][number][] = [
  { family: 'transformer', label: 'small', layers: 1, heads: 1, width: 4, pretrain: { steps: 20, batch: 8 } },
  { family: 'transformer', label: 'wide', layers: 1, heads: 2, width: 6 },
];

const fewOf = <T>(all: readonly T[], maxLength: number) =>
  fc.shuffledSubarray([...all], { minLength: 1, maxLength });

const study: fc.Arbitrary<StudyInput> = fc.record({
  name: fc.constantFrom('one', 'another'),
  source: fc.constantFrom(data('source'), selected('source')),
  target: fc.constantFrom(data('target'), selected('target')),
  models: fewOf(models, 2),
  techniques: fewOf(rows, 3),
  budgets: fewOf([10, 15, 20, 40], 2),
  seeds: fc.oneof(fc.integer({ min: 1, max: 3 }), fewOf([0, 4, 1, 7], 3)),
  training: fc.record({
    steps: fc.constantFrom(30, 60),
    learningRate: fc.constantFrom(1e-3, [3e-3, 1e-3], [1e-3, 1e-3]),
    tuningSeeds: fc.constantFrom(1, 2),
    optimiser: fc.constantFrom('sgd' as const, { name: 'adam' as const, beta2: 0.99 }),
  }),
  evaluate_on: fc.constantFrom([], [data('other')]),
});

const plan = (input: unknown): Promise<StudyPlan> => planStudy(parseStudy(input, 'study'), folder, undefined);

const ids = (steps: readonly Step[]): string[] => steps.map(({ id }) => id);
const ofKind = (p: StudyPlan, kind: StepKind): string[] => ids(p.steps.filter((step) => step.kind === kind));
const runs = { numRuns: 12 };

/** The value with the keys of every map in reverse order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, v]) => [key, turned(v)]),
  );
}

describe('a plan', () => {
  test('can be run in its order, needs nothing that it lacks and makes nothing that nobody needs', async () => {
    await fc.assert(
      fc.asyncProperty(study, async (input) => {
        const { steps, trials } = await plan(input);
        const done = new Set<string>();
        for (const step of steps) {
          expect(step.needs.filter((id) => !done.has(id))).toEqual([]);
          expect(done.has(step.id)).toBe(false);
          done.add(step.id);
        }
        const needed = new Set([...steps.flatMap(({ needs }) => needs), ...trials.map(({ step }) => step)]);
        expect(ids(steps).filter((id) => !needed.has(id))).toEqual([]);
        for (const { step } of trials) expect(steps.find(({ id }) => id === step)!.kind).toBe('trial');
      }),
      runs,
    );
  });

  test('has a trial for every model, technique, budget and seed', async () => {
    await fc.assert(
      fc.asyncProperty(study, async (input) => {
        const p = await plan(input);
        const seeds = typeof input.seeds === 'number' ? input.seeds : input.seeds!.length;
        const cells = input.models.length * input.techniques.length * input.budgets.length * seeds;
        expect(new Set(p.trials.map(({ cell }) => JSON.stringify(cell))).size).toBe(cells);
        expect(p.trials.length).toBe(cells);
        expect(ofKind(p, 'trial').length).toBe(cells);
      }),
      runs,
    );
  });
});

describe('the ids of steps', () => {
  test('do not depend on the order of keys in the file, nor on whether it was written as JSON', async () => {
    await fc.assert(
      fc.asyncProperty(study, async (input) => {
        const p = await plan(input);
        expect(ids((await plan(turned(input))).steps)).toEqual(ids(p.steps));
        expect(ids((await plan(JSON.parse(JSON.stringify(input)))).steps)).toEqual(ids(p.steps));
      }),
      runs,
    );
  });

  test('do not depend on where in its list a technique, budget or seed stands', async () => {
    await fc.assert(
      fc.asyncProperty(study, async (input) => {
        const back = <T>(list: readonly T[]): T[] => [...list].reverse();
        const other = {
          ...input,
          models: back(input.models),
          techniques: back(input.techniques),
          budgets: back(input.budgets),
          ...(typeof input.seeds === 'object' ? { seeds: back(input.seeds) } : {}),
        };
        expect(ids((await plan(other)).steps).sort()).toEqual(ids((await plan(input)).steps).sort());
      }),
      runs,
    );
  });

  test('stay where a study grows by a model, technique, budget, seed, rate or tuning run', async () => {
    const { 0: model } = models;
    const growth: Readonly<Record<string, (s: StudyInput) => StudyInput>> = {
      model: (s) => ({ ...s, models: [{ ...model, label: 'new', width: 8 }, ...s.models] as never }),
      technique: (s) => ({ ...s, techniques: ['gradual-unfreezing', ...s.techniques] }),
      budget: (s) => ({ ...s, budgets: [25, ...s.budgets] }),
      seed: (s) => ({ ...s, seeds: typeof s.seeds === 'number' ? s.seeds + 1 : [9, ...s.seeds!] }),
    };
    await fc.assert(
      fc.asyncProperty(study, fc.constantFrom(...Object.keys(growth)), async (input, kind) => {
        const [before, after] = [await plan(input), await plan(growth[kind]!(input))];
        const known = new Set(ids(after.steps));
        expect(ids(before.steps).filter((id) => !known.has(id))).toEqual([]);
        expect(after.trials.length).toBeGreaterThan(before.trials.length);
      }),
      { numRuns: 20 },
    );
  });

  test('of learning-rate runs stay where the grid or the number of tuning seeds grows', async () => {
    await fc.assert(
      fc.asyncProperty(study, fc.boolean(), async (input, wider) => {
        const grid = { ...input.training, learningRate: [1e-3, 3e-3], tuningSeeds: 1 };
        const before = await plan({ ...input, training: grid });
        const more = wider ? { learningRate: [1e-2, 1e-3, 3e-3] } : { tuningSeeds: 2 };
        const after = await plan({ ...input, training: { ...grid, ...more } });
        expect(ofKind(after, 'pretrain')).toEqual(ofKind(before, 'pretrain'));
        const known = new Set(ofKind(after, 'tune'));
        expect(ofKind(before, 'tune').filter((id) => !known.has(id))).toEqual([]);
      }),
      runs,
    );
  });
});

type Change = readonly [name: string, changed: readonly StepKind[], change: (s: StudyInput) => unknown];

const pretrain = (s: StudyInput, changes: object) => ({
  ...s,
  models: s.models.map((model) => ({
    ...model,
    pretrain: { ...('pretrain' in model && (model.pretrain as object)), ...changes },
  })),
});
const training = (s: StudyInput, changes: object) => ({ ...s, training: { ...s.training, ...changes } });
const all: readonly StepKind[] = ['pretrain', 'tune', 'trial'];

const changes: readonly Change[] = [
  ['name', [], (s) => ({ ...s, name: 'renamed' })],
  ['description', [], (s) => ({ ...s, description: 'something else' })],
  ['primary', [], (s) => ({ ...s, primary: 'perplexity' })],
  [
    'a default that is written out',
    [],
    (s) => ({ ...s, sampling: { count: 500 }, evaluation: { items: 1000 } }),
  ],
  ['pretrain.steps', all, (s) => pretrain(s, { steps: 31 })],
  ['pretrain.batch', all, (s) => pretrain(s, { batch: 7 })],
  ['pretrain.learningRate', all, (s) => pretrain(s, { learningRate: 2e-3 })],
  ['pretrain.optimiser', all, (s) => pretrain(s, { optimiser: 'rmsprop' })],
  ['pretrain.schedule', all, (s) => pretrain(s, { schedule: 'linear' })],
  ['pretrain.looks', all, (s) => pretrain(s, { looks: 7 })],
  ['an option of the models', all, (s) => ({ ...s, models: s.models.map((m) => ({ ...m, bias: true })) })],
  ['tokenizer', all, (s) => ({ ...s, tokenizer: 'byte' })],
  ['context', all, (s) => ({ ...s, context: 12 })],
  ['training data of the source', all, (s) => ({ ...s, source: { ...(s.source as object), size: 50 } })],
  ['split of the target', all, (s) => ({ ...s, target: { ...(s.target as object), split: { seed: 3 } } })],
  ['training.steps', ['tune', 'trial'], (s) => training(s, { steps: 31 })],
  ['training.batch', ['tune', 'trial'], (s) => training(s, { batch: 5 })],
  ['training.equal', ['tune', 'trial'], (s) => training(s, { equal: 'flops' })],
  ['training.optimiser', ['tune', 'trial'], (s) => training(s, { optimiser: 'rmsprop' })],
  // A row may have a schedule of its own.
  [
    'training.schedule',
    ['tune', 'trial'],
    (s) => training({ ...s, techniques: ['fine-tune'] }, { schedule: 'linear' }),
  ],
  ['training.looks', ['tune', 'trial'], (s) => training(s, { looks: 7 })],
  ['training.average', ['tune', 'trial'], (s) => training(s, { average: 0.9 })],
  ['training.accumulate', ['tune', 'trial'], (s) => training(s, { accumulate: 2 })],
  ['sampling', ['trial'], (s) => ({ ...s, sampling: { count: 11 } })],
  ['sampling.topK', ['trial'], (s) => ({ ...s, sampling: { topK: 3 } })],
  ['evaluation', ['trial'], (s) => ({ ...s, evaluation: { items: 11 } })],
];

test.each(changes)(
  '%s: a change makes exactly the steps anew that it concerns: %j',
  async (_, changed, change) => {
    await fc.assert(
      fc.asyncProperty(study, async (drawn) => {
        const input = { ...drawn, techniques: (change(drawn) as StudyInput).techniques };
        const [before, after] = [await plan(input), await plan(change(input))];
        for (const kind of all) {
          const [old, now] = [ofKind(before, kind), ofKind(after, kind)];
          if (changed.includes(kind)) expect(now.filter((id) => old.includes(id))).toEqual([]);
          else expect(now).toEqual(old);
          expect(now.length).toBe(old.length);
        }
      }),
      { numRuns: 3 },
    );
  },
);
