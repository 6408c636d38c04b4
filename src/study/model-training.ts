import type { StudySpec } from './study-spec.ts';

/** How techniques train the model at a place of the study file: as the study says, but for what the model has of its own. */
export function modelTraining({ models, training }: Pick<StudySpec, 'models' | 'training'>, m: number) {
  const own = Object.fromEntries(
    Object.entries(models[m]!.training ?? {}).filter(([, value]) => value !== undefined),
  );
  return { ...training, ...own } as StudySpec['training'];
}
