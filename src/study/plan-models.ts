import { classLabels } from '../data/class-labels.ts';
import { GraftError } from '../errors.ts';
import { createModel } from '../models/index.ts';
import { checkpointModel } from './checkpoint-model.ts';
import { estimateStep } from './estimate-step.ts';
import { familyVersion } from './family-version.ts';
import { checkFamilyOptions, fitFamily } from './fit-family.ts';
import { makeStep } from './make-step.ts';
import { statedTraining } from './model-training.ts';
import { type PlanData, splitSource } from './plan-data.ts';
import { pretrainWork } from './plan-work.ts';
import { requireValidation } from './require-validation.ts';
import { criterionInput } from './sample-criterion.ts';
import type { Step } from './step.ts';
import { type PretrainInputs, STEP_VERSION } from './step-inputs.ts';
import type { PlannedModel } from './study-plan.ts';
import type { StudySpec } from './study-spec.ts';

type FamilyEntry = Extract<StudySpec['models'][number], { family: string }>;

/** The models of a study with the steps that pre-train them. Fails with `conflict` where two have one label. */
export function planModels(
  spec: StudySpec,
  base: string,
  data: PlanData,
): { models: PlannedModel[]; steps: Step[] } {
  const planned = spec.models.map((entry, i): { model: PlannedModel; steps: Step[] } => {
    const where = `models.${i}`;
    if (!('checkpoint' in entry)) return familyModel(entry as FamilyEntry, spec, data, where);
    const given = entry as { checkpoint: string; label?: string };
    const model = checkpointModel(given, base, data.sets, where, spec.context);
    return { model, steps: [] };
  });
  const models = planned.map(({ model }) => model);
  const labels = models.map(({ label }) => label);
  if (new Set(labels).size < labels.length)
    throw new GraftError('conflict', {
      first: 'two models',
      second: `the label '${labels.find((label, i) => labels.indexOf(label) !== i)}'`,
      reason: 'labels must differ; give one of them a label of its own',
      where: 'models',
    });
  return { models, steps: planned.flatMap(({ steps }) => steps) };
}

function familyModel(
  entry: FamilyEntry,
  spec: StudySpec,
  { target, source, heldOut, bytes, sets }: PlanData,
  where: string,
): { model: PlannedModel; steps: Step[] } {
  if (source === undefined)
    throw new GraftError('invalid-value', {
      what: 'source',
      received: undefined,
      allowed: 'a data set, on which the study pre-trains its models',
      where,
      hint: 'Give a source, or a checkpoint instead of a family.',
    });
  requireValidation(source.prepared);
  const { family, label, pretrain, training: _, ...given } = entry;
  checkFamilyOptions(family, given, where);
  const { config, encoding } = fitFamily(family, given, spec, target, source, heldOut, where);
  const model = createModel(family, config, where);
  if (model.classes !== undefined)
    for (const { prepared } of sets) classLabels(prepared.train, model.classes, where);
  const { learningRate, steps: count, optimiser, average, ...rest } = pretrain;
  const criterion = criterionInput(model);
  const training = pretrainWork(model, pretrain, source.prepared);
  const steps = Array.from({ length: splitSource(spec).seeds }, (_, i) => {
    const inputs: PretrainInputs = {
      version: STEP_VERSION,
      family,
      ...familyVersion(family),
      config: model.config,
      source: source.input,
      heldOut,
      encoding,
      training: {
        ...rest,
        ...statedTraining(model, { optimiser, average }),
        steps: count,
        convergence: spec.training.convergence,
      },
      ...(criterion === undefined ? {} : { criterion }),
      learningRate,
      seed: i + 1,
    };
    return makeStep(
      'pretrain',
      `pre-train ${family} on ${source.input.name}, seed ${i + 1}`,
      [],
      inputs,
      estimateStep(model, { training, checkpoints: 1, data: bytes }),
    );
  });
  const pretraining = steps.map(({ id }) => id);
  return { model: { label: label ?? family, family, model, encoding, pretraining }, steps };
}
