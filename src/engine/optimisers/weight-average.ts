import { GraftError } from '../../errors.ts';
import { add, kernel, mul } from './kernel.ts';
import type { ParameterArena } from './parameter-arena.ts';

export interface WeightAverageState {
  /** Times that `update` ran. */
  readonly updates: number;
  /** A copy of the average. */
  readonly average: Float32Array;
}

/** An exponential moving average of an arena's parameters. */
export interface WeightAverage {
  /** The average, live: as good a program's input as the parameters themselves. */
  readonly average: Float32Array;
  readonly updates: number;
  /** average <- decay average + (1 - decay) parameters. */
  update(): void;
  state(): WeightAverageState;
  /** Goes back to a state over the same parameters; else `bad-data`. */
  restore(state: WeightAverageState): void;
}

const moving = kernel(['average', 'parameter'], ['past', 'new'], (v, s) => ({
  average: add(mul(s.past, v.average), mul(s.new, v.parameter)),
}));

/**
 * The moving average of weights, starting at the parameters' present values, in the arena's slot 'average'.
 *
 * `decay` in [0, 1) is the weight of the past. With `warmUp` it is min(decay, (1 + t) / (10 + t)) at the t-th update
 * (t from 1), so that the first weights are soon forgotten.
 */
export function createWeightAverage(
  arena: ParameterArena,
  { decay, warmUp = false }: { readonly decay: number; readonly warmUp?: boolean },
): WeightAverage {
  if (!(decay >= 0 && decay < 1))
    throw new GraftError('invalid-value', {
      what: "a weight average's decay",
      received: decay,
      allowed: 'from 0 to below 1',
    });
  const average = arena.slot('average');
  const run = arena.bind(moving, { average: 'average', parameter: 'parameters' });
  average.set(arena.parameters);
  let updates = 0;
  return {
    average,
    get updates() {
      return updates;
    },
    update: () => {
      updates += 1;
      const past = warmUp ? Math.min(decay, (1 + updates) / (10 + updates)) : decay;
      run(0, arena.length, { past, new: 1 - past });
    },
    state: () => ({ updates, average: average.slice() }),
    restore: (state) => {
      if (
        !Number.isSafeInteger(state.updates) ||
        state.updates < 0 ||
        state.average.length !== average.length
      )
        throw new GraftError('bad-data', {
          what: "a weight average's state",
          problem: `${state.average.length} weights after ${state.updates} updates, expected ${average.length} weights`,
        });
      average.set(state.average);
      updates = state.updates;
    },
  };
}
