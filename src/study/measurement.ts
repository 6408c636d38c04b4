/** One metric's value for one trial, with all that makes it comparable. */
export interface Measurement {
  readonly metric: string;
  /** Where it was measured: 'target', 'source', or the name of a data set never trained on. */
  readonly on: string;
  readonly value: number;
  readonly unit: string;
  readonly direction: 'lower' | 'higher';
  /** Version of the metric's code. */
  readonly version: number;
  /** Items of real data, and generated ones where there are any. */
  readonly real?: number;
  readonly generated?: number;
  /** Reference split: 'test', 'train', ... */
  readonly split?: string;
  readonly features?: { readonly network: string; readonly hash: string };
  /** What the numbers are defined over: likelihoods are compared only within one representation. */
  readonly representation?: string;
  readonly options?: Readonly<Record<string, number | string | boolean>>;
  /** Standard error where it is known: over items, or over what `standardErrorOver` says. */
  readonly standardError?: number;
  /** Independent units of the standard error where items of one are alike: '9 typefaces'. */
  readonly standardErrorOver?: string;
  /** What the value is exactly: 'exact', 'bound with k = 64'. */
  readonly kind?: string;
  /** Numbers that explain the value, e.g. a bound's gap to the ELBO. */
  readonly extras?: Readonly<Record<string, number>>;
  readonly warnings?: readonly string[];
}
