import type { StepRecord } from '../store/step-record.ts';
import { countOf, formatNumber } from '../study/format-number.ts';
import type { Json } from '../study/step.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import type { ReportData, Resources } from './report-data.ts';

/** What a study took: predicted and actual resources, seconds by kind of step, operations of all training. */
export function studyCost(
  {
    steps,
    predicted,
    actual,
  }: {
    readonly steps: readonly StepRecord[];
    readonly predicted: Resources | null;
    readonly actual: Resources;
  },
  trials: readonly FinishedTrial[],
): ReportData['cost'] {
  const stepSeconds: Partial<Record<StepRecord['kind'], number>> = {};
  for (const { kind, seconds } of steps) stepSeconds[kind] = (stepSeconds[kind] ?? 0) + seconds.wall;
  const done = steps.filter(({ state }) => state === 'done');
  const others = steps.map(({ kind, state, result, failure }) => {
    // Training that diverged has cost what it took until then.
    if (state === 'failed') return operations(failure?.facts);
    return kind === 'trial' ? 0 : operations(result);
  });
  return {
    predicted,
    actual,
    stepSeconds,
    steps: { total: steps.length, done: done.length },
    flops:
      trials.reduce((sum, { result }) => sum + result.cost.trainingFlops, 0) +
      others.reduce((sum, flops) => sum + flops, 0),
  };
}

/** '45 of 60 steps done, 2 failed': how far a study is. */
export function stepsDone({ done, total }: ReportData['cost']['steps'], failures: number): string {
  const failed = failures === 0 ? '' : `, ${formatNumber(failures, 0)} failed`;
  return `${formatNumber(done, 0)} of ${countOf(total, 'step')} done${failed}`;
}

/** The `flops` of a result or of a failure's facts. */
const operations = (of: Json | undefined): number =>
  Number((of as { flops?: number } | null | undefined)?.flops ?? 0);
