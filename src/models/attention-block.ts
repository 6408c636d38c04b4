import { reshape, split, transpose } from '../tensor/functions/arrangement.ts';
import { add } from '../tensor/functions/elementwise.ts';
import { attention } from '../tensor/functions/linear.ts';
import { fanIn, type ParameterSpec, zero } from '../tensor/parameters.ts';
import { type Dimension, product } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext } from './model.ts';
import { applyGroupNorm, groupNormParameters } from './residual-block.ts';

/** Parameters of self-attention over the positions of an image; its output starts at 0, so that it adds nothing yet. */
export const attentionBlockParameters = (name: string, layer: string, channels: number): ParameterSpec[] => [
  ...groupNormParameters(`${name}/norm`, layer, channels),
  {
    name: `${name}/qkv/weight`,
    shape: [3 * channels, channels],
    layer,
    decay: true,
    initial: fanIn(channels),
  },
  { name: `${name}/qkv/bias`, shape: [3 * channels], layer, decay: false, initial: fanIn(channels) },
  { name: `${name}/output/weight`, shape: [channels, channels], layer, decay: true, initial: zero },
  { name: `${name}/output/bias`, shape: [channels], layer, decay: false, initial: zero },
];

/** x [n, c, h, w] plus what each position reads from all positions, by one head (Ho et al. 2020, appendix B). */
export function applyAttentionBlock(context: ModelContext, name: string, x: Tensor, groups: number): Tensor {
  const [n, c, ...space] = x.shape as [Dimension, number, ...Dimension[]];
  const normed = applyGroupNorm(context, `${name}/norm`, x, groups);
  const tokens = transpose(reshape(normed, [n, c, product(space)]));
  const parts = context.linear(`${name}/qkv`, tokens);
  const [q, k, v] = split(parts, [c, c, c], 2) as [Tensor, Tensor, Tensor];
  const read = context.linear(`${name}/output`, attention(q, k, v).output);
  return add(x, reshape(transpose(read), x.shape));
}
