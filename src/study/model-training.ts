import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import type { Model } from '../models/model.ts';
import type { AverageSpec } from '../training/average-spec.ts';
import type { TrainingInput } from './step-inputs.ts';
import type { StudySpec } from './study-spec.ts';

/** The optimiser where neither a training nor a model's players say one. */
export const STANDARD_OPTIMISER: OptimiserSpec = 'adam';

/** Optimiser and average of a model's training, as far as they were said; they go before what its players have of their own. */
export function statedTraining(
  { players }: Pick<Model, 'players'>,
  said: { readonly optimiser?: OptimiserSpec | undefined; readonly average?: AverageSpec | undefined },
): Pick<TrainingInput, 'optimiser' | 'average' | 'stated'> {
  const { optimiser, average } = said;
  const stated = (['optimiser', 'average'] as const).filter(
    (key) => said[key] !== undefined && players.some((player) => player[key] !== undefined),
  );
  return {
    optimiser: optimiser ?? STANDARD_OPTIMISER,
    ...(average === undefined ? {} : { average }),
    ...(stated.length === 0 ? {} : { stated }),
  };
}

/** The optimisers that a model's players have of their own, each once. */
export function ownOptimisers({ players }: Pick<Model, 'players'>): readonly OptimiserSpec[] {
  const all = players.flatMap(({ optimiser }) => (optimiser === undefined ? [] : [optimiser]));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** How techniques train the model at a place of the study file: as the study says, but for what the model has of its own. */
export function modelTraining({ models, training }: Pick<StudySpec, 'models' | 'training'>, m: number) {
  const own = Object.fromEntries(
    Object.entries(models[m]!.training ?? {}).filter(([, value]) => value !== undefined),
  );
  return { ...training, ...own } as StudySpec['training'];
}
