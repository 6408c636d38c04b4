import { constant } from '../tensor/build.ts';
import { concat, embedding, reshape } from '../tensor/functions/arrangement.ts';
import { add, cos, mul, silu, sin } from '../tensor/functions/elementwise.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { linearParameters } from './dense-coder.ts';
import type { ModelContext } from './model.ts';

/** Wave lengths of the features: 2 pi to 10,000 times that. */
const LONGEST = 10_000;

/** Sines and then cosines of times [batch] at `width` / 2 frequencies in geometric order: [batch, width]. */
export function sinusoids(time: Tensor, width: number): Tensor {
  const half = width / 2;
  const frequencies = Float64Array.from({ length: half }, (_, i) => LONGEST ** (-i / half));
  const angles = mul(reshape(time, [time.shape[0]!, 1]), constant(frequencies, [1, half]));
  return concat([sin(angles), cos(angles)], 1);
}

/** Two linear layers on the sinusoids of a time. */
export const timeParameters = (layer: string, width: number, outputs: number): ParameterSpec[] =>
  ['in', 'out'].flatMap((part) =>
    linearParameters(`${layer}/${part}`, part === 'in' ? width : outputs, outputs).map((p) => ({
      ...p,
      layer,
    })),
  );

/** A vector for each class, and one more for no class. */
export const classParameters = (layer: string, classes: number, outputs: number): ParameterSpec[] => [
  {
    name: `${layer}/class`,
    shape: [classes + 1, outputs],
    layer,
    decay: false,
    initial: { draw: 'normal', deviation: 0.02 },
    rows: 'classes',
  },
];

/**
 * What the blocks of a network read of the time [batch] and of the class (int32 [batch], where there is one):
 * [batch, outputs], a SiLU at its end (Ho et al. 2020, appendix B).
 */
export function embedCondition(
  context: ModelContext,
  layer: string,
  width: number,
  time: Tensor,
  label: Tensor | undefined,
): Tensor {
  const hidden = silu(context.linear(`${layer}/in`, sinusoids(time, width)));
  const embedded = context.linear(`${layer}/out`, hidden);
  return silu(
    label === undefined ? embedded : add(embedded, embedding(context.parameter(`${layer}/class`), label)),
  );
}
