/** One look at validation. `flops` were spent so far; `training` is the mean loss since the last look, null before the first update. */
export interface Look {
  readonly step: number;
  readonly flops: number;
  readonly training: number | null;
  readonly validation: number;
  readonly learningRate: number;
  readonly stage: number;
}
