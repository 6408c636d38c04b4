import { z } from 'zod';
import type { Citation } from '../../citation.ts';
import { add, awayFromSubnormal, type Expression, type Kernel, mul } from './kernel.ts';

/** What may differ between one update and the next. */
export interface Moment {
  /** The number of this update, from 1. */
  readonly update: number;
  /** The learning rate of the segments being updated. */
  readonly rate: number;
  /** The weight decay of the segments being updated. */
  readonly weightDecay: number;
  /** What the gradient is multiplied with: clipping, and the division by the number of micro-batches. */
  readonly gradientScale: number;
  /** Takes the place of the momentum (or of Adam's beta1) where a schedule moves it. */
  readonly momentum?: number;
}

/** An update rule for given options. */
export interface Update {
  /** The formula for one element, over 'parameter', 'gradient' and the slots. */
  readonly kernel: Kernel;
  /** The vectors that it remembers from update to update, zero before the first. */
  readonly slots: readonly string[];
  /** The kernel's scalars at one update. */
  scalars(moment: Moment): Readonly<Record<string, number>>;
  /** Whether it has a momentum (or beta1) that a schedule may move. */
  readonly movesMomentum: boolean;
}

/** All rules have a weight decay; what it acts on is theirs. */
export type OptionsSchema = z.ZodObject<{ weightDecay: z.ZodDefault<z.ZodNumber> }>;

/** An optimiser: its options and how they turn a gradient into an update. */
export interface UpdateRule<Options extends OptionsSchema = OptionsSchema> {
  readonly title: string;
  /** Works that it comes from. */
  readonly citations: readonly Citation[];
  /** Further works by the option that calls for them, where it is switched on. */
  readonly optionCitations?: Readonly<Record<string, readonly Citation[]>>;
  /** Where in them, and reference implementations, with stated deviations. */
  readonly follows: readonly string[];
  readonly options: Options;
  /** The rule for validated options. */
  create(options: z.output<Options>): Update;
}

/** An `Update` whose scalars are checked against its kernel's. */
export function update<V extends string, S extends string>(parts: {
  kernel: Kernel<V, S>;
  scalars: (moment: Moment) => Readonly<Record<S, number>>;
  movesMomentum: boolean;
}): Update {
  const slots = parts.kernel.vectors.filter((vector) => vector !== 'parameter' && vector !== 'gradient');
  return { ...parts, slots };
}

/** Options that several rules share, with the ranges in which they make sense. */
export const option = {
  /** Weight of the past in a decaying average. */
  decay: (standard: number) => z.number().min(0).lt(1).default(standard),
  /** Added to a divisor. */
  epsilon: (standard: number) => z.number().positive().default(standard),
  weightDecay: (standard: number) => z.number().min(0).default(standard),
};

/**
 * The gradient after scaling, with the weight decay times the parameter added: the gradient of the loss with L2
 * regularisation. Without weight decay (`weightDecay` 0) that term is left out of the formula.
 */
export function regularised(
  v: Readonly<Record<'parameter' | 'gradient', Expression>>,
  s: Readonly<Record<'gradientScale' | 'weightDecay', Expression>>,
  weightDecay: number,
): Expression {
  const gradient = mul(v.gradient, s.gradientScale);
  return weightDecay === 0 ? gradient : add(gradient, mul(s.weightDecay, v.parameter));
}

/** The scalars that `regularised` needs. */
export function regularisation({ gradientScale, weightDecay }: Moment) {
  return { gradientScale, weightDecay };
}

/**
 * The next value of a decaying average of values of either sign: past * average + present * value, kept
 * away from subnormal numbers.
 */
export function averaged(
  past: Expression,
  average: Expression,
  present: Expression,
  value: Expression,
): Expression {
  return awayFromSubnormal(add(mul(past, average), mul(present, value)));
}

/** The next value of a decaying average of squares: past * average + present * value^2. */
export function averagedSquare(
  past: Expression,
  average: Expression,
  present: Expression,
  value: Expression,
): Expression {
  return add(mul(past, average), mul(mul(present, value), value));
}
