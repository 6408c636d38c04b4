import { comparable } from './measurement-key.ts';
import type { TrialValue } from './trial-table.ts';

/** Values of both sides for their common seeds. */
export function pairUp(
  ours: readonly TrialValue[],
  theirs: readonly TrialValue[],
  allowed: typeof comparable = comparable,
): [TrialValue, TrialValue][] {
  return ours.flatMap((a) => {
    const b = theirs.find(({ seed }) => seed === a.seed);
    return b !== undefined && allowed(a.measurement, b.measurement)
      ? [[a, b] as [TrialValue, TrialValue]]
      : [];
  });
}
