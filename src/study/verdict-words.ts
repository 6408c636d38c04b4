import type { CellSummary, StudyComparison, TrialComparison } from './compare-trials.ts';
import { countOf, formatNumber, formatSigned, listWords, plural } from './format-number.ts';
import { primaryDecimals } from './primary-decimals.ts';
import type { VerdictContext } from './verdict-context.ts';

/** The words that the sentences of one verdict have in common. */
export class VerdictWords {
  /** +1 where less is better. */
  readonly sign: 1 | -1;
  /** 'lowest' or 'highest'. */
  readonly superlative: string;
  private readonly comparison: StudyComparison;
  private readonly context: Pick<VerdictContext, 'matrix' | 'item' | 'unit'>;

  constructor(comparison: StudyComparison, context: Pick<VerdictContext, 'matrix' | 'item' | 'unit'>) {
    this.comparison = comparison;
    this.context = context;
    this.sign = comparison.primary.direction === 'lower' ? 1 : -1;
    this.superlative = comparison.primary.direction === 'lower' ? 'lowest' : 'highest';
  }

  /** 'Model x: ' where there are several models. */
  modelPrefix(model: string): string {
    return this.context.matrix.models.length > 1 ? `${model}: ` : '';
  }

  /** '25 and 100 images'. */
  items(budgets: readonly number[]): string {
    if (budgets.length === 1) return countOf(budgets[0]!, this.context.item);
    return `${listWords(budgets.map((budget) => formatNumber(budget, 0)))} ${plural(this.context.item)}`;
  }

  /** A mean or difference of the primary metric, without its unit. */
  amount(value: number, model: string): string {
    return formatNumber(value, this.decimals(model));
  }

  /** 'from-scratch by 12.3 (4.1 to 20.5)': how far a side is from the other in a claimed comparison. */
  distance({ model, result }: TrialComparison, other: string): string {
    const { meanDifference, interval } = result!;
    const decimals = this.decimals(model);
    const size = formatNumber(Math.abs(meanDifference), decimals);
    return `${other} by ${size}${interval === null ? '' : ` (${this.range(interval, Math.sign(meanDifference), decimals)})`}`;
  }

  /** 'fine-tune − from-scratch: −0.3 (−1.0 to 0.4)'. */
  difference({ model, technique, reference, result }: TrialComparison): string {
    const decimals = this.decimals(model);
    const { meanDifference, interval } = result!;
    if (result!.noClaim === 'identical results')
      return `${technique} and ${reference} gave identical results`;
    const range = interval === null ? '' : ` (${this.range(interval, 1, decimals)})`;
    return `${technique} − ${reference}: ${formatSigned(meanDifference, decimals)}${range}`;
  }

  /** 'fine-tune has no result', 'fine-tune has a result for 1 of 3 seeds'. */
  lacking(cells: readonly CellSummary[]): string {
    const seeds = this.context.matrix.seeds.length;
    const none = cells.filter(({ values }) => values.length === 0).map(({ technique }) => technique);
    const some = cells
      .filter(({ values }) => values.length > 0)
      .map(
        ({ technique, values }) =>
          `${technique} has a result for ${values.length} of ${countOf(seeds, 'seed')}`,
      );
    return listWords([
      ...(none.length === 0 ? [] : [`${listWords(none)} ${none.length === 1 ? 'has' : 'have'} no result`]),
      ...some,
    ]);
  }

  get unit(): string {
    return this.context.unit === '' ? '' : ` ${this.context.unit}`;
  }

  private range({ low, high }: { low: number; high: number }, sign: number, decimals: number): string {
    const [a, b] = sign < 0 ? [-high, -low] : [low, high];
    return `${formatNumber(a, decimals)} to ${formatNumber(b, decimals)}`;
  }

  private decimals(model: string): number {
    return primaryDecimals(this.comparison, model);
  }
}
