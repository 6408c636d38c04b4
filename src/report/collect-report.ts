import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { metrics } from '../metrics/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { stream } from '../random.ts';
import type { StepRecord } from '../store/step-record.ts';
import { compareTrials, type StudyComparison } from '../study/compare-trials.ts';
import { metricInWords, unitInWords } from '../study/metric-in-words.ts';
import { ownTraining } from '../study/own-training.ts';
import { type ModelRanking, rankModels } from '../study/rank-models.ts';
import type { Json } from '../study/step.ts';
import type { PretrainResult } from '../study/step-inputs.ts';
import type { StudySpec } from '../study/study-spec.ts';
import type { TechniqueRow } from '../study/technique-row.ts';
import type { Cell, TrialResult } from '../study/trial-result.ts';
import { type FinishedTrial, type Matrix, type TrialTable, trialTable } from '../study/trial-table.ts';
import { type Verdict, verdict } from '../study/verdict.ts';
import { techniques } from '../techniques/index.ts';
import { chooseBest } from './choose-best.ts';
import { collectMedia } from './collect-media.ts';
import { looksBySamples } from './looks-by-samples.ts';
import { methodsParagraphs } from './methods.ts';
import { edgeRates, rateSearches } from './rate-searches.ts';
import type {
  DataDescription,
  Environment,
  MetricDescription,
  ModelDescription,
  RateSearch,
  ReportData,
  ReportFailure,
  Resources,
} from './report-data.ts';
import { reportFailures, reportWarnings } from './report-problems.ts';
import { stepsDone, studyCost } from './study-cost.ts';
import { usedCitations } from './used-citations.ts';

/** What a report is collected from: the plan and what became of its steps. */
export interface ReportInput {
  readonly spec: StudySpec;
  readonly rows: readonly TechniqueRow[];
  readonly seeds: readonly number[];
  /** The metric that decides, as planned; absent where none serves all models. */
  readonly primary?: string;
  readonly models: readonly {
    readonly label: string;
    readonly family: string;
    readonly parameters: number;
    /** Where it comes from, in words: 'pre-trained on glyphs/sans-serif by this study', 'the folder ./my-model'. */
    readonly origin: string;
    /** Steps that pre-train it, one for each source seed; empty for a given checkpoint. */
    readonly pretraining: readonly string[];
    /** Those that its players have of their own, where they have any. */
    readonly optimisers?: readonly OptimiserSpec[];
  }[];
  /** Trials as planned. */
  readonly trials: readonly { readonly cell: Cell; readonly step: string }[];
  /** All steps of the plan. */
  readonly steps: readonly StepRecord[];
  /** Folder of a finished step. */
  readonly directory: (step: string) => string;
  readonly data: readonly DataDescription[];
  readonly predicted: Resources | null;
  readonly actual: Resources;
  readonly environment: Environment;
  /** Warnings of the plan. */
  readonly warnings: readonly string[];
  readonly kind: 'image' | 'text';
  /** What an example is, where it is not its kind: 'tune', 'name'. */
  readonly item?: string;
  /** Bytes that pictures and texts may take; default 3,000,000. */
  readonly mediaBytes?: number;
}

const MEDIA_BYTES = 3_000_000;

/** Builds the report of a study from the steps that finished; the others are listed with their reasons. */
export function collectReport(input: ReportInput): ReportData {
  const { spec, rows, seeds, kind, item = kind } = input;
  const records = new Map(input.steps.map((step) => [step.id, step]));
  const record = (id: string) => records.get(id);
  const matrix = matrixOf(input);
  const idle = new Set(matrix.techniques.filter(({ trains }) => !trains).map(({ label }) => label));
  const trials = input.trials.flatMap(({ step }): FinishedTrial[] => {
    const found = record(step);
    if (found?.state !== 'done') return [];
    const result = found.result as unknown as TrialResult;
    // A row that trains nothing was recorded with a rate of the grid, which it never used.
    return [{ step, result: idle.has(result.cell.technique) ? { ...result, learningRate: null } : result }];
  });
  const failures = reportFailures(input);
  const table = trialTable(matrix, trials);
  const { primary } = input;
  const comparison = comparisonOf(trials, matrix, primary);
  const searches = rateSearches(trials, record, item);
  const ranking = comparison && rankModels(comparison, table);
  const found = comparison && verdictOf(input, comparison, table, ranking, failures, searches, item);
  const media = collectMedia(trials, seeds, input.directory, input.mediaBytes ?? MEDIA_BYTES);
  const target = nameOf(input.data, 'target') ?? 'the target';
  const source = nameOf(input.data, 'source');
  const finished = Math.max(...input.steps.map(({ finishedAt }) => finishedAt ?? 0), 0);
  const cost = studyCost(input, trials);
  const measured = metricsOf(trials, item);
  const data: Omit<ReportData, 'methods'> = {
    format: 1,
    study: {
      name: spec.name,
      progress: stepsDone(cost.steps, failures.length),
      ...(spec.description === undefined ? {} : { description: spec.description }),
      spec: JSON.parse(JSON.stringify(spec)) as Json,
      ...(source === undefined ? {} : { source }),
      target,
      kind,
      item,
      equal: equalInWords(spec),
      ...(finished === 0 ? {} : { finished: new Date(finished).toISOString() }),
    },
    matrix,
    data: input.data,
    models: input.models.map((model) => describeModel(model, trials, record, item)),
    techniques: rows.map(({ label, name }, style) => {
      const { title, summary, trains } = techniques[name];
      return { label, name, title, summary, trains, style };
    }),
    metrics: measured,
    trials: media.trials,
    failures,
    rateSearches: searches,
    comparison,
    verdict: found,
    best: comparison && found && chooseBest(table, comparison, found, ranking),
    warnings: reportWarnings(input, trials, comparison),
    cost,
    environment: input.environment,
    citations: usedCitations({
      spec,
      rows,
      models: input.models,
      metrics: measured.map(({ name }) => name),
      compared: comparison !== null && comparison.family > 0,
      learning: (comparison?.learning.length ?? 0) > 0,
    }),
    leftOut: media.leftOut,
  };
  return { ...data, methods: methodsParagraphs(data, spec) };
}

function matrixOf({ models, rows, spec, seeds }: ReportInput): Matrix {
  return {
    models: models.map(({ label }) => label),
    techniques: rows.map(({ label, name }) => ({ label, name, trains: techniques[name].trains })),
    budgets: [...spec.budgets].sort((a, b) => a - b),
    seeds,
  };
}

function comparisonOf(
  trials: readonly FinishedTrial[],
  matrix: Matrix,
  primary: string | undefined,
): StudyComparison | null {
  const known = trials.some(({ result }) =>
    result.measurements.some(({ metric, on }) => metric === primary && on === 'target'),
  );
  if (primary === undefined || !known) return null;
  // Resamples are a property of the report, not of the study: any fixed seed serves.
  return compareTrials(trials, { matrix, primary, stream: stream(0).child('report') });
}

function verdictOf(
  { spec, rows, models, data }: ReportInput,
  comparison: StudyComparison,
  table: TrialTable,
  ranking: ModelRanking | null,
  failures: readonly ReportFailure[],
  searches: readonly RateSearch[],
  item: string,
): Verdict {
  const rates = spec.training.learningRate;
  const { matrix } = table;
  const metric = metricInWords(comparison.primary.metric);
  const unit = unitInWords(comparison.primary.unit, item);
  const bySamples = looksBySamples(matrix.models, table.trials);
  return verdict(comparison, {
    matrix,
    metric,
    // Where the metric's name is its unit, as of bits per byte, once is enough.
    unit: unit === metric ? '' : unit,
    item,
    target: nameOf(data, 'target') ?? 'the target',
    preTrainings: Object.fromEntries(
      models.map(({ label, pretraining }) => [label, pretraining.length === 0 ? null : pretraining.length]),
    ),
    learningRates:
      typeof rates === 'number' || rates.length === 1
        ? { kind: 'fixed', rate: typeof rates === 'number' ? rates : rates[0]! }
        : { kind: 'searched', rates, tuningSeeds: spec.training.tuningSeeds },
    ...(spec.training.validation === undefined ? {} : { validation: spec.training.validation }),
    ownTraining: ownTraining(spec, matrix.models),
    edgeRates: edgeRates(searches),
    ...(bySamples.length === 0 ? {} : { looksBySamples: bySamples }),
    ratesByHand: rows.flatMap(({ label, name, learningRate }) =>
      learningRate === undefined || !techniques[name].trains
        ? []
        : [{ technique: label, rate: learningRate }],
    ),
    trainingFlops: (model, technique, budget) => {
      const found = matrix.seeds.flatMap((seed) => table.trial({ model, technique, budget }, seed) ?? []);
      if (found.length === 0) return null;
      return found.reduce((sum, { result }) => sum + result.cost.trainingFlops, 0) / found.length;
    },
    ranking,
    failures: failures.flatMap(({ cell }) => cell ?? []),
  });
}

function describeModel(
  { label, family, parameters, origin, pretraining, optimisers }: ReportInput['models'][number],
  trials: readonly FinishedTrial[],
  record: (id: string) => StepRecord | undefined,
  item: string,
): ModelDescription {
  const found = trials.find(({ result }) => result.cell.model === label);
  const unit = unitInWords(found?.result.lossUnit ?? '', item);
  return {
    label,
    family,
    parameters,
    origin,
    ...(optimisers === undefined ? {} : { optimisers }),
    pretraining: pretraining.flatMap((step) => {
      const found = record(step);
      if (found?.state !== 'done') return [];
      const { steps, validation, flops, seconds } = found.result as unknown as PretrainResult;
      return [{ step, steps, validation, unit, flops, seconds }];
    }),
  };
}

function metricsOf(trials: readonly FinishedTrial[], item: string): MetricDescription[] {
  const found = new Map<string, MetricDescription>();
  for (const { result } of trials)
    for (const { metric, unit, direction } of result.measurements) {
      if (found.has(metric)) continue;
      const known = (metrics as Record<string, Pick<Metric, 'title' | 'summary' | 'range'>>)[metric];
      found.set(metric, {
        name: metric,
        title: known?.title ?? metric,
        summary: known?.summary ?? '',
        unit: unitInWords(unit, item),
        direction,
        range: [finite(known?.range[0]), finite(known?.range[1])],
      });
    }
  return [...found.values()];
}

const finite = (end: number | undefined): number | null =>
  end !== undefined && Number.isFinite(end) ? end : null;

function equalInWords({ training }: StudySpec): string {
  const updates = `${training.steps} updates`;
  return {
    steps: `the same number of updates (${updates})`,
    flops: `the same number of operations (those of ${updates} of all layers; an update counts what it takes when frozen layers are computed anew)`,
    convergence: `training until convergence (no more than ${updates})`,
  }[training.equal];
}

const nameOf = (data: readonly DataDescription[], role: DataDescription['role']): string | undefined =>
  data.find((one) => one.role === role)?.name;
