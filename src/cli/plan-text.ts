import type { OverlapReport } from '../data/remove-overlap.ts';
import { formatBytes, formatDuration } from '../report/format-quantity.ts';
import { countOf } from '../study/format-number.ts';
import { metricInWords } from '../study/metric-in-words.ts';
import type { StudyPlan } from '../study/study-plan.ts';
import { countParameters } from '../tensor/parameters.ts';
import type { Prediction } from './predict-run.ts';
import { showNumber } from './show-number.ts';
import { splitText } from './split-text.ts';
import { dataNames } from './study-facts.ts';
import type { Colours } from './terminal.ts';

const kinds = { pretrain: 'pre-training', tune: 'learning-rate run', trial: 'trial' } as const;

/** What of a plan is done already, and with what the rest will be run. */
export interface PlanStatus {
  readonly done: number;
  readonly workers: number;
  readonly threads: number;
  readonly device: string;
}

/** A plan in words: matrix, data, steps, prediction, warnings. */
export function planText(
  plan: StudyPlan,
  prediction: Prediction,
  status: PlanStatus,
  warnings: readonly string[],
  colours: Colours,
): string {
  const { spec, models, rows, seeds, data } = plan;
  const counts = Object.entries(kinds).flatMap(([kind, words]) => {
    const n = plan.steps.filter((step) => step.kind === kind).length;
    return n === 0 ? [] : [`${showNumber(n)} ${words}${n === 1 ? '' : 's'}`];
  });
  const names = dataNames(plan);
  const lines: [string, string][] = [
    [
      'matrix',
      [
        countOf(models.length, 'model'),
        countOf(rows.length, 'technique'),
        `${countOf(spec.budgets.length, 'budget')} (${spec.budgets.map(showNumber).join(', ')})`,
        countOf(seeds.length, 'seed'),
      ].join(' x '),
    ],
    ...models.map(({ label, model }): [string, string] => [
      'model',
      `${label}: ${showNumber(countParameters(model.parameters))} parameters in ${model.layers.length} layers`,
    ]),
    ...(data.source === undefined
      ? []
      : ([['source', `${names.source ?? data.source.name}, ${splitText(data.source.report.split)}`]] as [
          string,
          string,
        ][])),
    ...overlapLines(plan),
    ['target', `${names.target}, ${splitText(data.target.report.split)}`],
    [
      'decides',
      plan.primary === undefined
        ? 'nothing: no metric puts all models on one scale'
        : `${metricInWords(plan.primary)} (${plan.primary})${spec.primary === undefined ? ', by the default rule' : ''}`,
    ],
    ['steps', `${showNumber(plan.steps.length)}: ${counts.join(', ')}`],
    ...(status.done === 0
      ? []
      : ([['done already', `${showNumber(status.done)} of ${showNumber(plan.steps.length)} steps`]] as [
          string,
          string,
        ][])),
    status.done === plan.steps.length
      ? ['left', 'nothing: every step is done']
      : [
          'predicted',
          `about ${formatDuration(prediction.wallSeconds)} with ${countOf(status.workers, 'worker')} of ${countOf(status.threads, 'thread')} on ${status.device}, ${formatBytes(prediction.memory)} of memory, ${formatBytes(prediction.disk)} of disk`,
        ],
  ];
  return [
    colours.bold(plan.name) + (spec.description === undefined ? '' : `  ${spec.description}`),
    ...lines.map(([name, text]) => `  ${name.padEnd(14)}${text}`),
    ...warnings.map((text) => `  ${colours.yellow('warning'.padEnd(14))}${text}`),
  ].join('\n');
}

/** What the target, or data never trained on, hold out is taken out of the source. */
function overlapLines({ data }: StudyPlan): [string, string][] {
  const { overlap, unseenOverlap } = data.source?.report ?? {};
  const line = (report: OverlapReport | undefined, reason: string): [string, string][] => {
    if (report === undefined) return [];
    const items = report.items + report.groupItems;
    const parts = [
      ...(items > 0 ? [countOf(items, 'item')] : []),
      ...(report.characters > 0 ? [countOf(report.characters, 'character')] : []),
    ];
    return parts.length === 0 ? [] : [['', `${parts.join(' and ')} left out of the source, ${reason}`]];
  };
  return [
    ...line(overlap, 'since the target holds them out'),
    ...line(unseenOverlap, 'since data never trained on have them in their test sets'),
  ];
}
