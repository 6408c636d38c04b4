import { concat, reshape, transpose } from '../tensor/functions/arrangement.ts';
import { add, gelu, mul, silu } from '../tensor/functions/elementwise.ts';
import { attention, matmul } from '../tensor/functions/linear.ts';
import { softmax } from '../tensor/functions/loss.ts';
import { layerNorm, rmsNorm } from '../tensor/functions/normalisation.ts';
import { one, type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import type { ModelContext } from './model.ts';
import { type RotaryConfig, rotate } from './rotary.ts';

/** What a block needs to know of its decoder. */
export interface BlockConfig {
  readonly width: number;
  readonly heads: number;
  /** Heads of keys and values; each serves heads / keyHeads query heads (Ainslie et al. 2023). */
  readonly keyHeads: number;
  readonly headWidth: number;
  /** Width inside the feed-forward part. */
  readonly hidden: number;
  readonly layers: number;
  readonly context: number;
  readonly norm: 'layer' | 'rms';
  readonly epsilon: number;
  /** `swiglu`: silu(gate(x)) up(x) (Shazeer 2020); the others act on up(x). */
  readonly activation: 'gelu' | 'gelu-tanh' | 'swiglu';
  /** Which linear layers and norms have a bias. */
  readonly bias: {
    readonly norm: boolean;
    readonly qkv: boolean;
    readonly output: boolean;
    readonly mlp: boolean;
  };
  readonly rotary?: RotaryConfig;
  /** Share of values that training drops. */
  readonly dropout: { readonly attention: number; readonly residual: number };
}

/** Added to the score of what may not be seen: exp of it is 0 in float32. */
export const HIDDEN = -1e9;

const normal = (deviation: number) => ({ draw: 'normal', deviation }) as const;

/** Scale and, where the model has biases, shift of a norm. */
export function normParameters(name: string, layer: string, width: number, bias: boolean): ParameterSpec[] {
  const vector = (part: string, initial: ParameterSpec['initial']): ParameterSpec => ({
    name: `${name}/${part}`,
    shape: [width],
    layer,
    decay: false,
    initial,
  });
  return bias ? [vector('scale', one), vector('bias', zero)] : [vector('scale', one)];
}

/**
 * Parameters of block `index`. Matrices start from N(0, 0.02^2), those that write into the residual stream from
 * N(0, 0.02^2 / (2 layers)), biases at 0 (Radford et al. 2019).
 */
export function blockParameters(index: number, c: BlockConfig): ParameterSpec[] {
  const layer = `block/${index}`;
  const residual = normal(0.02 / Math.sqrt(2 * c.layers));
  const matrix = (
    name: string,
    inputs: number,
    outputs: number,
    bias: boolean,
    initial: ParameterSpec['initial'] = normal(0.02),
  ): ParameterSpec[] => [
    { name: `${layer}/${name}/weight`, shape: [outputs, inputs], layer, decay: true, initial },
    ...(bias
      ? [{ name: `${layer}/${name}/bias`, shape: [outputs], layer, decay: false, initial: zero }]
      : []),
  ];
  const queries = c.heads * c.headWidth;
  const keys = c.keyHeads * c.headWidth;
  return [
    ...normParameters(`${layer}/attention/norm`, layer, c.width, c.bias.norm),
    ...matrix('attention/query', c.width, queries, c.bias.qkv),
    ...matrix('attention/key', c.width, keys, c.bias.qkv),
    ...matrix('attention/value', c.width, keys, c.bias.qkv),
    ...matrix('attention/output', queries, c.width, c.bias.output, residual),
    ...normParameters(`${layer}/mlp/norm`, layer, c.width, c.bias.norm),
    ...(c.activation === 'swiglu' ? matrix('mlp/gate', c.width, c.hidden, c.bias.mlp) : []),
    ...matrix('mlp/up', c.width, c.hidden, c.bias.mlp),
    ...matrix('mlp/down', c.hidden, c.width, c.bias.mlp, residual),
  ];
}

export function applyNorm(
  context: ModelContext,
  name: string,
  x: Tensor,
  c: Pick<BlockConfig, 'norm' | 'bias' | 'epsilon'>,
): Tensor {
  const scale = context.parameter(`${name}/scale`);
  if (c.norm === 'rms') return rmsNorm(x, scale, c.epsilon);
  return layerNorm(x, scale, c.bias.norm ? context.parameter(`${name}/bias`) : undefined, c.epsilon);
}

/** [batch, time, heads * width] -> [batch, heads, time, width] */
const intoHeads = (x: Tensor, heads: number): Tensor => {
  const [batch, time, width] = x.shape as [number | string, number, number];
  return transpose(reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]);
};

/** [batch, heads, time, width] -> [batch, time, heads * width] */
const fromHeads = (x: Tensor): Tensor => {
  const [batch, heads, time, width] = x.shape as [number | string, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, time, heads * width]);
};

/** Keys and values of earlier positions, and what a cached step adds to them. */
export interface CacheStep {
  readonly keys: Tensor;
  readonly values: Tensor;
  /** int32 [1] */
  readonly position: Tensor;
  /** True at the position, [context, 1]. */
  readonly here: Tensor;
}

export interface BlockOutput {
  readonly output: Tensor;
  /** This call's keys and values [batch, keyHeads, time, headWidth]. */
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * x + attention(norm(x)), then + mlp(norm(.)): x [batch, time, width], mask [time, positions seen] of 0 and `HIDDEN`.
 * With a cache, time is 1.
 */
export function applyBlock(
  context: ModelContext,
  index: number,
  c: BlockConfig,
  x: Tensor,
  mask: Tensor,
  cached?: { step: CacheStep; merge: (here: Tensor, fresh: Tensor, old: Tensor) => Tensor },
): BlockOutput {
  const layer = `block/${index}`;
  const h = applyNorm(context, `${layer}/attention/norm`, x, c);
  const part = (name: string, heads: number) =>
    intoHeads(context.linear(`${layer}/attention/${name}`, h), heads);
  const turn = (t: Tensor) =>
    c.rotary === undefined ? t : rotate(t, c.rotary, c.context, cached?.step.position);
  const query = turn(part('query', c.heads));
  const keys = turn(part('key', c.keyHeads));
  const values = part('value', c.keyHeads);
  const all = (fresh: Tensor, old: Tensor | undefined) =>
    cached === undefined || old === undefined ? fresh : cached.merge(cached.step.here, fresh, old);
  const seen = attend(context, layer, c, {
    query,
    keys: all(keys, cached?.step.keys),
    values: all(values, cached?.step.values),
    mask,
  });
  const drop = (name: string, t: Tensor) =>
    dropout(context, layer, `${layer}/${name}`, t, c.dropout.residual);
  const attended = add(x, drop('attention', context.linear(`${layer}/attention/output`, fromHeads(seen))));
  const inner = feedForward(context, layer, c, applyNorm(context, `${layer}/mlp/norm`, attended, c));
  const output = add(attended, drop('mlp', context.linear(`${layer}/mlp/down`, inner)));
  return { output, keys, values };
}

function feedForward(context: ModelContext, layer: string, c: BlockConfig, x: Tensor): Tensor {
  if (c.activation === 'swiglu')
    return mul(silu(context.linear(`${layer}/mlp/gate`, x)), context.linear(`${layer}/mlp/up`, x));
  return gelu(context.linear(`${layer}/mlp/up`, x), c.activation === 'gelu' ? 'none' : 'tanh');
}

/** What attention works on: heads of queries, keys and values, and what is added to scores. */
interface Attended {
  /** [batch, heads, time, headWidth] */
  readonly query: Tensor;
  /** [batch, keyHeads, positions, headWidth] */
  readonly keys: Tensor;
  readonly values: Tensor;
  /** [time, positions], or [1, positions] for one time. */
  readonly mask: Tensor;
}

/** Query heads that share a key head stand one after the other, so that they can be its rows: no key is copied. */
function attend(context: ModelContext, layer: string, c: BlockConfig, of: Attended): Tensor {
  const { query, mask } = of;
  const group = c.heads / c.keyHeads;
  if (group === 1) return attendHeads(context, layer, c, of);
  const [batch, , time] = query.shape as [number | string, number, number];
  const seen = attendHeads(context, layer, c, {
    ...of,
    query: reshape(query, [batch, c.keyHeads, group * time, c.headWidth]),
    mask: mask.shape[0] === 1 ? mask : concat(Array<Tensor>(group).fill(mask), 0),
  });
  return reshape(seen, [batch, c.heads, time, c.headWidth]);
}

/** Each head of queries with the keys and values of its own. */
function attendHeads(
  context: ModelContext,
  layer: string,
  c: BlockConfig,
  { query, keys, values, mask }: Attended,
): Tensor {
  if (c.dropout.attention === 0 || !context.training(layer))
    return attention(query, keys, values, mask).output;
  const scores = mul(matmul(query, keys, { transposeB: true }), 1 / Math.sqrt(c.headWidth));
  const probabilities = softmax(add(scores, mask));
  return matmul(
    dropout(context, layer, `${layer}/probabilities`, probabilities, c.dropout.attention),
    values,
  );
}
