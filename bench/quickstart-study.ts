import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageFolder } from '../src/data/built-in-file.ts';
import { parseStudy, type StudyInput, type StudySpec } from '../src/study/study-spec.ts';

/** The folder of the example, from which relative paths of the study would start. */
export const quickstartFolder = join(packageFolder(import.meta.url), 'examples');

/**
 * The quickstart example as a person writes it and as Graft reads it; `quick` cuts updates, seeds and measured items so
 * that a run says whether everything works, not how fast it is.
 */
export function quickstartStudy(quick: boolean): { written: StudyInput; spec: StudySpec } {
  const file = join(quickstartFolder, 'quickstart.yaml');
  const written = parse(readFileSync(file, 'utf8')) as StudyInput;
  const used: StudyInput = quick
    ? {
        ...written,
        models: written.models.map((model) =>
          'family' in model ? { ...model, pretrain: { ...model.pretrain, steps: 200 } } : model,
        ),
        budgets: [25, 100],
        seeds: 1,
        training: { ...written.training, steps: 40 },
        sampling: { ...written.sampling, count: 100 },
        evaluation: { ...written.evaluation, items: 100, importanceSamples: 8 },
      }
    : written;
  return { written: used, spec: parseStudy(used, file) };
}
