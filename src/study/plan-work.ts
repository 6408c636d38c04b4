import { validationCount } from '../data/budget.ts';
import { examplesOf, type PreparedData } from '../data/prepare-data.ts';
import type { Model } from '../models/model.ts';
import { techniques } from '../techniques/index.ts';
import type { Technique } from '../techniques/technique.ts';
import type { CountedWork } from './counted-work.ts';
import { measuringWork } from './measuring-work.ts';
import { modelTraining } from './model-training.ts';
import { onceFor } from './once-for.ts';
import type { PlanData } from './plan-data.ts';
import { criterionInput } from './sample-criterion.ts';
import { sampleNetworks } from './sample-features.ts';
import type { StudySpec } from './study-spec.ts';
import type { TechniqueRow } from './technique-row.ts';
import { trainingWork } from './training-work.ts';

/** A place of the matrix, as far as its work follows from it. */
export interface PlannedCell {
  readonly model: Model;
  /** Place of the model in the study file. */
  readonly m: number;
  readonly row: TechniqueRow;
  readonly budget: number;
}

type Part = 'train' | 'validation' | 'test';

/** Examples of a part, as a model sees them: windows of running text. */
export const exampleCount = (prepared: PreparedData, part: Part): number =>
  examplesOf(prepared[part], prepared.window).count;

/** Training and validation examples of a budget; `enlarged`: validation examples to have at least. */
const partsOf = (budget: number, enlarged = 0): { readonly train: number; readonly validation: number } => ({
  train: budget - validationCount(budget),
  validation: Math.max(validationCount(budget), enlarged),
});

/** Work of pre-training a model on the source. */
export function pretrainWork(
  model: Model,
  pretrain: {
    readonly steps: number;
    readonly looks: number;
    readonly batch: number;
    readonly accumulate: number;
  },
  source: PreparedData,
): CountedWork {
  return trainingWork(model, {
    ...pretrain,
    stages: [{ name: 'all layers', layers: model.layers, length: { kind: 'share', share: 1 } }],
    criterion: criterionInput(model),
    examples: exampleCount(source, 'train'),
    validation: exampleCount(source, 'validation'),
  });
}

/** Work of adapting a model once. */
export function adaptWork(spec: StudySpec, { model, m, row, budget }: PlannedCell): CountedWork {
  const training = modelTraining(spec, m);
  const { train, validation } = partsOf(budget, training.validation);
  return onceFor(model, `adapt ${m} ${row.label} ${budget}`, () => {
    const technique: Technique = techniques[row.name];
    const { stages, losses, untie, rewrite } = technique.fill(
      { model },
      technique.options.parse(row.options),
    );
    const untied = untie ? (model.untied?.().model ?? model) : model;
    const trained = onceFor(model, `trained ${row.label}`, () => rewrite?.build(untied) ?? untied);
    // What every technique gets as many operations for is counted as if all layers were trained.
    const all = [{ name: '', layers: trained.layers, length: { kind: 'share', share: 1 } as const }];
    return trainingWork(trained, {
      stages: training.equal === 'flops' && stages.length > 0 ? all : stages,
      ...(losses === undefined ? {} : { losses }),
      steps: training.steps,
      looks: training.looks,
      batch: training.batch,
      accumulate: training.accumulate,
      recompute: training.recompute,
      criterion: criterionInput(model),
      examples: train,
      validation,
    });
  });
}

/** Work of measuring a trial. */
export function trialMeasuringWork(
  spec: StudySpec,
  data: PlanData,
  { model, m, budget }: PlannedCell,
): CountedWork {
  const { items, importanceSamples, times } = spec.evaluation;
  const { train } = partsOf(budget, modelTraining(spec, m).validation);
  const test = ({ prepared }: PlanData['target']) => Math.min(items, exampleCount(prepared, 'test'));
  return onceFor(model, `measure ${m} ${budget}`, () =>
    measuringWork(model, {
      evaluation: { importanceSamples, ...(times === undefined ? {} : { times }) },
      likelihoods: [
        model.likelihood?.kind === 'variational' ? Math.min(train, items) : train,
        ...data.sets.map(test),
      ],
      samples: spec.sampling.count,
      examples: train,
      test: test(data.target),
      unseen: data.unseen.map(test),
      networks: data.target.prepared.test.kind === 'image' ? Object.keys(sampleNetworks(spec.target)) : [],
    }),
  );
}
