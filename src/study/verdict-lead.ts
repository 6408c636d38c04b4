import { mean } from '../statistics/summarize.ts';
import type { TrialComparison } from './compare-trials.ts';
import { formatNumber, listWords } from './format-number.ts';
import type { BudgetVerdict } from './verdict-at-budget.ts';
import type { VerdictWords } from './verdict-words.ts';

/** Budgets of which each lead is spelled out; of more the span is given. */
const MOST_SPELLED = 3;

/** How far the choice of one budget is ahead of the next mean. */
interface Lead {
  readonly budget: number;
  readonly next: string;
  /** '4.4', 'less than 0.1'; null where both are the same. */
  readonly size: string | null;
  readonly gap: number;
}

/** 'ahead of from-scratch by 5.3 nats per image with 25 images and by 10.6 with 100 images'; empty where nothing is next. */
export function aheadWords(group: readonly BudgetVerdict[], words: VerdictWords): string {
  const leads = group.flatMap((at) => leadOf(at, words) ?? []);
  const first = leads[0];
  if (first === undefined) return '';
  if (leads.length > MOST_SPELLED) {
    const sorted = [...leads].sort((a, b) => a.gap - b.gap);
    const [least, most] = [sorted[0]!, sorted.at(-1)!].map(({ size }) => size ?? '0');
    return `ahead of the next by ${least} to ${most}${words.unit}`;
  }
  const alike = leads.every(({ next }) => next === first.next);
  const parts = leads.map(({ budget, next, size }, i) => {
    const where = group.length > 1 ? ` with ${words.items([budget])}` : '';
    if (size === null) return `level with ${next}${where}`;
    const whom = alike && i > 0 && first.size !== null ? '' : ` of ${next}`;
    return `${i === 0 || whom !== '' ? `ahead${whom} ` : ''}by ${size}${i === 0 ? words.unit : ''}${where}`;
  });
  return listWords(parts);
}

/** The means of the choice and the next technique over the seeds that both have. */
function leadOf({ choice, next, budget, model }: BudgetVerdict, words: VerdictWords): Lead | null {
  if (choice === undefined || next === undefined) return null;
  const pairs = choice.values.flatMap(({ seed, value }) => {
    const other = next.values.find((one) => one.seed === seed);
    return other === undefined ? [] : [words.sign * (other.value - value)];
  });
  const gap = pairs.length === 0 ? words.sign * (next.mean! - choice.mean!) : mean(pairs);
  // Of the seeds that all techniques have the choice is the best, of those that the two have it need not be.
  if (gap < 0) return null;
  const amount = words.amount(gap, model);
  const size = gap === 0 ? null : /[1-9]/.test(amount) ? amount : `less than ${amount.replace(/0$/, '1')}`;
  return { budget, next: next.technique, size, gap };
}

/** 'about 17', 'more than 1,000'. */
export function neededWords({ result }: TrialComparison): string {
  const { kind, seeds } = result!.seedsNeeded!;
  return `${kind === 'more than' ? 'more than' : 'about'} ${formatNumber(seeds, 0)}`;
}

/** Comparisons that more seeds would decide. */
export function openComparisons(group: readonly Pick<BudgetVerdict, 'undecided'>[]): TrialComparison[] {
  return group
    .flatMap(({ undecided }) => undecided)
    .filter(({ result }) => result?.noClaim === 'not significant' && result.seedsNeeded !== null);
}

/** The fewest and the most seeds that any of the comparisons needs, in words; there is at least one. */
export function seedSpan(open: readonly TrialComparison[]): [fewest: string, most: string] {
  const sorted = [...open].sort((a, b) => a.result!.seedsNeeded!.seeds - b.result!.seedsNeeded!.seeds);
  return [neededWords(sorted[0]!), neededWords(sorted.at(-1)!)];
}

/** 'Differences of the observed size would take about 9 to 36 seeds, depending on the pair.'; none where that is unknown. */
export function seedsWords(group: readonly BudgetVerdict[]): string[] {
  const open = openComparisons(group);
  if (open.length === 0) return [];
  const [least, most] = seedSpan(open);
  return [
    least === most
      ? `A difference of the observed size would take ${least} seeds.`
      : `Differences of the observed size would take ${least} to ${most.replace(/^about /, '')} seeds, depending on the pair.`,
  ];
}
