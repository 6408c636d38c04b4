import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';

/** What budgets are drawn from: the training pool of the target domain. */
export interface BudgetPool {
  readonly count: number;
  /** Per item; items of one group take the same role where there are enough groups. */
  readonly groups?: readonly string[];
}

/** The target examples that a trial may look at, as item numbers of the pool. */
export interface Budget {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Whether validation and training share no group ('group') or only no item ('item'). */
  readonly separation: 'group' | 'item';
}

/** Fewest validation items of a budget. */
const leastValidation = 5;
/** With fewer groups than this a validation set of whole groups would hang on too few of them. */
const leastGroups = 5;

/** Validation items of a budget of `n`: one fifth, rounded down, but at least 5. */
export function validationCount(n: number): number {
  return Math.max(leastValidation, Math.floor(n / 5));
}

/**
 * Draws a budget of `n` examples, validation included: one fifth (at least 5) for validation, the rest for training.
 *
 * Budgets of one stream are nested, role by role: the training items of a smaller budget are training items of every
 * larger one, and likewise for validation. With 5 or more groups, each group of the pool is given one role first
 * (as many groups, in drawn order, as fit into one fifth of the items), so that validation and training share no
 * group; then the largest budget can be a little below the pool's size. `n` = 'all' takes the largest.
 *
 * @param enlarged validation items to have at least, more than the budget may hold
 */
export function drawBudget(pool: BudgetPool, n: number | 'all', stream: Stream, enlarged = 0): Budget {
  const { train, validation, separation } = orderPool(pool, stream);
  const most = largest(train.length, validation.length);
  const size = n === 'all' ? most : n;
  const least = leastValidation + 1;
  if (!Number.isInteger(size) || size < least || size > most) {
    throw new GraftError('invalid-value', {
      what: 'budget',
      received: n,
      allowed:
        most < least
          ? `none: the pool has ${pool.count} items, a budget needs ${least} (${leastValidation} for validation)`
          : `an integer from ${least} to ${most} (the pool has ${pool.count} items)`,
    });
  }
  const held = Math.max(validationCount(size), enlarged);
  if (held > validation.length)
    throw new GraftError('invalid-value', {
      what: 'number of validation items',
      received: held,
      allowed: `at most ${validation.length}, which the pool of ${pool.count} items has for validation`,
    });
  return {
    train: train.slice(0, size - validationCount(size)),
    validation: validation.slice(0, held),
    separation,
  };
}

/** The largest budget that `drawBudget` gives for this pool and stream; 0 when there is none. */
export function largestBudget(pool: BudgetPool, stream: Stream): number {
  const { train, validation } = orderPool(pool, stream);
  return largest(train.length, validation.length);
}

function largest(train: number, validation: number): number {
  for (let n = train + validation; n > leastValidation; n--) {
    const held = validationCount(n);
    if (held <= validation && n - held <= train) return n;
  }
  return 0;
}

/** Every pool item once, in drawn order, in one of two lists; a budget takes the front of each. */
function orderPool(pool: BudgetPool, stream: Stream): Budget {
  const order = stream.child('items').permutation(pool.count);
  const isHeld = pool.groups && heldGroups(pool.groups, stream.child('groups'));
  const train: number[] = [];
  const validation: number[] = [];
  order.forEach((item, position) => {
    // Without groups, positions 0-4 and then every fifth: exactly max(5, floor(n / 5)) of the first n, for n >= 25.
    const held = isHeld
      ? isHeld.has(pool.groups![item]!)
      : position < leastValidation || (position >= 25 && position % 5 === 4);
    (held ? validation : train).push(item);
  });
  return {
    train: Int32Array.from(train),
    validation: Int32Array.from(validation),
    separation: isHeld ? 'group' : 'item',
  };
}

/** The groups that serve validation: in drawn order, those that still fit into one fifth of the items. */
function heldGroups(groups: readonly string[], stream: Stream): Set<string> | undefined {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  if (sizes.size < leastGroups) return undefined;
  const names = [...sizes.keys()].sort();
  const room = Math.max(leastValidation, Math.floor(groups.length / 5));
  const held = new Set<string>();
  let taken = 0;
  for (const i of stream.permutation(names.length)) {
    const size = sizes.get(names[i]!)!;
    if (taken + size > room) continue;
    held.add(names[i]!);
    taken += size;
  }
  return taken >= leastValidation ? held : undefined;
}
