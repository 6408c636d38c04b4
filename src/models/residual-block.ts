import { reshape } from '../tensor/functions/arrangement.ts';
import { add, silu } from '../tensor/functions/elementwise.ts';
import { conv } from '../tensor/functions/linear.ts';
import { groupNorm } from '../tensor/functions/normalisation.ts';
import { fanIn, one, type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import type { ModelContext } from './model.ts';

/** Kernel [outputs, inputs, size, size] and bias of a convolution; `zeroed`: both start at 0, so that it adds nothing yet. */
export function convParameters(
  name: string,
  layer: string,
  [inputs, outputs]: readonly [number, number],
  size: number,
  zeroed = false,
): ParameterSpec[] {
  const initial = zeroed ? zero : fanIn(inputs * size * size);
  return [
    { name: `${name}/weight`, shape: [outputs, inputs, size, size], layer, decay: true, initial },
    { name: `${name}/bias`, shape: [outputs], layer, decay: false, initial },
  ];
}

/** A convolution that keeps the size of the image, or one that halves it where the stride is 2. */
export function applyConv(
  context: ModelContext,
  name: string,
  x: Tensor,
  options: { padding?: number; stride?: number } = {},
): Tensor {
  return conv(x, context.parameter(`${name}/weight`), context.parameter(`${name}/bias`), options);
}

/** Scale and bias of a group normalisation. */
export const groupNormParameters = (name: string, layer: string, channels: number): ParameterSpec[] => [
  { name: `${name}/scale`, shape: [channels], layer, decay: false, initial: one },
  { name: `${name}/bias`, shape: [channels], layer, decay: false, initial: zero },
];

export const applyGroupNorm = (context: ModelContext, name: string, x: Tensor, groups: number): Tensor =>
  groupNorm(x, groups, context.parameter(`${name}/scale`), context.parameter(`${name}/bias`));

/** What a residual block of a denoising network is made of. */
export interface ResidualBlock {
  readonly name: string;
  readonly layer: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Width of the condition (time, class) that shifts its channels. */
  readonly condition: number;
  readonly groups: number;
  readonly dropout: number;
}

export function residualBlockParameters(block: ResidualBlock): ParameterSpec[] {
  const { name, layer, inputs, outputs, condition } = block;
  return [
    ...groupNormParameters(`${name}/norm1`, layer, inputs),
    ...convParameters(`${name}/conv1`, layer, [inputs, outputs], 3),
    {
      name: `${name}/condition/weight`,
      shape: [outputs, condition],
      layer,
      decay: true,
      initial: fanIn(condition),
    },
    { name: `${name}/condition/bias`, shape: [outputs], layer, decay: false, initial: fanIn(condition) },
    ...groupNormParameters(`${name}/norm2`, layer, outputs),
    ...convParameters(`${name}/conv2`, layer, [outputs, outputs], 3, true),
    ...(inputs === outputs ? [] : convParameters(`${name}/skip`, layer, [inputs, outputs], 1)),
  ];
}

/**
 * x [n, inputs, h, w] and condition [n, width] -> [n, outputs, h, w]: twice group norm, SiLU and a 3x3 convolution, the
 * condition added between, beside the identity (or a 1x1 convolution where the channels change). The second convolution
 * starts at 0 (Ho et al. 2020, appendix B and the authors' program).
 */
export function applyResidualBlock(
  context: ModelContext,
  block: ResidualBlock,
  x: Tensor,
  condition: Tensor,
): Tensor {
  const { name, layer, inputs, outputs, groups } = block;
  const shift = context.linear(`${name}/condition`, condition);
  const first = applyConv(
    context,
    `${name}/conv1`,
    silu(applyGroupNorm(context, `${name}/norm1`, x, groups)),
    { padding: 1 },
  );
  const shifted = add(first, reshape(shift, [shift.shape[0]!, outputs, 1, 1]));
  const second = silu(applyGroupNorm(context, `${name}/norm2`, shifted, groups));
  const kept = dropout(context, layer, name, second, block.dropout);
  const change = applyConv(context, `${name}/conv2`, kept, { padding: 1 });
  return add(inputs === outputs ? x : applyConv(context, `${name}/skip`, x), change);
}
