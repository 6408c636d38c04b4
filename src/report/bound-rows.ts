import { countOf, decimalsFor, formatNumber } from '../study/format-number.ts';
import type { ReportData } from './report-data.ts';

/** A table of texts. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * The ELBO of each technique at each budget, how far the importance-weighted bound lies from it and on how many
 * effective samples that bound rests, means over seeds; null where the primary metric is no such bound.
 */
export function boundTable({ comparison, matrix, study }: ReportData): TextTable | null {
  const cells = (comparison?.cells ?? []).flatMap(({ bound, ...cell }) =>
    bound === null ? [] : [{ ...cell, ...bound }],
  );
  if (cells.length === 0) return null;
  const several = matrix.models.length > 1;
  const decimals = decimalsFor(
    cells.map(({ elbo }) => elbo),
    cells.map(({ gap }) => Math.abs(gap)),
  );
  return {
    head: [
      ...(several ? ['model'] : []),
      'technique',
      ...matrix.budgets.map((budget) => countOf(budget, study.item)),
    ],
    rows: matrix.models.flatMap((model) =>
      matrix.techniques.map(({ label }) => [
        ...(several ? [model] : []),
        label,
        ...matrix.budgets.map((budget) => {
          const found = cells.find((c) => c.model === model && c.technique === label && c.budget === budget);
          return found === undefined
            ? '–'
            : `${formatNumber(found.elbo, decimals)} (${formatNumber(found.gap, decimals)}; ${formatNumber(found.effectiveSamples, 1)})`;
        }),
      ]),
    ),
  };
}

/** What the numbers of the table are. */
export const boundWords =
  'The ELBO, and in brackets its gap to the importance-weighted bound above and the effective samples that this bound rests on (means over items and seeds). A wide gap or few samples mean that the bound may be far from the likelihood.';
