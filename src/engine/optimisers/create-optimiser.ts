import { GraftError } from '../../errors.ts';
import { add, kernel, mul, type RunKernel } from './kernel.ts';
import { type OptimiserSpec, resolveOptimiser } from './optimiser-spec.ts';
import type { ParameterArena, Segment } from './parameter-arena.ts';

/** What a layer group multiplies the learning rate and the weight decay with; 1 if absent. */
export interface GroupFactors {
  readonly rate?: number;
  readonly weightDecay?: number;
}

export interface OptimiserOptions {
  /** Factors of the groups that differ from 1 ('discriminative' learning rates). */
  readonly groups?: Readonly<Record<string, GroupFactors>>;
  /** Measure the gradient's norm at every update, even where the spec clips nothing. */
  readonly measureNorm?: boolean;
}

/** Everything that an optimiser needs to go on with the same bits: a number and its vectors. */
export interface OptimiserState {
  /** Updates made so far. */
  readonly updates: number;
  /** A copy of each of the rule's vectors, by name. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** Updates an arena's parameters in place. */
export interface Optimiser {
  /** Updates made so far. */
  readonly updates: number;
  /** Whether `step` takes a momentum. */
  readonly movesMomentum: boolean;
  /**
   * Adds the arena's gradient, times `weight`, to that of the next update, which then takes the sum over the
   * weights' sum. With the micro-batches' sizes as weights and mean losses, that is the gradient of the mean over
   * all of their examples. Needs the slot 'accumulated'.
   */
  accumulate(weight?: number): void;
  /**
   * One update with the given learning rate from the arena's gradient, or from what was accumulated since the
   * last update. Where the spec has `clipNorm`, the gradient is scaled to that Euclidean norm over all segments
   * if it is longer (by clipNorm / (norm + 1e-6), as torch.nn.utils.clip_grad_norm_ does).
   *
   * `momentum` takes the place of the spec's momentum or beta1 in this update. Returns the norm before clipping
   * where it was measured.
   *
   * Errors: `not-finite` when the measured norm is not finite (nothing is changed then); `invalid-value` for a
   * learning rate that is negative or not finite; `conflict` for a momentum where there is none.
   */
  step(rate: number, options?: { readonly momentum?: number }): { readonly gradientNorm: number | undefined };
  /** The state after the last update. Fails with `conflict` between `accumulate` and `step`. */
  state(): OptimiserState;
  /** Goes back to a state of the same rule over the same parameters; else `bad-data`. */
  restore(state: OptimiserState): void;
}

/** The slots that an arena needs for an optimiser, with accumulation of gradients if asked for. */
export function slotsOf(spec: OptimiserSpec, options: { accumulate?: boolean } = {}): string[] {
  return [...resolveOptimiser(spec).update.slots, ...(options.accumulate ? ['accumulated'] : [])];
}

/** Neighbouring segments with the same factors, updated in one run of the kernel. */
interface Range {
  readonly offset: number;
  length: number;
  readonly rate: number;
  readonly weightDecay: number;
}

const scaled = kernel(['sum', 'gradient'], ['weight'], (v, s) => ({ sum: mul(s.weight, v.gradient) }));
const scaledSum = kernel(['sum', 'gradient'], ['weight'], (v, s) => ({
  sum: add(v.sum, mul(s.weight, v.gradient)),
}));

/**
 * The optimiser of a spec over an arena that has the slots of `slotsOf(spec)`.
 *
 * Errors: `unknown-name` for a rule, a group or a slot that is not there; `invalid-value` for options out of range.
 */
export function createOptimiser(
  spec: OptimiserSpec,
  arena: ParameterArena,
  options: OptimiserOptions = {},
): Optimiser {
  const { update, weightDecay, clipNorm } = resolveOptimiser(spec);
  const ranges = rangesOf(arena.segments, options.groups ?? {});
  const vectors = Object.fromEntries(update.slots.map((name) => [name, arena.slot(name)]));
  const bind = (gradient: string) =>
    arena.bind(update.kernel, {
      ...Object.fromEntries(update.slots.map((name) => [name, name])),
      parameter: 'parameters',
      gradient,
    });
  const fromGradient = bind('gradient');
  let accumulation:
    | { fromSum: RunKernel; replace: RunKernel<'weight'>; add: RunKernel<'weight'> }
    | undefined;
  let accumulatedWeight = 0;
  let updates = 0;

  const scaleFor = (gradient: string, weight: number): { scale: number; norm: number | undefined } => {
    if (clipNorm === undefined && !options.measureNorm) return { scale: 1 / weight, norm: undefined };
    const norm = Math.sqrt(arena.sumOfSquares(gradient)) / weight;
    if (!Number.isFinite(norm))
      throw new GraftError('not-finite', {
        what: `the gradient at update ${updates + 1}`,
        where: `parameter '${firstNotFinite(arena, gradient)}'`,
        hint: 'A lower learning rate may help.',
      });
    const clip = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    return { scale: clip / weight, norm };
  };

  return {
    get updates() {
      return updates;
    },
    movesMomentum: update.movesMomentum,
    accumulate: (weight = 1) => {
      if (!(weight > 0 && Number.isFinite(weight)))
        throw new GraftError('invalid-value', {
          what: 'the weight of a micro-batch',
          received: weight,
          allowed: 'a positive number',
        });
      const sum = { sum: 'accumulated', gradient: 'gradient' };
      accumulation ??= {
        fromSum: bind('accumulated'),
        replace: arena.bind(scaled, sum),
        add: arena.bind(scaledSum, sum),
      };
      const run = accumulatedWeight === 0 ? accumulation.replace : accumulation.add;
      run(0, arena.length, { weight });
      accumulatedWeight += weight;
    },
    step: (rate, { momentum } = {}) => {
      if (!(rate >= 0 && Number.isFinite(rate)))
        throw new GraftError('invalid-value', {
          what: 'the learning rate',
          received: rate,
          allowed: 'a number from 0',
        });
      if (momentum !== undefined && !update.movesMomentum)
        throw new GraftError('conflict', {
          first: 'a schedule that moves the momentum',
          second: 'an optimiser without momentum',
          reason:
            "there is nothing to move; say 'momentum: false' in the schedule or give the optimiser a momentum",
        });
      const useSum = accumulatedWeight > 0 && accumulation !== undefined;
      const { scale, norm } = useSum ? scaleFor('accumulated', accumulatedWeight) : scaleFor('gradient', 1);
      const run = useSum && accumulation ? accumulation.fromSum : fromGradient;
      for (const range of ranges)
        run(
          range.offset,
          range.length,
          update.scalars({
            update: updates + 1,
            rate: rate * range.rate,
            weightDecay: weightDecay * range.weightDecay,
            gradientScale: scale,
            ...(momentum === undefined ? {} : { momentum }),
          }),
        );
      updates += 1;
      accumulatedWeight = 0;
      return { gradientNorm: norm };
    },
    state: () => {
      if (accumulatedWeight > 0)
        throw new GraftError('conflict', {
          first: "an optimiser's state",
          second: 'gradients accumulated for an update still to come',
          reason: 'the state holds whole updates only',
        });
      return {
        updates,
        vectors: Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vector.slice()])),
      };
    },
    restore: (state) => {
      checkState(state, vectors);
      for (const [name, vector] of Object.entries(vectors)) vector.set(state.vectors[name]!);
      updates = state.updates;
      accumulatedWeight = 0;
    },
  };
}

function rangesOf(segments: readonly Segment[], groups: Readonly<Record<string, GroupFactors>>): Range[] {
  const known = [...new Set(segments.map((segment) => segment.group))];
  for (const [name, factors] of Object.entries(groups)) {
    if (!known.includes(name))
      throw new GraftError('unknown-name', { kind: 'layer group', received: name, allowed: known });
    for (const [what, factor] of Object.entries(factors))
      if (!(factor >= 0 && Number.isFinite(factor)))
        throw new GraftError('invalid-value', {
          what: `the ${what} factor of layer group '${name}'`,
          received: factor,
          allowed: 'a number from 0',
        });
  }
  const ranges: Range[] = [];
  for (const segment of segments) {
    const { rate = 1, weightDecay = 1 } = groups[segment.group] ?? {};
    const decay = segment.decay ? weightDecay : 0;
    const last = ranges.at(-1);
    if (last && last.rate === rate && last.weightDecay === decay) last.length += segment.length;
    else ranges.push({ offset: segment.offset, length: segment.length, rate, weightDecay: decay });
  }
  return ranges;
}

function firstNotFinite(arena: ParameterArena, vector: string): string {
  const values = arena.slot(vector);
  const found = arena.segments.find((segment) =>
    values.subarray(segment.offset, segment.offset + segment.length).some((x) => !Number.isFinite(x)),
  );
  return found?.name ?? 'all: their squares overflow';
}

function checkState(state: OptimiserState, vectors: Readonly<Record<string, Float32Array>>): void {
  const fail = (problem: string): never => {
    throw new GraftError('bad-data', { what: "an optimiser's state", problem });
  };
  if (!Number.isSafeInteger(state.updates) || state.updates < 0)
    fail(`${state.updates} is not a number of updates`);
  const names = Object.keys(vectors).sort().join(', ');
  const received = Object.keys(state.vectors).sort().join(', ');
  if (names !== received) fail(`its vectors are [${received}], this optimiser's are [${names}]`);
  for (const [name, vector] of Object.entries(vectors)) {
    const length = state.vectors[name]!.length;
    if (length !== vector.length)
      fail(`vector '${name}' has ${length} elements, there are ${vector.length} trained parameters`);
  }
}
