import { validationCount } from '../data/budget.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { countOf, formatNumber, listWords, plural } from '../study/format-number.ts';
import { metricInWords } from '../study/metric-in-words.ts';
import { modelTraining, STANDARD_OPTIMISER } from '../study/model-training.ts';
import { ownTraining } from '../study/own-training.ts';
import type { StudySpec } from '../study/study-spec.ts';
import { formatBytes, formatDuration, formatFlops } from './format-quantity.ts';
import { looksBySamples } from './looks-by-samples.ts';
import type { DataDescription, ReportData } from './report-data.ts';

/** Paragraphs for the methods section of a paper: design, data, training, measurements, statistics, computing. */
export function methodsParagraphs(data: Omit<ReportData, 'methods'>, spec: StudySpec): string[] {
  return [
    design(data, spec),
    data.data.map(dataSentence).join(' '),
    training(data, spec),
    measurements(data, spec),
    statistics(data),
    computing(data),
  ].filter((text) => text !== '');
}

function design(
  { study, matrix, models, techniques, trials, failures }: Omit<ReportData, 'methods'>,
  spec: StudySpec,
): string {
  const failed = failures.filter(({ cell }) => cell !== undefined).length;
  const rows = techniques.map(({ label, name, summary }, i) =>
    techniques.findIndex((one) => one.name === name) === i
      ? `${label} (${summary.charAt(0).toLowerCase()}${summary.slice(1).replace(/\.$/, '')})`
      : label,
  );
  const from = study.source === undefined ? '' : ` from ${study.source}`;
  return [
    `We compared ${countOf(techniques.length, 'way')} of adapting ${models.length === 1 ? 'a pre-trained model' : countOf(models.length, 'pre-trained model')} (${listWords(models.map(({ label, origin }) => `${label}, ${origin}`))})${from} to ${study.target}: ${rows.join('; ')}.`,
    `Each was run with ${listWords(matrix.budgets.map((n) => formatNumber(n, 0)))} target ${plural(study.item)} and ${countOf(matrix.seeds.length, 'seed')}; budgets include validation (${validationInWords(spec, study.item)}), are nested within a seed and the same for all techniques.`,
    `${countOf(trials.length, 'trial')} finished${failed === 0 ? '' : `, ${failed} failed`}.`,
  ].join(' ');
}

/** How much of a budget is for validation, and where a study looks at more. */
function validationInWords({ training: { validation }, budgets }: StudySpec, item: string): string {
  const fifth = 'one fifth, at least 5';
  if (validation === undefined || budgets.every((budget) => validation <= validationCount(budget)))
    return fifth;
  return `${fifth}; validation looked at ${countOf(validation, item)} where that is more than a budget holds`;
}

function dataSentence(set: DataDescription): string {
  const { counts, unit } = set;
  const role = { source: 'Source', target: 'Target', unseen: 'Never trained on' }[set.role];
  const removed =
    set.duplicatesRemoved === 0
      ? ''
      : ` ${countOf(set.duplicatesRemoved, `exact duplicate`)} ${set.duplicatesRemoved === 1 ? 'was' : 'were'} removed.`;
  const overlap =
    set.overlapRemoved === null
      ? ''
      : ` ${set.overlapRemoved === 0 ? `No source ${unit} occurs in the target's validation or test set.` : `${countOf(set.overlapRemoved, unit)} that the target holds out ${set.overlapRemoved === 1 ? 'was' : 'were'} removed.`}`;
  const unseen = !set.unseenOverlapRemoved
    ? ''
    : ` ${countOf(set.unseenOverlapRemoved, unit)} that ${set.unseenOverlapRemoved === 1 ? 'occurs' : 'occur'} in the test set of data never trained on ${set.unseenOverlapRemoved === 1 ? 'was' : 'were'} removed.`;
  return `${role}: ${set.name} (${formatNumber(counts.train, 0)} ${plural(unit)} for training, ${formatNumber(counts.validation, 0)} for validation, ${formatNumber(counts.test, 0)} for testing; ${set.division}).${removed}${overlap}${unseen}`;
}

function training({ study, models, matrix, trials }: Omit<ReportData, 'methods'>, spec: StudySpec): string {
  const { training: t } = spec;
  const optimiser = optimisersInWords(models, spec);
  const schedule = typeof t.schedule === 'string' ? t.schedule : t.schedule.name;
  const rates = typeof t.learningRate === 'number' ? [t.learningRate] : t.learningRate;
  const rate =
    rates.length === 1
      ? `a learning rate of ${rates[0]}`
      : `a learning rate chosen for each technique and budget among ${listWords(rates.map(String), 'or')} by the lowest validation loss, on ${countOf(t.tuningSeeds, 'seed')} that ${t.tuningSeeds === 1 ? 'is' : 'are'} not reported and whose budgets, as large, were drawn from the same training part`;
  const bySamples = looksBySamples(matrix.models, trials);
  return [
    `All techniques got ${study.equal}, batches of ${t.batch}, ${optimiser} with ${rate}, a ${schedule} schedule, unless a row has a rate or a schedule of its own, and ${t.looks} looks at validation.`,
    ...ownTraining(spec, matrix.models).map(
      ({ model, settings }) => `${model} has settings of its own instead: ${settings}.`,
    ),
    'The weights with the lowest validation loss were kept; test data were read once, after that.',
    ...(bySamples.length === 0
      ? []
      : [
          `For ${listWords(bySamples)} the kernel distance of samples to validation ${plural(study.item)} stands in the place of that loss.`,
        ]),
  ].join(' ');
}

/** The optimiser, and those of models whose players have their own, in so far as those are what trains them. */
function optimisersInWords(models: ReportData['models'], spec: StudySpec): string {
  const { optimiser: said = STANDARD_OPTIMISER } = spec.training;
  const name = typeof said === 'string' ? said : said.name;
  const own = models.flatMap(({ label, optimisers = [] }, m) =>
    optimisers.length === 0 || modelTraining(spec, m).optimiser !== undefined
      ? []
      : [`${label}: ${listWords(optimisers.map(withOptions))}`],
  );
  return own.length === 0 ? name : `${name} (${own.join('; ')})`;
}

function withOptions(spec: OptimiserSpec): string {
  if (typeof spec === 'string') return spec;
  const { name, ...options } = spec;
  const words = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  return words.length === 0 ? name : `${name} with ${listWords(words)}`;
}

function measurements(
  { metrics, comparison, study, trials }: Omit<ReportData, 'methods'>,
  { evaluation, sampling }: StudySpec,
): string {
  if (metrics.length === 0) return '';
  const names = metrics.map(({ name }) => metricInWords(name));
  const primary = metrics.find(({ name }) => name === comparison?.primary.metric);
  return `We measured ${listWords(names)} on at most ${countOf(evaluation.items, `test ${study.item}`)} and ${countOf(sampling.count, 'sample')} of each model${primary === undefined ? '' : `; the primary metric is ${metricInWords(primary.name)} (${primary.direction} is better)`}. Likelihood bounds use ${countOf(evaluation.importanceSamples, 'importance sample')}.${timesSentence(trials, study.item)} All techniques of a seed are judged on the same items with the same random codes.`;
}

/** How the bounds of diffusion models were estimated, where there are any. */
function timesSentence(trials: ReportData['trials'], item: string): string {
  const times = trials
    .flatMap(({ result }) => result.measurements)
    .find(({ metric, options }) => metric === 'nll' && options?.times !== undefined)?.options?.times;
  return times === undefined
    ? ''
    : ` Those of diffusion models are variational, estimated without bias from ${times} noise levels of each ${item}, drawn one from each of as many parts; standard errors cover what these leave open.`;
}

function statistics({ comparison }: Omit<ReportData, 'methods'>): string {
  if (comparison === null || comparison.family === 0) return '';
  const percent = formatNumber(100 * comparison.confidence, 0);
  return `Techniques were compared with ${listWords(comparison.references)} at each budget by paired t tests over seeds, with Holm's adjustment over all ${countOf(comparison.family, 'comparison')}. Intervals of differences are paired t intervals at the level at which Holm's procedure decided; intervals of means are ${percent} % t intervals over seeds. Techniques whose validation loss was still improving are not called worse.`;
}

function computing({ cost, environment: e }: Omit<ReportData, 'methods'>): string {
  const versions = Object.entries(e.versions).map(([name, version]) => `${name} ${version}`);
  return `The study took ${formatDuration(cost.actual.wallSeconds)} and ${formatFlops(cost.flops)} of training on ${countOf(e.cores, 'core')} of ${e.processor} with ${formatBytes(e.memory)} of memory under ${e.platform}; ${countOf(e.workers, 'worker')} with ${countOf(e.threadsPerWorker, 'thread')} each, device ${e.device}; ${listWords(versions)}.`;
}
