import { constant } from '../tensor/build.ts';
import { concat, gather, slice } from '../tensor/functions/arrangement.ts';
import { add, mul, neg } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** How the angles of long contexts are stretched beyond the context that a model was first trained with. */
export type RotaryScaling =
  /** All frequencies divided by a factor (position interpolation, Chen et al. 2023). */
  | { readonly kind: 'linear'; readonly factor: number }
  /** Low frequencies divided by the factor, high ones kept, those between interpolated (Llama 3.1). */
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequency: number;
      readonly highFrequency: number;
      readonly originalContext: number;
    };

/** Angles of rotary positions. */
export interface RotaryConfig {
  readonly base: number;
  readonly scaling?: RotaryScaling | undefined;
}

/** Angle by which pair i of a head turns from one position to the next, [width / 2]. */
export function rotaryFrequencies({ base, scaling }: RotaryConfig, width: number): Float64Array {
  const half = width / 2;
  return Float64Array.from({ length: half }, (_, i) => scaled(base ** (i / half), scaling));
}

/** 1 / period, stretched; `period` in positions per radian. */
function scaled(period: number, scaling: RotaryScaling | undefined): number {
  if (scaling === undefined) return 1 / period;
  const { factor } = scaling;
  if (scaling.kind === 'linear') return 1 / (period * factor);
  const wavelength = 2 * Math.PI * period;
  const { lowFrequency, highFrequency, originalContext } = scaling;
  if (wavelength < originalContext / highFrequency) return 1 / period;
  if (wavelength > originalContext / lowFrequency) return 1 / (period * factor);
  const smooth = (originalContext / wavelength - lowFrequency) / (highFrequency - lowFrequency);
  return (1 - smooth) / (period * factor) + smooth / period;
}

/** Sines and cosines [context, width / 2] of rotary positions (Su et al. 2021). */
function rotations(c: RotaryConfig, context: number, width: number) {
  const half = width / 2;
  // Divided, not multiplied by a reciprocal, where nothing is stretched: the last bit of an angle counts.
  const periods = Float64Array.from({ length: half }, (_, i) => c.base ** (i / half));
  const frequencies = c.scaling === undefined ? undefined : rotaryFrequencies(c, width);
  const angles = Float64Array.from({ length: context * half }, (_, at) => {
    const position = Math.floor(at / half);
    const i = at % half;
    return frequencies === undefined ? position / periods[i]! : position * frequencies[i]!;
  });
  return { cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
}

/**
 * Rotates x [batch, heads, time, width] by its positions: element i of a head and element i + width / 2 make a pair.
 * `position` (int32 [1]) is given when there is one time step.
 */
export function rotate(x: Tensor, c: RotaryConfig, context: number, position?: Tensor): Tensor {
  const [, , time, width] = x.shape as [unknown, unknown, number, number];
  const half = width / 2;
  const { cosines, sines } = rotations(c, position === undefined ? time : context, width);
  const rows = (data: Float64Array) =>
    position === undefined
      ? constant(data, [time, half])
      : gather(constant(data, [context, half]), position, 0);
  const wide = (t: Tensor) => concat([t, t], -1);
  const turned = concat([neg(slice(x, -1, half, width)), slice(x, -1, 0, half)], -1);
  return add(mul(x, wide(rows(cosines))), mul(turned, wide(rows(sines))));
}
