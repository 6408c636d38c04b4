import { dataContext } from '../data/data-context.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { heldOutOf, type PreparedData } from '../data/prepare-data.ts';
import { type OverlapReport, removeOverlap } from '../data/remove-overlap.ts';
import { GraftError, lookUp } from '../errors.ts';
import { metrics } from '../metrics/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { createModel } from '../models/index.ts';
import type { Model } from '../models/model.ts';
import { techniques } from '../techniques/index.ts';
import type { Technique } from '../techniques/technique.ts';
import { stepFlops } from './adapt.ts';
import { checkBudgets, checkSeeds, checkSourceSeeds, FIRST_TUNING_SEED } from './check-study.ts';
import { checkpointModel } from './checkpoint-model.ts';
import { choosePrimary } from './choose-primary.ts';
import { dataBytes, estimateStep } from './estimate-step.ts';
import { checkFamilyOptions, fitFamily } from './fit-family.ts';
import { countOf } from './format-number.ts';
import { type Loaded, loadData } from './loaded-data.ts';
import { makeStep, withoutUndefined } from './make-step.ts';
import { networkOverlap, sampleNetworks, unseenNetworks } from './sample-features.ts';
import type { Step } from './step.ts';
import {
  type AdaptInputs,
  type EncodingInput,
  type HeldOutInput,
  type ModelInput,
  type PretrainInputs,
  STEP_VERSION,
  type TrainingInput,
  type TrialInputs,
  type TuneInputs,
} from './step-inputs.ts';
import type { StudySpec } from './study-spec.ts';
import { resolveRows, type TechniqueRow } from './technique-row.ts';
import type { Cell } from './trial-result.ts';

/** A model of a study: what it is called and what its examples are. */
export interface PlannedModel {
  readonly label: string;
  readonly family: string;
  readonly model: Model;
  readonly encoding: EncodingInput;
  /** Step that pre-trains it, one for each source seed; empty for checkpoints. */
  readonly pretraining: readonly string[];
  /** Hash of a given checkpoint's weights. */
  readonly weights?: string;
}

/** What will be done, before anything is. */
export interface StudyPlan {
  readonly name: string;
  readonly spec: StudySpec;
  /** In an order in which every step comes behind those that it needs. */
  readonly steps: readonly Step[];
  readonly trials: readonly { readonly cell: Cell; readonly step: string }[];
  readonly models: readonly PlannedModel[];
  readonly rows: readonly TechniqueRow[];
  readonly seeds: readonly number[];
  readonly data: {
    readonly target: PreparedData;
    readonly source?: PreparedData;
    readonly unseen: readonly PreparedData[];
  };
  /** Name of the metric that decides; undefined where none serves all models, so that nothing is compared. */
  readonly primary?: string;
  /** What a person should know before starting. */
  readonly warnings: readonly string[];
}

/** Makes the plan of a study. `base` is the study file's folder, `graftData` the list of data folders. */
export async function planStudy(
  spec: StudySpec,
  base: string,
  graftData: string | undefined,
): Promise<StudyPlan> {
  const rows = resolveRows(spec.techniques);
  const seeds =
    typeof spec.seeds === 'number' ? Array.from({ length: spec.seeds }, (_, i) => i + 1) : spec.seeds;
  checkSeeds(seeds);
  const context = dataContext(base, graftData);
  const load = (given: DataSpec, where: string) => loadData(given, context, where);
  const target = await load(spec.target, 'target');
  const { sourceSpec, sourceSeeds } = splitSource(spec);
  checkSourceSeeds(sourceSeeds, seeds.length);
  const unseen: Loaded[] = [];
  for (const [i, given] of spec.evaluate_on.entries()) unseen.push(await load(given, `evaluate_on.${i}`));
  const source =
    sourceSpec === undefined
      ? undefined
      : await loadData(sourceSpec, context, 'source', {
          heldOut: heldOutOf(target.prepared),
          unseen: unseen.map(({ prepared }) => prepared.test),
        });
  const heldOut: HeldOutInput = {
    target: target.input,
    // Sets that took nothing away do not change what is trained.
    unseen: removedAny(source?.prepared.report.unseenOverlap) ? unseen.map(({ input }) => input) : [],
  };
  checkBudgets(spec, target.prepared, seeds);
  if (spec.primary !== undefined)
    lookUp<Metric>('metric', metrics as Record<string, Metric>, spec.primary, 'primary');

  const data = dataBytes(
    [target, ...(source === undefined ? [] : [source]), ...unseen].map((one) => one.prepared),
  );
  const steps = new Map<string, Step>();
  const add = (step: Step): string => {
    steps.set(step.id, step);
    return step.id;
  };
  const models: PlannedModel[] = [];
  for (const [i, entry] of spec.models.entries()) {
    const where = `models.${i}`;
    models.push(
      'checkpoint' in entry
        ? checkpointModel(
            entry as { checkpoint: string; label?: string },
            base,
            [target, ...(source ? [source] : []), ...unseen],
            where,
          )
        : await familyModel(entry as FamilyEntry, where),
    );
  }
  const labels = models.map(({ label }) => label);
  if (new Set(labels).size < labels.length)
    throw new GraftError('conflict', {
      first: 'two models',
      second: `the label '${labels.find((label, i) => labels.indexOf(label) !== i)}'`,
      reason: 'labels must differ; give one of them a label of its own',
      where: 'models',
    });

  const trials: { cell: Cell; step: string }[] = [];
  for (const [m, model] of models.entries())
    for (const budget of spec.budgets)
      for (const row of rows) {
        const tuned = tuning(model, m, row, budget);
        for (const [s, seed] of seeds.entries()) {
          const id = add(trial(model, m, row, budget, seed, s, tuned));
          trials.push({ cell: { model: model.label, technique: row.label, budget, seed }, step: id });
        }
      }

  const primary = spec.primary ?? choosePrimary(models, target.prepared.test, spec.sampling.count);
  return {
    name: spec.name,
    spec,
    ...(primary === undefined ? {} : { primary }),
    steps: [...steps.values()],
    trials,
    models,
    rows,
    seeds,
    data: {
      target: target.prepared,
      ...(source === undefined ? {} : { source: source.prepared }),
      unseen: unseen.map(({ prepared }) => prepared),
    },
    warnings: warnings(),
  };

  async function familyModel(entry: FamilyEntry, where: string): Promise<PlannedModel> {
    if (source === undefined || sourceSpec === undefined)
      throw new GraftError('invalid-value', {
        what: 'source',
        received: undefined,
        allowed: 'a data set, on which the study pre-trains its models',
        where,
        hint: 'Give a source, or a checkpoint instead of a family.',
      });
    const { family, label, pretrain, ...given } = entry;
    checkFamilyOptions(family, given, where);
    const { config, encoding } = fitFamily(family, given, spec, target, source, heldOut, where);
    const model = createModel(family, config);
    const pretraining = Array.from({ length: sourceSeeds }, (_, i) => {
      const { learningRate, steps: count, ...rest } = pretrain;
      const inputs: PretrainInputs = {
        version: STEP_VERSION,
        family,
        config: model.config,
        source: source.input,
        heldOut,
        encoding,
        training: { ...rest, steps: count, convergence: spec.training.convergence },
        learningRate,
        seed: i + 1,
      };
      const flops = stepFlops(model, Math.min(pretrain.batch, source.prepared.train.count)) * count;
      return add(
        makeStep(
          'pretrain',
          `pre-train ${family} on ${source.input.name}, seed ${i + 1}`,
          [],
          inputs,
          estimateStep(model, {
            trainingFlops: flops,
            updates: count,
            decodings: 0,
            checkpoints: 1,
            data,
          }),
        ),
      );
    });
    return { label: label ?? family, family, model, encoding, pretraining };
  }

  function adaptInputs(
    model: PlannedModel,
    m: number,
    row: TechniqueRow,
    budget: number,
    seed: number,
    s: number,
  ): AdaptInputs {
    const entry = spec.models[m]!;
    const technique: Technique = techniques[row.name];
    const from: ModelInput =
      model.pretraining.length > 0
        ? { from: 'step', step: model.pretraining[s % model.pretraining.length]! }
        : {
            from: 'folder',
            path: (entry as { checkpoint: string }).checkpoint,
            hash: model.weights!,
          };
    const { equal, learningRate: _, tuningSeeds: __, average, ...rest } = spec.training;
    const training: TrainingInput = {
      ...rest,
      ...(average === undefined ? {} : { average }),
      ...(row.schedule === undefined ? {} : { schedule: row.schedule }),
    };
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
      equal,
    };
  }

  function trainingFlops(model: PlannedModel, budget: number): number {
    const trainItems = Math.max(1, Math.floor(budget * 0.8));
    return stepFlops(model.model, Math.min(spec.training.batch, trainItems)) * spec.training.steps;
  }

  /** The tune steps of a cell by rate, or one rate for all. */
  function tuning(
    model: PlannedModel,
    m: number,
    row: TechniqueRow,
    budget: number,
  ): TrialInputs['learningRate'] {
    const { learningRate, tuningSeeds } = spec.training;
    if (row.learningRate !== undefined) return row.learningRate;
    const grid =
      typeof learningRate === 'number' ? [learningRate] : [...new Set(learningRate)].sort((a, b) => a - b);
    if (grid.length === 1 || !techniques[row.name].trains) return grid[0]!;
    return {
      tuned: grid.map((rate) => ({
        rate,
        steps: Array.from({ length: tuningSeeds }, (_, i) => {
          const inputs: TuneInputs = {
            ...adaptInputs(model, m, row, budget, FIRST_TUNING_SEED + i, i),
            learningRate: rate,
          };
          const label = `${model.label}: ${row.label}, ${budget} items, rate ${rate}`;
          return add(
            makeStep(
              'tune',
              label,
              needsOf(inputs),
              inputs,
              estimateStep(model.model, {
                trainingFlops: trainingFlops(model, budget),
                updates: spec.training.steps,
                decodings: 0,
                checkpoints: 0,
                data,
              }),
            ),
          );
        }),
      })),
    };
  }

  function trial(
    model: PlannedModel,
    m: number,
    row: TechniqueRow,
    budget: number,
    seed: number,
    s: number,
    learningRate: TrialInputs['learningRate'],
  ): Step {
    const inputs: TrialInputs = {
      ...adaptInputs(model, m, row, budget, seed, s),
      labels: { model: model.label, technique: row.label },
      learningRate,
      evaluateOn: unseen.map(({ input }) => input),
      evaluation: spec.evaluation,
      sampling: withoutUndefined(spec.sampling),
      ...(model.encoding.kind === 'image' ? { features: sampleNetworks(spec.target) } : {}),
    };
    const tuned = typeof learningRate === 'number' ? [] : learningRate.tuned.flatMap(({ steps: ids }) => ids);
    const { trains } = techniques[row.name];
    const { items, importanceSamples } = spec.evaluation;
    const measured =
      Math.floor(0.8 * budget) +
      [target, ...(source === undefined ? [] : [source]), ...unseen].reduce(
        (sum, { prepared }) => sum + Math.min(items, prepared.test.count),
        0,
      );
    const draws = model.model.likelihood?.kind === 'bound' ? importanceSamples : 1;
    // Samples are decoded alone for latency, and in batches.
    const samples = spec.sampling.count;
    const flops = trains ? trainingFlops(model, budget) : 0;
    return makeStep(
      'trial',
      `${model.label}: ${row.label}, ${budget} items, seed ${seed}`,
      [...needsOf(inputs), ...tuned],
      inputs,
      estimateStep(model.model, {
        trainingFlops: flops,
        updates: trains ? spec.training.steps : 0,
        decodings: measured * draws + samples,
        checkpoints: 1,
        data,
      }),
    );
  }

  function warnings(): string[] {
    const found: string[] = [];
    const { learningRate } = spec.training;
    if (typeof learningRate === 'number' || learningRate.length < 3)
      found.push(
        'Fewer than 3 learning rates are tried, so a technique may look worse only because the rate does not suit it.',
      );
    if (seeds.length < 3)
      found.push(
        `With ${seeds.length} seed${seeds.length === 1 ? '' : 's'} hardly any difference can be claimed; 5 or more are advised.`,
      );
    for (const baseline of ['from-scratch', 'source-only'])
      if (!rows.some(({ name }) => name === baseline))
        found.push(`The study lacks the baseline '${baseline}'.`);
    if (primary === undefined)
      found.push(
        'No metric puts all models on one scale, so nothing will be compared; name one with primary.',
      );
    for (const { prepared, input } of unseen) {
      const { groups: _, ...test } = prepared.test;
      const { report } = removeOverlap(target.prepared.train, [test]);
      if (removedAny(report))
        found.push(
          `${report.items > 0 ? countOf(report.items, 'item') : countOf(report.characters, 'character')} of the target's training part also ${report.items + report.characters === 1 ? 'occurs' : 'occur'} in the test set of ${input.name}, which is then not quite a set never trained on.`,
        );
    }
    found.push(...stageWarnings());
    if (target.prepared.test.kind === 'image')
      found.push(
        ...networkOverlap(sampleNetworks(spec.target), target.prepared.test),
        ...unseen.flatMap(({ prepared, input }) =>
          networkOverlap(unseenNetworks(sampleNetworks(spec.target)), prepared.test, input.name),
        ),
      );
    return found;
  }

  /** Each stage that ends by convergence needs as many looks as its patience. */
  function stageWarnings(): string[] {
    const { looks, equal, convergence } = spec.training;
    const { patience } = convergence;
    return models.flatMap(({ label, model }) =>
      rows.flatMap((row) => {
        const technique: Technique = techniques[row.name];
        const { stages } = technique.fill({ model }, technique.options.parse(row.options));
        const converging = stages.filter(
          ({ length }) => equal === 'convergence' || length.kind === 'convergence',
        );
        if (converging.length < 2 || converging.length * patience <= looks) return [];
        const reached = Math.ceil(looks / patience);
        return [
          `${models.length > 1 ? `${label}: ` : ''}${row.label} has ${converging.length} stages until convergence, each of ${countOf(patience, 'look')} at least: with ${countOf(looks, 'look')} it ${reached < converging.length ? `cannot get beyond stage ${reached}` : 'cannot finish its last stage'}. Give training.looks ${converging.length * patience} or more, or a smaller training.convergence.patience.`,
        ];
      }),
    );
  }
}

const removedAny = (report: OverlapReport | undefined): boolean =>
  report !== undefined && report.items + report.characters > 0;

type FamilyEntry = Extract<StudySpec['models'][number], { family: string }>;

const needsOf = ({ model }: AdaptInputs): string[] => (model.from === 'step' ? [model.step] : []);

function splitSource({ source }: StudySpec): { sourceSpec: DataSpec | undefined; sourceSeeds: number } {
  if (source === undefined || typeof source === 'string') return { sourceSpec: source, sourceSeeds: 1 };
  const { seeds, ...spec } = source;
  return { sourceSpec: spec as DataSpec, sourceSeeds: seeds };
}
