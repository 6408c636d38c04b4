/**
 * What a metric is: a value that says what it measures, in which unit and direction, what it needs, and how it is computed.
 * Metrics compute in float64 and are pure: the same inputs, options and random stream give the same result.
 */
import type { z } from 'zod';
import type { Citation } from '../citation.ts';
import type { Matrix } from '../numeric/matrix.ts';
import type { Stream } from '../random.ts';

/** A token: an id or a string. Equal tokens are equal by `===`. */
export type Token = number | string;
/** One item of text or music as tokens. */
export type TokenSequence = readonly Token[];

/** Images [count, channels, height, width], row-major. */
export interface Images {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** The kinds of input that metrics take. */
export interface InputKinds {
  /** One row for each item: features, flattened images, probabilities, importance weights. */
  matrix: Matrix;
  /** One number for each item or token. */
  values: Float64Array;
  /** One integer for each item or token. */
  labels: Int32Array;
  sequences: readonly TokenSequence[];
  images: Images;
}
export type InputKind = keyof InputKinds;

/** One input that a metric takes. */
export interface Need {
  readonly kind: InputKind;
  /** What it holds, in words that complete 'needs ...'. */
  readonly what: string;
  readonly optional?: boolean;
  /** The input whose items have the same size (columns; for images their channels, height and width). */
  readonly sameSizeAs?: string;
  /** The input with the same number of items, item i here belonging to item i there. */
  readonly pairedWith?: string;
}
export type Needs = Readonly<Record<string, Need>>;

type OptionalNames<N extends Needs> = { [K in keyof N]: N[K]['optional'] extends true ? K : never }[keyof N];
/** The inputs of a metric by name. */
export type InputsOf<N extends Needs> = {
  readonly [K in Exclude<keyof N, OptionalNames<N>>]: InputKinds[N[K]['kind']];
} & { readonly [K in OptionalNames<N>]?: InputKinds[N[K]['kind']] };
export type Inputs = Readonly<Record<string, InputKinds[InputKind] | undefined>>;

/** What a computation gets besides inputs and options. */
export interface MetricContext {
  /** The only source of random numbers. */
  readonly random: Stream;
  /**
   * What `make` gives for the inputs `of` (by identity), made once in a context: metrics that are computed one after the other
   * in one context share distances and the like. `key` names the computation with its options.
   */
  share<T>(key: string, of: readonly object[], make: () => T): T;
}

/** What a metric gives. */
export interface MetricResult {
  readonly value: number;
  /** What is needed to compare the value with others beyond its options: 'exact', 'bound with k = 200'. */
  readonly kind?: string;
  /** Standard error of the value over items, where it is a mean over items. */
  readonly standardError?: number;
  /** Numbers that explain the value. */
  readonly extras?: Readonly<Record<string, number>>;
  /** Lists with one entry for each item of one input: the nearest training example of each sample, the NLL of each item. */
  readonly perItem?: Readonly<Record<string, Float64Array | Int32Array>>;
  /** What a reader must know to take the value for what it is. */
  readonly warnings?: readonly string[];
}

/** A metric. `compute` is called by `applyMetric`, after inputs and options have been checked. */
export interface Metric<N extends Needs = Needs, S extends z.ZodObject = z.ZodObject> {
  /** Its name in the registry: the one that the field uses. */
  readonly name: string;
  readonly title: string;
  /** One sentence for a reader who does not know it. */
  readonly summary: string;
  readonly unit: string;
  /** Which way is better. */
  readonly direction: 'lower' | 'higher';
  /** Smallest and largest possible value. */
  readonly range: readonly [number, number];
  /** Raised whenever the same inputs would give another value. */
  readonly version: number;
  readonly citations: readonly Citation[];
  readonly needs: N;
  readonly options: S;
  compute(inputs: InputsOf<N>, options: z.output<S>, context: MetricContext): MetricResult;
}

/** Types a metric by its needs and options. */
export function defineMetric<const N extends Needs, S extends z.ZodObject>(
  metric: Metric<N, S>,
): Metric<N, S> {
  return metric;
}
