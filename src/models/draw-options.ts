import type { Device } from '../engine/device.ts';

/** How samples are drawn. */
export interface DrawOptions {
  readonly count: number;
  readonly batchSize: number;
  readonly threads: number;
  readonly device: Device;
  /** Wall milliseconds of each batch are reported here when given. */
  readonly clock?: () => number;
  /** For models that make examples by class: the class of each sample; each class in turn if absent. */
  readonly labels?: ArrayLike<number>;
  /** Ends the work between runs of a program, with `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface ImageSamples {
  readonly kind: 'images';
  /** [channels, height, width] */
  readonly shape: readonly number[];
  /** [count, ...shape] */
  readonly data: Float32Array;
  readonly batchMilliseconds: readonly number[];
}
