import { formatNumber, formatSignificant } from './format-number.ts';
import type { Measurement } from './measurement.ts';
import { measurementKey } from './measurement-key.ts';
import type { ReferenceLikelihood } from './reference-likelihood.ts';

/** What is known of a model and a target when its suitability is judged. */
export interface SuitabilityInput {
  readonly target: string;
  /** Name of what it was trained on, where that was measured, too. */
  readonly source?: string;
  /** 'image' or 'text'. */
  readonly item: string;
  readonly measurements: readonly Measurement[];
  readonly reference?: ReferenceLikelihood;
  /** Mean squared deviation of target values from their mean, where reconstructions are compared with it. */
  readonly variance?: number;
}

/** One sentence, and the keys of the measurements whose values it quotes. */
export interface SuitabilitySentence {
  readonly text: string;
  readonly measurements: readonly string[];
}

/** A measurement by metric, data set and part; undefined where it was not made. */
export type Find = (metric: string, on: string, split?: string) => Measurement | undefined;

export const number = (value: number): string => formatSignificant(value, 4);
export const percent = (share: number): string => `${formatNumber(100 * share, 0)} %`;

/** A sentence that quotes measurements. */
export function sentence(text: string, ...quoted: (Measurement | undefined)[]): SuitabilitySentence {
  return { text, measurements: quoted.flatMap((m) => (m === undefined ? [] : [measurementKey(m)])) };
}
