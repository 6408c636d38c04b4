import type { StudySpec } from './study-spec.ts';

/** Models with settings of training of their own, and those settings in words; `labels` in the order of the study file. */
export function ownTraining(
  { models }: Pick<StudySpec, 'models'>,
  labels: readonly string[],
): { model: string; settings: string }[] {
  return models.flatMap(({ training = {} }, m) => {
    const settings = Object.entries(training).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} ${inWords(value)}`],
    );
    return settings.length === 0 ? [] : [{ model: labels[m]!, settings: settings.join(', ') }];
  });
}

/** A setting as it stands in the study file, on one line. */
const inWords = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ') : String(value);
