/** One look at validation during training. */
export interface Look {
  /** Updates so far. */
  readonly step: number;
  /** Floating-point operations of training so far. */
  readonly flops: number;
  /** Mean training loss since the last look; null before the first update, and where validation is no loss. */
  readonly training: number | null;
  /** What `Criterion` says: by default the mean cost of the validation examples. */
  readonly validation: number;
  /** Further curves by name: means since the last look of what players count, and what the criterion sees besides. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Index of the stage. */
  readonly stage: number;
}
