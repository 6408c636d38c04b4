import type { SplitReport } from '../data/splits.ts';
import { countOf } from '../study/format-number.ts';
import { showNumber } from './show-number.ts';

/** How a data set was divided, in words: 'by group, in items: train 2,248 (25 groups), …; 160 duplicates removed'. */
export function splitText({
  rule,
  unit,
  counts,
  groups,
  duplicatesRemoved,
  unassigned,
}: SplitReport): string {
  const parts = Object.entries(counts).map(([name, n]) => {
    const of = groups === undefined ? '' : ` (${countOf(groups[name as keyof typeof groups], 'group')})`;
    return `${name} ${showNumber(n)}${of}`;
  });
  const removed = Object.values(duplicatesRemoved).reduce((a, b) => a + b, 0);
  const duplicates = unit === 'items' ? 'duplicates' : 'repeated characters';
  return [
    `by ${rule}, in ${unit}: ${parts.join(', ')}`,
    ...(removed > 0 ? [`${showNumber(removed)} ${duplicates} removed`] : []),
    ...(unassigned > 0 ? [`${showNumber(unassigned)} in no part`] : []),
  ].join('; ');
}
