import { constant } from '../tensor/build.ts';
import { concat, gather, reshape, slice, transpose } from '../tensor/functions/arrangement.ts';
import { add, gelu, mul, neg } from '../tensor/functions/elementwise.ts';
import { attention, linear, matmul } from '../tensor/functions/linear.ts';
import { softmax } from '../tensor/functions/loss.ts';
import { layerNorm } from '../tensor/functions/normalisation.ts';
import { one, type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import type { ModelContext } from './model.ts';

/** What a block needs to know of its transformer. */
export interface BlockConfig {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly context: number;
  readonly bias: boolean;
  readonly dropout: number;
  readonly positions: 'learned' | 'rotary';
}

/** Added to the score of what may not be seen: exp of it is 0 in float32. */
export const HIDDEN = -1e9;

const normal = (deviation: number) => ({ draw: 'normal', deviation }) as const;

/** Scale and, where the model has biases, shift of a layer norm. */
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
    initial: ParameterSpec['initial'],
  ): ParameterSpec[] => [
    { name: `${layer}/${name}/weight`, shape: [outputs, inputs], layer, decay: true, initial },
    ...(c.bias
      ? [{ name: `${layer}/${name}/bias`, shape: [outputs], layer, decay: false, initial: zero }]
      : []),
  ];
  return [
    ...normParameters(`${layer}/attention/norm`, layer, c.width, c.bias),
    ...matrix('attention/query', c.width, c.width, normal(0.02)),
    ...matrix('attention/key', c.width, c.width, normal(0.02)),
    ...matrix('attention/value', c.width, c.width, normal(0.02)),
    ...matrix('attention/output', c.width, c.width, residual),
    ...normParameters(`${layer}/mlp/norm`, layer, c.width, c.bias),
    ...matrix('mlp/up', c.width, 4 * c.width, normal(0.02)),
    ...matrix('mlp/down', 4 * c.width, c.width, residual),
  ];
}

export function applyNorm(context: ModelContext, name: string, x: Tensor, bias: boolean): Tensor {
  return layerNorm(
    x,
    context.parameter(`${name}/scale`),
    bias ? context.parameter(`${name}/bias`) : undefined,
  );
}

const project = (context: ModelContext, name: string, x: Tensor, bias: boolean): Tensor =>
  linear(x, context.parameter(`${name}/weight`), bias ? context.parameter(`${name}/bias`) : undefined);

/** Sines and cosines [context, width / 2] of rotary positions (Su et al. 2021). */
function rotations(context: number, width: number): { cosines: Float64Array; sines: Float64Array } {
  const half = width / 2;
  const angle = (_: unknown, i: number) => Math.floor(i / half) / 10000 ** ((i % half) / half);
  const angles = Float64Array.from({ length: context * half }, angle);
  return { cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
}

/** Rotates x [batch, heads, time, width] by its positions; `position` (int32 [1]) is given when there is one time step. */
function rotate(x: Tensor, c: BlockConfig, time: number, position?: Tensor): Tensor {
  const width = c.width / c.heads;
  const half = width / 2;
  const { cosines, sines } = rotations(c.context, width);
  const rows = (data: Float64Array) =>
    position === undefined
      ? constant(data.slice(0, time * half), [time, half])
      : gather(constant(data, [c.context, half]), position, 0);
  const wide = (t: Tensor) => concat([t, t], -1);
  const turned = concat([neg(slice(x, -1, half, width)), slice(x, -1, 0, half)], -1);
  return add(mul(x, wide(rows(cosines))), mul(turned, wide(rows(sines))));
}

/** [batch, time, width] -> [batch, heads, time, width / heads] */
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
  /** 0 up to the position, then HIDDEN: [1, context]. */
  readonly mask: Tensor;
}

export interface BlockOutput {
  readonly output: Tensor;
  /** This call's keys and values [batch, heads, time, width / heads]. */
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** x + attention(norm(x)), then + mlp(norm(.)): x [batch, time, width]. With a cache, time is 1. */
export function applyBlock(
  context: ModelContext,
  index: number,
  c: BlockConfig,
  x: Tensor,
  mask: Tensor | undefined,
  cached?: { step: CacheStep; merge: (here: Tensor, fresh: Tensor, old: Tensor) => Tensor },
): BlockOutput {
  const layer = `block/${index}`;
  const time = x.shape[1] as number;
  const h = applyNorm(context, `${layer}/attention/norm`, x, c.bias);
  const part = (name: string) =>
    intoHeads(project(context, `${layer}/attention/${name}`, h, c.bias), c.heads);
  const turn = (t: Tensor) => (c.positions === 'rotary' ? rotate(t, c, time, cached?.step.position) : t);
  const query = turn(part('query'));
  const keys = turn(part('key'));
  const values = part('value');
  const all = (fresh: Tensor, old: Tensor | undefined) =>
    cached === undefined || old === undefined ? fresh : cached.merge(cached.step.here, fresh, old);
  const seen = attend(
    context,
    layer,
    c,
    query,
    all(keys, cached?.step.keys),
    all(values, cached?.step.values),
    cached?.step.mask ?? mask,
  );
  const drop = (name: string, t: Tensor) => dropout(context, layer, `${layer}/${name}`, t, c.dropout);
  const attended = add(
    x,
    drop('attention', project(context, `${layer}/attention/output`, fromHeads(seen), c.bias)),
  );
  const inner = gelu(
    project(context, `${layer}/mlp/up`, applyNorm(context, `${layer}/mlp/norm`, attended, c.bias), c.bias),
  );
  const output = add(attended, drop('mlp', project(context, `${layer}/mlp/down`, inner, c.bias)));
  return { output, keys, values };
}

function attend(
  context: ModelContext,
  layer: string,
  c: BlockConfig,
  query: Tensor,
  keys: Tensor,
  values: Tensor,
  mask: Tensor | undefined,
): Tensor {
  if (c.dropout === 0 || !context.training(layer)) return attention(query, keys, values, mask).output;
  const scores = mul(matmul(query, keys, { transposeB: true }), 1 / Math.sqrt(c.width / c.heads));
  const probabilities = softmax(mask === undefined ? scores : add(scores, mask));
  return matmul(dropout(context, layer, `${layer}/probabilities`, probabilities, c.dropout), values);
}
