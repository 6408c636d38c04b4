import { mean } from '../statistics/summarize.ts';
import { decimalsFor, formatNumber, listWords } from '../study/format-number.ts';
import { type ModelRanking, onOneScale, rankModels } from '../study/rank-models.ts';
import { trialTable } from '../study/trial-table.ts';
import { formatCount, formatDuration } from './format-quantity.ts';
import type { ColumnSummary, MetricColumn, MetricTable } from './metric-columns.ts';
import type { ReportData } from './report-data.ts';
import type { TableCell } from './technique-table.ts';

/** One model with one technique. */
export interface ModelRow {
  readonly model: string;
  readonly technique: string;
  /** The technique chosen for the model; the others show what it is measured by. */
  readonly chosen: boolean;
  /** All its trials had converged. */
  readonly converged: boolean;
  readonly cells: readonly TableCell[];
}

/** The models of a study beside each other at one budget: what was measured of all of them, and what they take. */
export interface ModelTable {
  readonly ranking: ModelRanking;
  readonly head: readonly string[];
  /** Models from best to worst; of each the chosen technique first. */
  readonly rows: readonly ModelRow[];
}

/** The order of a report's models; null where there is one, or where they share no scale. */
export function modelRanking({
  comparison,
  matrix,
  trials,
}: Pick<ReportData, 'comparison' | 'matrix' | 'trials'>): ModelRanking | null {
  return comparison === null ? null : rankModels(comparison, trialTable(matrix, trials));
}

/**
 * Every model with its chosen technique, with the reference that the others are compared with and as it was, at the
 * largest budget. Columns are the metrics on the target that all models have on one scale, so that no likelihood stands
 * beside one of another representation or kind.
 */
export function modelTable(report: ReportData, table: MetricTable): ModelTable | null {
  const ranking = modelRanking(report);
  if (ranking === null) return null;
  const { matrix, comparison, trials } = report;
  const { budget } = ranking;
  const places = ranking.models.flatMap(({ model, technique }) => {
    const others = comparedWith(report).filter((label) => label !== technique);
    return [technique, ...others].map((label, i) => ({
      model,
      technique: label,
      budget,
      chosen: i === 0,
    }));
  });
  const columns = commonColumns(table, ranking).map((column) => {
    const found = places.map((place) => table.summary(column, place, comparison!.confidence));
    return { column, cells: metricCells(found) };
  });
  const lookup = trialTable(matrix, trials);
  return {
    ranking,
    head: [
      ...columns.map(
        ({ column: { description } }) =>
          `${description.direction === 'lower' ? '↓' : '↑'}\u00a0${description.title}`,
      ),
      'training',
      'pre-training of the model',
      'parameters',
    ],
    rows: places.map(({ chosen, ...place }, i) => {
      const found = matrix.seeds.flatMap((seed) => lookup.trial(place, seed)?.result ?? []);
      const trained = found.flatMap(({ cost }) => (cost.steps > 0 ? [cost] : []));
      return {
        model: place.model,
        technique: place.technique,
        chosen,
        converged: found.every(({ converged }) => converged),
        cells: [
          ...columns.map(({ cells }) => cells[i]!),
          seconds(trained.map(({ trainingSeconds }) => trainingSeconds)),
          ...(chosen ? ofModel(report, place.model) : [{ value: '' }, { value: '' }]),
        ],
      };
    }),
  };
}

/** Rows that every model is shown with besides: the reference, and the model as it was. */
const comparedWith = ({ matrix, comparison }: ReportData): string[] =>
  matrix.techniques
    .filter(({ label, trains }) => label === comparison!.references[0] || !trains)
    .map(({ label }) => label);

/** What a model took and how large it is, whatever the technique. */
function ofModel({ models }: ReportData, model: string): TableCell[] {
  const found = models.find(({ label }) => label === model);
  return [
    seconds((found?.pretraining ?? []).map((one) => one.seconds)),
    { value: found === undefined ? '–' : formatCount(found.parameters) },
  ];
}

const seconds = (found: readonly number[]): TableCell => ({
  value: found.length === 0 ? '–' : formatDuration(mean(found)),
});

/** Metrics of held-out target data that all ranked models have on one scale, in the feature network of the ranking. */
function commonColumns(table: MetricTable, { models, budget, example }: ModelRanking): MetricColumn[] {
  const network =
    example.features?.network ??
    table.columns.find(({ example: { on, features } }) => on === 'target' && features !== undefined)?.example
      .features?.network;
  const common = table.columns.filter((column) => {
    const { on, split, features } = column.example;
    if (on !== 'target' || split === 'train') return false;
    if (features !== undefined && features.network !== network) return false;
    const values = models.map(({ model, technique }) => table.values(column, { model, technique, budget }));
    const first = values[0]?.[0]?.measurement;
    return (
      first !== undefined &&
      values.every((own) => own.length > 0 && own.every(({ measurement }) => onOneScale(first, measurement)))
    );
  });
  // Bits per dimension are the likelihood in another unit.
  const likelihood = common.some((column) => column.example.metric === 'nll');
  const kept = common.filter(({ example: { metric } }) => !likelihood || metric !== 'bits_per_dim');
  const first = (column: MetricColumn) => (column.example.metric === example.metric ? 0 : 1);
  return kept.sort((a, b) => first(a) - first(b));
}

function metricCells(found: readonly (ColumnSummary | undefined)[]): TableCell[] {
  const half = ({ low, high }: ColumnSummary) => (low === null || high === null ? null : (high - low) / 2);
  const known = found.filter((one) => one !== undefined);
  const decimals = decimalsFor(
    known.map((one) => one.mean),
    known.map(half),
  );
  return found.map((one): TableCell => {
    if (one === undefined) return { value: '–' };
    const spread = half(one);
    return {
      value: formatNumber(one.mean, decimals),
      ...(spread === null ? {} : { spread: `± ${formatNumber(spread, decimals)}` }),
    };
  });
}

/** What the table shows and what it does not. */
export const modelTableWords = (report: ReportData, means: string): string =>
  `Each model with the technique chosen for it, then for comparison with ${listWords(comparedWith(report))}. ${means}Only metrics that all models have on one scale are shown. The order is no claim: nothing was tested between models.`;
