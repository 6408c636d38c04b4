import type { StepRecord } from '../store/step-record.ts';
import type { StudyComparison } from '../study/compare-trials.ts';
import type { PretrainResult } from '../study/step-inputs.ts';
import type { Cell } from '../study/trial-result.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import type { ReportData, ReportFailure } from './report-data.ts';

/** Steps that failed or could not be run because one that they need failed, each with the reason that was recorded. */
export function reportFailures({
  steps,
  trials,
}: {
  readonly steps: readonly StepRecord[];
  readonly trials: readonly { readonly cell: Cell; readonly step: string }[];
}): ReportFailure[] {
  const cells = new Map(trials.map(({ cell, step }) => [step, cell]));
  return steps
    .filter(({ state }) => state === 'failed')
    .map(({ id, kind, label, failure }) => {
      const cell = cells.get(id);
      return {
        step: id,
        kind,
        label,
        ...(cell === undefined ? {} : { cell }),
        reason: failure?.message ?? 'no reason was recorded',
      };
    });
}

/** Warnings of the plan, of the comparison, of pre-training and of trials: each text once. */
export function reportWarnings(
  {
    warnings,
    models,
    primary,
    steps,
  }: {
    readonly warnings: readonly string[];
    readonly models: readonly { readonly label: string; readonly pretraining: readonly string[] }[];
    readonly primary?: string;
    readonly steps: readonly StepRecord[];
  },
  trials: readonly FinishedTrial[],
  comparison: StudyComparison | null,
): ReportData['warnings'] {
  const results = new Map(steps.map(({ id, result }) => [id, result]));
  const found = new Map<string, string[]>(warnings.map((text) => [text, []]));
  if (comparison === null && trials.length > 0)
    found.set(
      primary === undefined
        ? 'No metric was planned that puts all models on one scale, so nothing is compared.'
        : `The primary metric '${primary}' was measured in no trial, so nothing is compared.`,
      [],
    );
  for (const { label, pretraining } of models)
    for (const step of pretraining) {
      const { warnings: own = [] } = (results.get(step) ?? {}) as unknown as Partial<PretrainResult>;
      for (const text of own) found.set(`${label}, pre-training: ${text}`, []);
    }
  for (const { step, result } of trials)
    for (const text of result.warnings) found.set(text, [...(found.get(text) ?? []), step]);
  return [...found].map(([text, concerned]) => ({ text, steps: concerned }));
}
