import { GraftError } from '../errors.ts';
import type { Interval } from './alternative.ts';
import type { Bounded } from './bounded.ts';
import { requireFinite } from './require-finite.ts';
import { mean } from './summarize.ts';
import { oneSampleTTest } from './t-test.ts';

/** A learning curve of one trial. */
export interface LearningCurve {
  /** Updates, FLOPs or examples seen at each look, ascending from 0 or more. */
  cost: ArrayLike<number>;
  /** The metric at each look. */
  value: ArrayLike<number>;
}

/** An advantage over from-scratch, averaged over seeds; positive means that transfer is better. */
export interface Advantage {
  mean: number;
  /** Paired t interval; null with one seed. */
  interval: Interval | null;
}

/** How much sooner transfer reaches from-scratch's final quality. */
export interface SpeedUp {
  /** Median over seeds; null where for most seeds the factor does not exist. */
  median: Bounded | null;
  /** Smallest and largest factor over seeds; holds the median of all seeds with probability `rangeConfidence`. */
  range: [Bounded, Bounded] | null;
  /** 1 - 2^(1 - n): coverage of a median by the range of n seeds. */
  rangeConfidence: number;
  /** One a seed; null where from-scratch was never better than at its first look. */
  perSeed: (Bounded | null)[];
}

/** Benefits of transfer in three numbers (Taylor and Stone 2009, section 2.2). */
export interface TransferBenefits {
  /** Advantage at the first look ('jumpstart'), in the metric's unit. */
  start: Advantage;
  /** Cost at which from-scratch first reached its final quality, over the cost at which transfer first did. */
  speedUp: SpeedUp;
  /** Advantage at the last look ('asymptotic performance'), in the metric's unit. */
  finalGap: Advantage;
}

/**
 * What transfer brings against from-scratch, from the learning curves of the same seeds: start, speed-up to
 * from-scratch's final quality, final gap. Curves are linear between looks. The speed-up is 'at least' where transfer
 * is as good at its first look already (then against its first look after cost 0), 'below' where it never gets there.
 * Deviation from the source: the speed-up is a ratio, and bounded where a curve ends first.
 */
export function transferBenefits(
  transfer: readonly LearningCurve[],
  fromScratch: readonly LearningCurve[],
  direction: 'lower' | 'higher',
): TransferBenefits {
  if (transfer.length === 0 || transfer.length !== fromScratch.length) {
    throw new GraftError('bad-data', {
      what: 'learning curves',
      problem: `${transfer.length} and ${fromScratch.length} seeds; both sides need the same, at least one`,
    });
  }
  const ours = transfer.map((curve, s) => orient(curve, direction, `transfer, seed ${s}`));
  const base = fromScratch.map((curve, s) => orient(curve, direction, `from-scratch, seed ${s}`));
  return {
    start: advantage(ours.map((curve, s) => curve.value[0]! - base[s]!.value[0]!)),
    speedUp: speedUp(ours.map((curve, s) => speedUpOfSeed(curve, base[s]!))),
    finalGap: advantage(ours.map((curve, s) => curve.value.at(-1)! - base[s]!.value.at(-1)!)),
  };
}

interface Oriented {
  cost: Float64Array;
  value: Float64Array;
}

function speedUpOfSeed(transfer: Oriented, fromScratch: Oriented): Bounded | null {
  const goal = fromScratch.value.at(-1)!;
  const scratchCost = firstReach(fromScratch, goal);
  // From-scratch ended no better than it began: there is nothing to be faster at.
  if (scratchCost === undefined || scratchCost === fromScratch.cost[0]!) return null;
  const ourCost = firstReach(transfer, goal);
  if (ourCost === undefined) return { relation: 'below', value: scratchCost / transfer.cost.at(-1)! };
  if (ourCost > transfer.cost[0]!) return { relation: 'equal', value: scratchCost / ourCost };
  const earliest = transfer.cost.find((cost) => cost > 0);
  return earliest === undefined ? null : { relation: 'at least', value: scratchCost / earliest };
}

/** The cost at which a curve first is as good as `goal`. */
function firstReach({ cost, value }: Oriented, goal: number): number | undefined {
  if (value[0]! >= goal) return cost[0]!;
  for (let i = 1; i < cost.length; i++) {
    if (value[i]! < goal) continue;
    const part = (goal - value[i - 1]!) / (value[i]! - value[i - 1]!);
    return cost[i - 1]! + part * (cost[i]! - cost[i - 1]!);
  }
  return undefined;
}

function speedUp(perSeed: (Bounded | null)[]): SpeedUp {
  const known = perSeed.filter((bound) => bound !== null);
  const complete = known.length === perSeed.length;
  return {
    median: complete ? medianBound(known) : null,
    range: complete ? rangeOf(known) : null,
    rangeConfidence: 1 - 2 ** (1 - perSeed.length),
    perSeed,
  };
}

const lowEnd = ({ relation, value }: Bounded) => (relation === 'below' ? 0 : value);
const highEnd = ({ relation, value }: Bounded) => (relation === 'at least' ? Infinity : value);

/** What is surely true of the median (geometric middle for even numbers); null where nothing is. */
function medianBound(bounds: readonly Bounded[]): Bounded | null {
  const middle = (ends: number[]) => {
    const sorted = ends.sort((a, b) => a - b);
    const [a, b] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
    // Not the product where it is 0 times infinity.
    return a === b ? a : a === 0 || b === Infinity ? (a === 0 ? 0 : Infinity) : Math.sqrt(a * b);
  };
  const low = middle(bounds.map(lowEnd));
  const high = middle(bounds.map(highEnd));
  if (low === high) return { relation: 'equal', value: low };
  if (low > 0) return { relation: 'at least', value: low };
  return high === Infinity ? null : { relation: 'below', value: high };
}

function rangeOf(bounds: readonly Bounded[]): [Bounded, Bounded] {
  const lowest = Math.min(...bounds.map(lowEnd));
  const highest = Math.max(...bounds.map(highEnd));
  const equal = (value: number) => bounds.some((b) => b.relation === 'equal' && b.value === value);
  const low: Bounded =
    lowest === 0
      ? { relation: 'below', value: Math.min(...bounds.map(highEnd)) }
      : { relation: equal(lowest) ? 'equal' : 'at least', value: lowest };
  const high: Bounded =
    highest === Infinity
      ? { relation: 'at least', value: Math.max(...bounds.map(lowEnd)) }
      : { relation: equal(highest) ? 'equal' : 'below', value: highest };
  return [low, high];
}

function advantage(differences: number[]): Advantage {
  return {
    mean: mean(differences),
    interval: differences.length < 2 ? null : oneSampleTTest(differences).interval,
  };
}

/** The curve turned so that more is better. */
function orient({ cost, value }: LearningCurve, direction: 'lower' | 'higher', where: string): Oriented {
  const problem = (text: string) =>
    new GraftError('bad-data', { what: 'learning curve', problem: text, where });
  if (cost.length < 2 || cost.length !== value.length) {
    throw problem(`${cost.length} costs and ${value.length} values; as many are needed, at least two`);
  }
  requireFinite(cost, 'cost of a learning curve', where);
  requireFinite(value, 'learning curve', where);
  for (let i = 0; i < cost.length; i++) {
    if (!(i === 0 ? cost[0]! >= 0 : cost[i]! > cost[i - 1]!))
      throw problem('costs are not ascending from 0 or more');
  }
  const sign = direction === 'higher' ? 1 : -1;
  return { cost: Float64Array.from(cost), value: Float64Array.from(value, (v) => sign * v) };
}
