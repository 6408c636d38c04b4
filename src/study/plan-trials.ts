import { techniques } from '../techniques/index.ts';
import type { Technique } from '../techniques/technique.ts';
import { FIRST_TUNING_SEED } from './check-study.ts';
import { estimateStep } from './estimate-step.ts';
import { familyVersion } from './family-version.ts';
import { makeStep, withoutUndefined } from './make-step.ts';
import { metricVersions } from './metric-versions.ts';
import { modelTraining, statedTraining } from './model-training.ts';
import type { PlanData } from './plan-data.ts';
import { adaptWork, trialMeasuringWork } from './plan-work.ts';
import { criterionInput } from './sample-criterion.ts';
import { sampleNetworks } from './sample-features.ts';
import type { Step } from './step.ts';
import {
  type AdaptInputs,
  type ModelInput,
  STEP_VERSION,
  type TrainingInput,
  type TrialInputs,
  type TuneInputs,
} from './step-inputs.ts';
import type { PlannedModel, StudyPlan } from './study-plan.ts';
import type { StudySpec } from './study-spec.ts';
import type { TechniqueRow } from './technique-row.ts';

/** What the trials of a plan have in common. */
interface Matrix {
  readonly spec: StudySpec;
  readonly data: PlanData;
  readonly models: readonly PlannedModel[];
  readonly rows: readonly TechniqueRow[];
  readonly seeds: readonly number[];
}

/** A place of the matrix whose seeds share a learning rate. */
interface Group {
  readonly model: PlannedModel;
  /** Place of the model in the study file. */
  readonly m: number;
  readonly row: TechniqueRow;
  readonly budget: number;
}

/** The trials of a study, and the runs that choose their learning rates, in an order in which they can be run. */
export function planTrials(matrix: Matrix): { trials: StudyPlan['trials'][number][]; steps: Step[] } {
  const { spec, models, rows, seeds } = matrix;
  const steps: Step[] = [];
  const trials: StudyPlan['trials'][number][] = [];
  for (const [m, model] of models.entries())
    for (const budget of spec.budgets)
      for (const row of rows) {
        const group = { model, m, row, budget };
        const { learningRate, tunes } = tuning(matrix, group);
        steps.push(...tunes);
        for (const [s, seed] of seeds.entries()) {
          const step = trial(matrix, group, seed, s, learningRate);
          steps.push(step);
          trials.push({
            cell: { model: model.label, technique: row.label, budget, seed },
            step: step.id,
          });
        }
      }
  return { trials, steps };
}

function adaptInputs(
  { spec, data: { target, source } }: Matrix,
  { model, m, row, budget }: Group,
  seed: number,
  s: number,
): AdaptInputs {
  const technique: Technique = techniques[row.name];
  const from: ModelInput =
    model.pretraining.length > 0
      ? { from: 'step', step: model.pretraining[s % model.pretraining.length]! }
      : {
          from: 'folder',
          path: (spec.models[m] as { checkpoint: string }).checkpoint,
          hash: model.hash!,
          ...familyVersion(model.family),
        };
  const {
    equal,
    learningRate: _,
    tuningSeeds: __,
    optimiser,
    average,
    validation,
    ...rest
  } = modelTraining(spec, m);
  const training: TrainingInput = {
    ...rest,
    ...statedTraining(model.model, { optimiser, average }),
    ...(validation === undefined ? {} : { validation }),
    ...(row.schedule === undefined ? {} : { schedule: row.schedule }),
    ...(row.layerDecay === undefined ? {} : { layerDecay: row.layerDecay }),
  };
  const criterion = criterionInput(model.model);
  return {
    version: STEP_VERSION,
    model: from,
    technique: { name: row.name, version: technique.version, options: row.options },
    target: target.input,
    ...(source === undefined ? {} : { source: source.input }),
    encoding: model.encoding,
    budget,
    seed,
    training,
    ...(criterion === undefined ? {} : { criterion }),
    equal,
  };
}

/** One learning rate for all trials of a group, or the steps that choose it. */
function tuning(
  matrix: Matrix,
  group: Group,
): { learningRate: TrialInputs['learningRate']; tunes: readonly Step[] } {
  const { model, m, row, budget } = group;
  const { learningRate, tuningSeeds } = modelTraining(matrix.spec, m);
  if (row.learningRate !== undefined) return { learningRate: row.learningRate, tunes: [] };
  const grid =
    typeof learningRate === 'number' ? [learningRate] : [...new Set(learningRate)].sort((a, b) => a - b);
  if (grid.length === 1 || !techniques[row.name].trains) return { learningRate: grid[0]!, tunes: [] };
  const training = adaptWork(matrix.spec, cellOf(group));
  const runs = grid.map((rate) => ({
    rate,
    steps: Array.from({ length: tuningSeeds }, (_, i) => {
      const inputs: TuneInputs = {
        ...adaptInputs(matrix, group, FIRST_TUNING_SEED + i, i),
        learningRate: rate,
      };
      const label = `${model.label}: ${row.label}, ${budget} items, rate ${rate}`;
      const work = { training, checkpoints: 0, data: matrix.data.bytes };
      return makeStep('tune', label, needsOf(inputs), inputs, estimateStep(model.model, work));
    }),
  }));
  return {
    learningRate: { tuned: runs.map(({ rate, steps }) => ({ rate, steps: steps.map(({ id }) => id) })) },
    tunes: runs.flatMap(({ steps }) => steps),
  };
}

function trial(
  matrix: Matrix,
  group: Group,
  seed: number,
  s: number,
  learningRate: TrialInputs['learningRate'],
): Step {
  const { spec, data } = matrix;
  const { model, row, budget } = group;
  const { likelihood } = model.model;
  const { test } = data.target.prepared;
  const { times, ...others } = spec.evaluation;
  const evaluation = likelihood?.kind === 'variational' ? { ...others, times } : others;
  const inputs: TrialInputs = {
    ...adaptInputs(matrix, group, seed, s),
    labels: { model: model.label, technique: row.label },
    learningRate,
    evaluateOn: data.unseen.map(({ input }) => input),
    evaluation: withoutUndefined(evaluation),
    sampling: withoutUndefined(spec.sampling),
    ...(model.encoding.kind === 'image' ? { features: sampleNetworks(spec.target) } : {}),
    ...metricVersions(model.encoding.kind, test.kind === 'text' ? test.notation : undefined),
  };
  const tuned = typeof learningRate === 'number' ? [] : learningRate.tuned.flatMap(({ steps }) => steps);
  return makeStep(
    'trial',
    `${model.label}: ${row.label}, ${budget} items, seed ${seed}`,
    [...needsOf(inputs), ...tuned],
    inputs,
    estimateStep(model.model, {
      training: adaptWork(spec, cellOf(group)),
      measuring: trialMeasuringWork(spec, data, cellOf(group)),
      checkpoints: 1,
      data: data.bytes,
    }),
  );
}

const cellOf = ({ model, m, row, budget }: Group) => ({ model: model.model, m, row, budget });
const needsOf = ({ model }: AdaptInputs): string[] => (model.from === 'step' ? [model.step] : []);
