import type { Measurement } from '../study/measurement.ts';
import type { Cost } from '../study/trial-result.ts';
import type { ReportData, ReportTrial } from './report-data.ts';

/** A column: its name and what stands in it. */
type Column = readonly [name: string, value: (row: Row) => string | number | boolean | undefined];

interface Row {
  readonly study: string;
  /** How far the study was when this was written. */
  readonly steps: string;
  readonly trial: ReportTrial;
  readonly measurement: Measurement;
}

const columns: readonly Column[] = [
  ['study', ({ study }) => study],
  ['study_steps', ({ steps }) => steps],
  ['model', ({ trial }) => trial.result.cell.model],
  ['technique', ({ trial }) => trial.result.cell.technique],
  ['budget', ({ trial }) => trial.result.cell.budget],
  ['seed', ({ trial }) => trial.result.cell.seed],
  ['metric', ({ measurement }) => measurement.metric],
  ['on', ({ measurement }) => measurement.on],
  ['split', ({ measurement }) => measurement.split],
  ['value', ({ measurement }) => measurement.value],
  ['standard_error', ({ measurement }) => measurement.standardError],
  ['unit', ({ measurement }) => measurement.unit],
  ['better', ({ measurement }) => measurement.direction],
  ['real', ({ measurement }) => measurement.real],
  ['generated', ({ measurement }) => measurement.generated],
  ['kind', ({ measurement }) => measurement.kind],
  [
    'options',
    ({ measurement: { options } }) => (options === undefined ? undefined : JSON.stringify(options)),
  ],
  ['feature_network', ({ measurement }) => measurement.features?.network],
  ['feature_hash', ({ measurement }) => measurement.features?.hash],
  ['representation', ({ measurement }) => measurement.representation],
  ['metric_version', ({ measurement }) => measurement.version],
  ['learning_rate', ({ trial }) => trial.result.learningRate ?? undefined],
  ['converged', ({ trial }) => trial.result.converged],
  ['step', ({ trial }) => trial.step],
  ['weights_sha256', ({ trial }) => trial.result.weightsHash],
];

/** What a trial cost, in rows like those of metrics. */
const costs: readonly (readonly [
  name: string,
  unit: string,
  better: 'lower' | 'higher',
  value: (cost: Cost) => number | null,
])[] = [
  ['training_seconds', 's', 'lower', (c) => c.trainingSeconds],
  ['training_cpu_seconds', 's', 'lower', (c) => c.trainingCpuSeconds],
  ['measuring_seconds', 's', 'lower', (c) => c.measuringSeconds],
  ['steps', 'updates', 'lower', (c) => c.steps],
  ['steps_to_best', 'updates', 'lower', (c) => c.stepsToBest],
  ['steps_to_convergence', 'updates', 'lower', (c) => c.stepsToConvergence],
  ['peak_memory', 'bytes', 'lower', (c) => c.peakMemory],
  ['parameters', 'parameters', 'lower', (c) => c.parameters],
  ['trained_parameters', 'parameters', 'lower', (c) => c.trainedParameters],
  ['training_flops', 'FLOP', 'lower', (c) => c.trainingFlops],
  ['sample_latency_p50', 'ms', 'lower', (c) => c.sampleLatency?.p50 ?? null],
  ['sample_latency_p95', 'ms', 'lower', (c) => c.sampleLatency?.p95 ?? null],
  ['sample_throughput', 'samples/s', 'higher', (c) => c.sampleThroughput ?? null],
  ['file_size', 'bytes', 'lower', (c) => c.fileSize],
];

/**
 * The report's numbers in long format: a line for each measurement of each trial, then for each of its costs (`on`
 * 'cost'). RFC 4180 with line feeds; what does not apply or is not finite stays empty.
 */
export function reportCsv(report: Pick<ReportData, 'study' | 'trials'>): string {
  const { study, trials } = report;
  const steps = study.progress;
  const lines = [columns.map(([name]) => name).join(',')];
  for (const trial of trials)
    for (const measurement of [...trial.result.measurements, ...costRows(trial)]) {
      const row: Row = { study: study.name, steps, trial, measurement };
      lines.push(columns.map(([, value]) => field(value(row))).join(','));
    }
  return `${lines.join('\n')}\n`;
}

function costRows({ result }: ReportTrial): Measurement[] {
  return costs.flatMap(([metric, unit, direction, pick]) => {
    const value = pick(result.cost);
    return value === null ? [] : [{ metric, on: 'cost', value, unit, direction, version: 1 }];
  });
}

function field(value: string | number | boolean | undefined): string {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
