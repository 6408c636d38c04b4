import { z } from 'zod';

/** Schema of a `TallyState` that was read back. */
export const tallyState = z.strictObject({
  sum: z.number(),
  count: z.int().min(0),
  terms: z.record(z.string(), z.strictObject({ sum: z.number(), count: z.int().min(0) })).optional(),
});

/** What a tally has counted (JSON). */
export type TallyState = z.output<typeof tallyState>;

/** Means of a training's losses and terms since the last look. */
export interface Tally {
  add(loss: number): void;
  addTerms(terms: Readonly<Record<string, number>>): void;
  /** Mean loss; null where none was added. */
  loss(): number | null;
  /** Mean of each term; undefined where none was added. */
  terms(): Record<string, number> | undefined;
  state(): TallyState;
  clear(): void;
}

export function createTally(from: TallyState = { sum: 0, count: 0 }): Tally {
  let { sum, count } = from;
  const terms = new Map(Object.entries(from.terms ?? {}).map(([name, one]) => [name, { ...one }]));
  return {
    add(loss) {
      sum += loss;
      count++;
    },
    addTerms(values) {
      for (const [name, value] of Object.entries(values)) {
        const before = terms.get(name) ?? { sum: 0, count: 0 };
        terms.set(name, { sum: before.sum + value, count: before.count + 1 });
      }
    },
    loss: () => (count === 0 ? null : sum / count),
    terms: () =>
      terms.size === 0
        ? undefined
        : Object.fromEntries([...terms].map(([name, one]) => [name, one.sum / one.count])),
    state: () => ({ sum, count, ...(terms.size === 0 ? {} : { terms: Object.fromEntries(terms) }) }),
    clear() {
      sum = 0;
      count = 0;
      terms.clear();
    },
  };
}
