/**
 * The closed set of operations of a tensor program, each with its attributes. Everything else is composed of these
 * (see `functions/`). Shape, gradient, reference evaluation and ONNX translation are exhaustive tables over this map.
 */

/** `float32` values are computed in float64 by the reference evaluator. */
export type DType = 'float32' | 'int32' | 'bool';

export type ConstantData = Float32Array | Float64Array | Int32Array | Uint8Array;

type None = Record<never, never>;

/** Spatial settings of a convolution over the axes behind batch and channel. `pads`: all begins, then all ends. */
export interface ConvAttributes {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

export interface PoolAttributes {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

export interface ReduceAttributes {
  /** Counted from the front, ascending. */
  readonly axes: readonly number[];
  /** Keep the reduced axes with size 1. */
  readonly keep: boolean;
}

export interface OpAttributes {
  // Leaves
  input: { readonly name: string; readonly shape: readonly (number | string)[]; readonly dtype: DType };
  constant: { readonly data: ConstantData; readonly shape: readonly number[]; readonly dtype: DType };
  // Element-wise, one operand
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  reciprocal: None;
  erf: None;
  abs: None;
  sign: None;
  sin: None;
  cos: None;
  atan: None;
  floor: None;
  tanh: None;
  sigmoid: None;
  relu: None;
  'leaky-relu': { readonly alpha: number };
  elu: { readonly alpha: number };
  gelu: { readonly approximate: 'none' | 'tanh' };
  softplus: None;
  silu: None;
  /** The identity, through which no gradient flows. */
  'stop-gradient': None;
  cast: { readonly to: DType };
  not: None;
  // Element-wise, two operands with broadcasting
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  minimum: None;
  maximum: None;
  equal: None;
  less: None;
  'less-or-equal': None;
  and: None;
  or: None;
  /** where(condition, x, y), all three broadcast together. */
  where: None;
  // Linear
  /** Product over the last two axes; leading axes broadcast. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** conv(x [n, c, ...], w [o, c / groups, ...], bias [o]?). */
  conv: ConvAttributes;
  /** convTranspose(x [n, c, ...], w [c, o / groups, ...], bias [o]?). */
  'conv-transpose': ConvAttributes & { readonly outputPadding: readonly number[] };
  // Pooling
  /** Outputs: the maxima, and for each the row-major index of its position in its plane (int32). */
  'max-pool': PoolAttributes & { readonly dilations: readonly number[] };
  'average-pool': PoolAttributes & { readonly includePad: boolean };
  // Reductions
  sum: ReduceAttributes;
  mean: ReduceAttributes;
  max: ReduceAttributes;
  min: ReduceAttributes;
  /** Row-major index of the largest element along an axis, the first of equals; that axis has size 1 afterwards. */
  'arg-max': { readonly axis: number };
  cumsum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  // Shape
  reshape: { readonly shape: readonly (number | string)[] };
  transpose: { readonly permutation: readonly number[] };
  /** One entry for each axis; `ends` are exclusive, steps may be negative (then starts > ends; -1 means 'before 0'). */
  slice: {
    readonly starts: readonly number[];
    readonly ends: readonly (number | string)[];
    readonly steps: readonly number[];
  };
  concat: { readonly axis: number };
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  expand: { readonly shape: readonly (number | string)[] };
  // Indexing; indices are int32
  /** gather(x, indices): the slices of x along `axis` at the indices, whose axes stand in place of `axis`. */
  gather: { readonly axis: number };
  /** gatherElements(x, indices): one element of x along `axis` for each index; indices have x's rank. */
  'gather-elements': { readonly axis: number };
  /** scatterAdd(updates, indices): zeros with `size` along `axis`, to which each update is added at its index. */
  'scatter-add': { readonly axis: number; readonly size: number | string };
  /** oneHot(indices): an axis of `depth` appended. */
  'one-hot': { readonly depth: number };
  // Fused, because their parts would cost more passes over memory
  /** Over the last axis. layerNorm(x, scale, bias) -> outputs (y, mean, 1 / deviation), the latter with a last axis of 1. */
  'layer-norm': { readonly epsilon: number };
  /** Over the last axis. */
  softmax: None;
  /**
   * attention(q [..., t, d], k [..., s, d], v [..., s, e], mask [t, s]?) -> outputs (o [..., t, e], p [..., t, s]):
   * p = softmax(scale q k^T + mask), o = p v.
   */
  attention: { readonly scale: number };
  /**
   * Long short-term memory over time (Hochreiter and Schmidhuber 1997, with forget gates: Gers et al. 2000).
   * lstm(x [time, batch, 4 width], r [4 width, width], hidden [batch, width]?, cell [batch, width]?) -> outputs (hidden
   * [time, batch, width], cell likewise, gates [time, batch, 3 width], candidate [time, batch, width]): with
   * s = x_t + h r^T in the order input i, output o, forget f, candidate g,
   * c' = sigmoid(s_f) c + sigmoid(s_i) tanh(s_g), h' = sigmoid(s_o) tanh(c'). States start at 0 where they are absent.
   */
  lstm: None;
  /**
   * Gated recurrent unit over time (Cho et al. 2014; the reset gate after the product, as cuDNN and PyTorch have it).
   * gru(x [time, batch, 3 width], r [3 width, width], bias [width], hidden [batch, width]?) -> outputs (hidden
   * [time, batch, width], gates [time, batch, 2 width], candidate [time, batch, width], memory likewise): in the order
   * update z, reset r, candidate n; memory m = h r_n^T + bias, n = tanh(x_n + r m), h' = n + z (h - n).
   */
  gru: None;
}

export type OpName = keyof OpAttributes;
