import { mean } from '../statistics/summarize.ts';
import { formatNumber, formatSignificant } from '../study/format-number.ts';
import type { Cost } from '../study/trial-result.ts';
import { trialTable } from '../study/trial-table.ts';
import { formatBytes, formatCount, formatDuration, formatFlops } from './format-quantity.ts';
import type { ReportData, Resources } from './report-data.ts';
import type { TechniqueTable } from './technique-table.ts';

/** What a trial of each technique takes: means over budgets and seeds. */
export function costTable({ matrix, techniques, trials }: ReportData): TechniqueTable {
  const table = trialTable(matrix, trials);
  const rows = matrix.models.flatMap((model) => {
    const sizes = trials.flatMap(({ result: { cell, cost } }) =>
      cell.model === model ? [cost.parameters] : [],
    );
    const own = Math.min(...sizes);
    return techniques.flatMap(({ label, trains }) => {
      const found = matrix.budgets.flatMap((budget) =>
        matrix.seeds.flatMap((seed) => table.trial({ model, technique: label, budget }, seed) ?? []),
      );
      const costs = [...new Set(found)].map(({ result }) => result.cost);
      if (costs.length === 0) return [];
      const cells = costCells(costs, trains, own).map((value) => ({ value }));
      return [{ model, technique: label, cells }];
    });
  });
  return {
    head: [
      'training (wall clock)',
      'training (processor)',
      'operations',
      'trained of all parameters',
      'updates to the kept weights',
      'peak memory',
      'one sample, median (95th percentile)',
      'samples per second',
      'weights file',
    ],
    rows,
  };
}

/** @param own parameters of the model itself */
function costCells(costs: readonly Cost[], trains: boolean, own: number): string[] {
  const average = (pick: (cost: Cost) => number) => mean(costs.map(pick));
  /** In words, the mean of what models that make samples have; a dash for those that make none. */
  const ofSamples = (pick: (cost: Cost) => number | undefined, words: (value: number) => string) => {
    const found = costs.flatMap((cost) => pick(cost) ?? []);
    return found.length === 0 ? '–' : words(mean(found));
  };
  const whole = (pick: (cost: Cost) => number) => formatNumber(average(pick), 0);
  const parameters = average((c) => c.parameters);
  const trained = (100 * average((c) => c.trainedParameters)) / parameters;
  const milliseconds = (at: 'p50' | 'p95') =>
    ofSamples(
      (c) => c.sampleLatency?.[at],
      (value) => `${formatSignificant(value, 2)} ms`,
    );
  return [
    trains ? formatDuration(average((c) => c.trainingSeconds)) : '–',
    trains ? formatDuration(average((c) => c.trainingCpuSeconds)) : '–',
    trains ? formatFlops(average((c) => c.trainingFlops)) : '–',
    `${formatNumber(trained, 0)} % of ${formatCount(parameters)}${parameters > own ? ` (${formatCount(parameters - own)} of them the output layer's own copy of the embedding)` : ''}`,
    trains ? `${whole((c) => c.stepsToBest)} of ${whole((c) => c.steps)}` : '–',
    formatBytes(average((c) => c.peakMemory)),
    costs.some((c) => c.sampleLatency !== undefined)
      ? `${milliseconds('p50')} (${milliseconds('p95')})`
      : '–',
    ofSamples(
      (c) => c.sampleThroughput,
      (value) => formatSignificant(value, 2),
    ),
    formatBytes(average((c) => c.fileSize)),
  ];
}

/** Columns of `predictionRows`. */
export const predictionHead = ['', 'predicted', 'actual', 'actual / predicted'] as const;

/** What was predicted before the study ran, what it took, and the one in terms of the other. */
export function predictionRows({ cost: { predicted, actual } }: ReportData): string[][] {
  const row = (title: string, pick: (r: Resources) => number, format: (value: number) => string) => {
    const found = pick(actual);
    const said = predicted === null ? null : pick(predicted);
    return [
      title,
      said === null ? 'not predicted' : format(said),
      format(found),
      said === null || said === 0 ? '–' : `${formatNumber(found / said, 2)} times`,
    ];
  };
  return [
    row('wall clock', (r) => r.wallSeconds, formatDuration),
    row('peak memory of a worker', (r) => r.memory, formatBytes),
    row('disk', (r) => r.disk, formatBytes),
  ];
}
