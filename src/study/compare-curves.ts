import type { Stream } from '../random.ts';
import { breakEvenBudget, type CurveFigure, dataEfficiency } from '../statistics/budget-curves.ts';
import type { Place, TrialTable, TrialValue } from './trial-table.ts';

/** What a technique saves in target data against the reference: from the budget curves of the same seeds. */
export interface CurveComparison {
  readonly model: string;
  readonly technique: string;
  readonly reference: string;
  readonly seeds: readonly number[];
  /** Budgets at which both sides have all of these seeds. */
  readonly budgets: readonly number[];
  readonly measurements: readonly string[];
  /** How many times fewer examples the technique needs for the reference's quality at the largest budget. */
  readonly dataEfficiency: CurveFigure;
  /** The budget from which on the reference is as good as the technique. */
  readonly breakEven: CurveFigure;
}

/**
 * Data-efficiency factor and break-even budget of each technique that trains, against the reference, over the seeds
 * that have finished trials at every budget. Left out with fewer than two budgets.
 */
export function compareCurves(
  { matrix }: TrialTable,
  reference: string,
  valuesAt: (place: Place) => TrialValue[],
  options: { direction: 'lower' | 'higher'; confidence: number; stream: Stream },
): CurveComparison[] {
  const { models, techniques, budgets, seeds } = matrix;
  if (budgets.length < 2) return [];
  return models.flatMap((model) =>
    techniques.flatMap(({ label: technique, trains }): CurveComparison[] => {
      if (technique === reference || !trains) return [];
      const curves = (label: string) =>
        budgets.map((budget) => valuesAt({ model, technique: label, budget }));
      const [ours, theirs] = [curves(technique), curves(reference)];
      const complete = seeds.filter((seed) =>
        [...ours, ...theirs].every((row) => at(row, seed) !== undefined),
      );
      if (complete.length === 0) return [];
      const rows = (side: TrialValue[][]) => complete.map((seed) => side.map((row) => at(row, seed)!.value));
      const read = {
        budgets,
        technique: rows(ours),
        reference: rows(theirs),
        direction: options.direction,
      };
      const stream = options.stream.child('curves').child(model).child(technique);
      const settings = { confidence: options.confidence, stream };
      return [
        {
          model,
          technique,
          reference,
          seeds: complete,
          budgets,
          measurements: [...ours, ...theirs].flatMap((row) => complete.map((seed) => at(row, seed)!.id)),
          dataEfficiency: dataEfficiency(read, settings),
          breakEven: breakEvenBudget(read, settings),
        },
      ];
    }),
  );
}

const at = (row: readonly TrialValue[], seed: number) => row.find((value) => value.seed === seed);
