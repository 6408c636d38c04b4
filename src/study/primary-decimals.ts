import type { StudyComparison } from './compare-trials.ts';
import { decimalsFor } from './format-number.ts';

/**
 * Decimals of the primary metric of one model, from the spread of its means over seeds. Means, differences and their
 * intervals have the same ones wherever they are written, so that a difference is that of the means beside it.
 */
export function primaryDecimals({ cells }: Pick<StudyComparison, 'cells'>, model: string): number {
  const known = cells.filter((cell) => cell.model === model && cell.mean !== null);
  return decimalsFor(
    known.map(({ mean }) => mean!),
    known.map(({ interval }) => (interval === null ? null : (interval.high - interval.low) / 2)),
  );
}
