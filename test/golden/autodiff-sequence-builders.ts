import { constant } from '../../src/tensor/build.ts';
import { reshape, slice, split, squeeze, stack, transpose } from '../../src/tensor/functions/arrangement.ts';
import { add, gelu, mul, sigmoid, sub, tanh, where } from '../../src/tensor/functions/elementwise.ts';
import { attention, linear } from '../../src/tensor/functions/linear.ts';
import { layerNorm } from '../../src/tensor/functions/normalisation.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { Builder, Settings, Tensors } from './autodiff-builders.ts';

const sizeAt = (x: Tensor, axis: number) => (x.shape as number[]).at(axis)!;

/** Runs a cell over the time axis of x [batch, time, features] from the states of a first layer [1, batch, width]. */
function unrolled(
  x: Tensor,
  initial: Tensor[],
  cell: (x: Tensor, states: Tensor[]) => Tensor[],
): { output: Tensor; last: Tensor[] } {
  let states = initial.map((state) => squeeze(state, 0));
  const outputs: Tensor[] = [];
  for (let t = 0; t < sizeAt(x, 1); t++) {
    states = cell(squeeze(slice(x, 1, t, t + 1), 1), states);
    outputs.push(states[0]!);
  }
  return { output: stack(outputs, 1), last: states.map((state) => stack([state], 0)) };
}

const lstm: Builder = ({ x, w_ih, w_hh, b_ih, b_hh, h0, c0 }) => {
  const { output, last } = unrolled(x!, [h0!, c0!], (now, [h, c]) => {
    const gates = add(linear(now, w_ih!, b_ih), linear(h!, w_hh!, b_hh));
    const width = sizeAt(h!, 1);
    const [i, f, g, o] = split(gates, [width, width, width, width], 1);
    const cell = add(mul(sigmoid(f!), c!), mul(sigmoid(i!), tanh(g!)));
    return [mul(sigmoid(o!), tanh(cell)), cell];
  });
  return { output, h_n: last[0]!, c_n: last[1]! };
};

const gru: Builder = ({ x, w_ih, w_hh, b_ih, b_hh, h0 }) => {
  const { output, last } = unrolled(x!, [h0!], (now, [h]) => {
    const width = sizeAt(h!, 1);
    const [xr, xz, xn] = split(linear(now, w_ih!, b_ih), [width, width, width], 1);
    const [hr, hz, hn] = split(linear(h!, w_hh!, b_hh), [width, width, width], 1);
    const update = sigmoid(add(xz!, hz!));
    const fresh = tanh(add(xn!, mul(sigmoid(add(xr!, hr!)), hn!)));
    return [add(mul(sub(1, update), fresh), mul(update, h!))];
  });
  return { output, h_n: last[0]! };
};

const rnn: Builder = ({ x, w_ih, w_hh, b_ih, b_hh, h0 }) => {
  const { output, last } = unrolled(x!, [h0!], (now, [h]) => [
    tanh(add(linear(now, w_ih!, b_ih), linear(h!, w_hh!, b_hh))),
  ]);
  return { output, h_n: last[0]! };
};

/** 0 on and below the diagonal, minus 1e9 above it. */
const causal = (time: number) =>
  constant(
    Float64Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? -1e9 : 0)),
    [time, time],
  );

function selfAttention(x: Tensor, p: Tensors, s: Settings): Tensor {
  const [batch, time, width] = x.shape as [number, number, number];
  const heads = s.heads as number;
  const projected = linear(x, p.in_proj_weight!, p.in_proj_bias);
  const [q, k, v] = split(projected, [width, width, width], 2).map((part) =>
    transpose(reshape(part, [batch, time, heads, width / heads]), [0, 2, 1, 3]),
  );
  const { output } = attention(q!, k!, v!, s.causal === true ? causal(time) : undefined);
  const joined = reshape(transpose(output, [0, 2, 1, 3]), [batch, time, width]);
  return linear(joined, p.out_proj_weight!, p.out_proj_bias);
}

export const sequenceBuilders: Readonly<Record<string, Builder>> = {
  lstm,
  gru,
  rnn,
  attention: ({ q, k, v, mask }, s) => {
    const keep = mask === undefined ? undefined : where(mask, 0, -1e9);
    return attention(q!, k!, v!, s.causal === true ? causal(sizeAt(q!, -2)) : keep).output;
  },
  multihead_attention: (p, s) => selfAttention(p.x!, p, s),
  transformer_block: (p, s) => {
    const attended = add(p.x!, selfAttention(layerNorm(p.x!, p.ln1_w!, p.ln1_b, s.eps as number), p, s));
    const hidden = linear(layerNorm(attended, p.ln2_w!, p.ln2_b, s.eps as number), p.fc_w!, p.fc_b);
    return add(attended, linear(gelu(hidden, 'tanh'), p.proj_w!, p.proj_b));
  },
};
