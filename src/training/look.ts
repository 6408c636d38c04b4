/** One look at validation during training. */
export interface Look {
  /** Updates so far. */
  readonly step: number;
  /** Floating-point operations of training so far. */
  readonly flops: number;
  /** Mean training loss since the last look; null before the first update. */
  readonly training: number | null;
  readonly validation: number;
  readonly learningRate: number;
  /** Index of the stage. */
  readonly stage: number;
}
