import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { largestBudget } from '../data/budget.ts';
import { type DataContext, dataContext } from '../data/data-context.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { examplesOf } from '../data/prepare-data.ts';
import { isGraftError } from '../errors.ts';
import { inScratchFolder } from '../formats/scratch-folder.ts';
import { loadCheckpoint } from '../models/checkpoint.ts';
import type { CheckpointData } from '../models/checkpoint-data.ts';
import { hashInName, trainingHistory } from '../models/training-history.ts';
import { stream } from '../random.ts';
import { inContext } from './adapt.ts';
import { FIRST_TUNING_SEED } from './check-study.ts';
import type { EncodedSet } from './encoding.ts';
import { fitToModel } from './fit-to-model.ts';
import { loadData } from './loaded-data.ts';
import { type DrawnSamples, measureElsewhere } from './measure-elsewhere.ts';
import type { TrialObserver } from './measure-trial.ts';
import type { Measurement } from './measurement.ts';
import { overGroups, type SetCosts } from './over-groups.ts';
import { planStudy } from './plan-study.ts';
import { type ReferenceLikelihood, referenceLikelihood } from './reference-likelihood.ts';
import { runTrial } from './run-trial.ts';
import { type SamplingUnits, samplingUnits } from './sampling-units.ts';
import type { StepContext } from './step.ts';
import type { TrialInputs } from './step-inputs.ts';
import { StudyData } from './study-data.ts';
import { parseStudy } from './study-spec.ts';
import { judgeSuitability, type Suitability } from './suitability.ts';
import { testItems } from './test-items.ts';
import type { TrialResult } from './trial-result.ts';

/** What a model is evaluated on, and how. */
export interface EvaluationRequest {
  /** Folder, absolute. */
  readonly checkpoint: string;
  readonly label: string;
  readonly target: DataSpec;
  /** What it was trained on; where absent, what its card names, if that is here. */
  readonly source?: DataSpec;
  readonly unseen: readonly DataSpec[];
  /** Bring images of another size or other channels to what the model takes, and note it; else they are refused. */
  readonly fitData?: boolean;
  /** Measure on the target alone: neither on the source nor on unseen sets. */
  readonly targetOnly?: boolean;
  readonly seed: number;
  /** Keys of a study's `evaluation` and `sampling`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Evaluation {
  readonly label: string;
  readonly family: string;
  /** 'image' or 'text'. */
  readonly item: string;
  readonly target: string;
  readonly targetHash: string;
  readonly source?: string;
  readonly trainedOn?: string;
  readonly trial: TrialResult;
  /** Those of the trial, and what was measured besides. */
  readonly measurements: readonly Measurement[];
  /** What a model of frequencies alone reaches on the target. */
  readonly reference?: ReferenceLikelihood;
  /** For images: mean squared deviation of target values from their mean. */
  readonly variance?: number;
  /** Negative log-likelihood of each test item of the target, nats; empty where there is no likelihood. */
  readonly items: readonly number[];
  /** Which of these items are alike, so that they count as one. */
  readonly units: SamplingUnits;
  readonly suitability: Suitability;
  /** What a reader should know of how this came about. */
  readonly notes: readonly string[];
}

/** Training items that a trial of no training looks at: for likelihood and nearest examples. */
const LOOKED_AT = 1000;

/**
 * Evaluates a model as it is: the trial of a study that trains nothing, its samples against the other sets, and a
 * reference that knows frequencies alone. Pictures lie in the context's folder.
 */
export async function evaluateCheckpoint(
  request: EvaluationRequest,
  graftData: string | undefined,
  context: StepContext,
): Promise<Evaluation> {
  const given = loadCheckpoint(request.checkpoint);
  const { weights, data: about, tokenizer } = given;
  const files = dataContext(context.base, graftData);
  const fits: string[] = [];
  const fitted = async (set: DataSpec, where: string): Promise<DataSpec> => {
    if (!request.fitData) return set;
    const { spec: own, note } = await fitToModel(set, given.model, files, where);
    if (note !== undefined) fits.push(note);
    return own;
  };
  const target = await fitted(request.target, 'target');
  const unseen: DataSpec[] = [];
  for (const set of request.targetOnly ? [] : request.unseen) unseen.push(await fitted(set, 'evaluate_on'));
  const asked = request.source === undefined ? undefined : await fitted(request.source, 'source');
  const source = request.targetOnly ? { notes: [] } : await sourceOf(asked, about, files);
  const spec = parseStudy(
    {
      name: 'evaluation',
      target,
      ...(source.spec === undefined ? {} : { source: source.spec }),
      models: [{ checkpoint: request.checkpoint, label: request.label }],
      techniques: ['source-only'],
      budgets: [await itemsLookedAt(target, request.seed, files)],
      seeds: [request.seed],
      evaluate_on: unseen,
      ...request.settings,
    },
    'command line',
  );
  const plan = await planStudy(spec, context.base, graftData);
  const inputs = plan.steps.find(({ kind }) => kind === 'trial')!.inputs as unknown as TrialInputs;
  const { model } = inContext(given, inputs.encoding);
  const data = new StudyData(context.base, graftData);
  const samples: { -readonly [K in keyof DrawnSamples]: DrawnSamples[K] } = {};
  const likelihoods: SetCosts[] = [];
  const observer: Pick<TrialObserver, 'likelihood'> = {
    likelihood: (on, split, costs, trained) => {
      likelihoods.push({ on, split, costs, ...(trained === undefined ? {} : { set: trained }) });
    },
  };
  const trial = await trialIn(context, (scratch) =>
    runTrial(inputs, data, scratch, {
      ...observer,
      images: (drawn) => {
        samples.images = drawn;
      },
      texts: (drawn) => {
        samples.texts = drawn;
      },
    }),
  );
  context.emit({ type: 'progress', done: 5, total: 5, phase: 'measuring: other data' });
  const encoding = await data.encoding(inputs.encoding, tokenizer);
  const elsewhere = await measureElsewhere(
    { model, weights, encoding, inputs },
    samples,
    data,
    context,
    observer,
  );
  const { items: most } = inputs.evaluation;
  const places = { target: inputs.target, ...(inputs.source === undefined ? {} : { source: inputs.source }) };
  for (const [on, input] of [
    ...Object.entries(places),
    ...inputs.evaluateOn.map((one) => [one.name, one] as const),
  ])
    for (const found of likelihoods)
      if (found.on === on && found.split === 'test')
        found.set = testItems(await data.examples(input, 'test'), most);
  const measurements = overGroups([...trial.measurements, ...elsewhere.measurements], likelihoods);
  const costs = likelihoods.find(({ on, split }) => on === 'target' && split === 'test');
  const windows = (await data.load(inputs.target)).window !== undefined;
  const test = await data.encode(
    inputs.target,
    'test',
    encoding,
    (set) => testItems(set, most),
    `${most} items`,
  );
  const reference = referenceLikelihood(await data.encode(inputs.target, 'train', encoding), test, encoding);
  const variance = encoding.kind === 'image' ? varianceOf(test) : undefined;
  const facts = {
    target: inputs.target.name,
    ...(inputs.source === undefined ? {} : { source: inputs.source.name }),
    item: encoding.kind,
    measurements,
    ...(reference === undefined ? {} : { reference }),
    ...(variance === undefined ? {} : { variance }),
  };
  return {
    label: request.label,
    family: model.family,
    ...facts,
    targetHash: inputs.target.hash,
    ...(about.trainedOn === undefined ? {} : { trainedOn: about.trainedOn }),
    trial,
    items: [...(costs?.costs ?? [])],
    units: samplingUnits(costs?.set ?? { count: 0 }, windows),
    suitability: judgeSuitability(facts),
    notes: [
      ...fits,
      ...adaptedNotes(about, inputs.source?.name),
      ...source.notes,
      ...elsewhere.notMeasured,
      ...plan.warnings.filter((text) => text.startsWith('The network')),
    ],
  };
}

/** Runs a trial in a folder of its own, of which only what there is to look at is kept: the weights are there already. */
async function trialIn(
  context: StepContext,
  run: (scratch: StepContext) => Promise<TrialResult>,
): Promise<TrialResult> {
  return inScratchFolder(join(context.directory, '.measuring-'), async (directory) => {
    const trial = await run({ ...context, directory });
    const { samples, nearest, reconstructions } = trial.files;
    for (const file of [samples, nearest, reconstructions])
      if (file !== undefined) renameSync(join(directory, file), join(context.directory, file));
    return trial;
  });
}

/** A model that was adapted has seen more than what it was trained on first, which is what its own domain means here. */
function adaptedNotes(about: CheckpointData, source: string | undefined): string[] {
  if (about.adapted === undefined || about.adapted.length === 0) return [];
  const own = source === undefined ? '' : ` Its own domain is here what it was trained on first (${source}).`;
  return [`The model's past: ${trainingHistory(about)!}.${own}`];
}

/** What the model was trained on: as asked for, else as its card says where that is here and is still the same. */
async function sourceOf(
  asked: DataSpec | undefined,
  { source: named, trainedOn }: CheckpointData,
  files: DataContext,
): Promise<{ spec?: DataSpec; notes: string[] }> {
  const hash = hashInName(trainedOn);
  const spec = asked ?? named;
  if (spec === undefined)
    return {
      notes: [
        'What the model was trained on is not known by name: give --source for its own domain and what it remembers of it.',
      ],
    };
  try {
    const { input } = await loadData(spec, files, 'source');
    if (hash === undefined || input.hash === hash) return { spec, notes: [] };
    return asked === undefined
      ? { notes: [`${input.name}, which the model was trained on, has changed since; it was not measured.`] }
      : { spec, notes: [`${input.name} is not what the model's card names (${trainedOn}).`] };
  } catch (error) {
    if (asked !== undefined || !isGraftError(error, 'file-not-found')) throw error;
    return { notes: [`What the model was trained on is not here, and was not measured. ${error.message}`] };
  }
}

/** As many training items of the target as there are, up to a limit: a trial of no training only looks at them. */
async function itemsLookedAt(target: DataSpec, seed: number, files: DataContext): Promise<number> {
  const { prepared } = await loadData(target, files, 'target');
  const pool = examplesOf(prepared.train, prepared.window);
  const draws = [seed, FIRST_TUNING_SEED].map((start) => stream(start).child('budget'));
  return Math.min(LOOKED_AT, ...draws.map((draw) => largestBudget(pool, draw)));
}

/** Mean squared deviation of all values from their position's mean. */
function varianceOf({ table }: EncodedSet): number {
  const { data } = table.fields.x!;
  const width = data.length / table.count;
  const means = new Float64Array(width);
  data.forEach((value, i) => {
    means[i % width]! += value / table.count;
  });
  let sum = 0;
  data.forEach((value, i) => {
    sum += (value - means[i % width]!) ** 2;
  });
  return sum / data.length;
}
