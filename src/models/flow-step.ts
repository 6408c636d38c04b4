import { concat, reshape, split } from '../tensor/functions/arrangement.ts';
import { add, exp, mul, neg, relu, sub, tanh } from '../tensor/functions/elementwise.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mix, mixingParameters, unmix } from './channel-mixing.ts';
import type { ModelContext } from './model.ts';
import { applyConv, convParameters } from './residual-block.ts';

/** One step of a flow: a layer of its own. */
export interface FlowStep {
  readonly layer: string;
  readonly channels: number;
  /** Channels of the network of the coupling. */
  readonly hidden: number;
}

/** What the logarithm of a channel's scale is in its parameter: it has far to go, and this is how it gets there in time. */
const LOG_SCALE_FACTOR = 3;

/** The largest logarithm of a coupling's scale. */
const LARGEST = 2;

export function flowStepParameters({ layer, channels, hidden }: FlowStep): ParameterSpec[] {
  const [kept, changed] = halves(channels);
  return [
    { name: `${layer}/norm/log-scale`, shape: [channels], layer, decay: false, initial: zero },
    { name: `${layer}/norm/shift`, shape: [channels], layer, decay: false, initial: zero },
    ...mixingParameters(`${layer}/mixing`, layer, channels),
    ...convParameters(`${layer}/coupling/0`, layer, [kept, hidden], 3),
    ...convParameters(`${layer}/coupling/1`, layer, [hidden, hidden], 1),
    ...convParameters(`${layer}/coupling/2`, layer, [hidden, 2 * changed], 3, true),
  ];
}

const halves = (channels: number): [number, number] => [Math.floor(channels / 2), Math.ceil(channels / 2)];
const onChannels = (v: Tensor): Tensor => reshape(v, [1, v.shape[0]!, 1, 1]);

/** Logarithms of the scales of the channels, and shifts. */
const normOf = (context: ModelContext, layer: string): [Tensor, Tensor] => [
  mul(context.parameter(`${layer}/norm/log-scale`), LOG_SCALE_FACTOR),
  context.parameter(`${layer}/norm/shift`),
];

/** Logarithm of the scale, and shift, of the changed half, from the kept half (a 3x3, 1x1, 3x3 network). */
function coupling(context: ModelContext, { layer, channels }: FlowStep, kept: Tensor): [Tensor, Tensor] {
  const first = relu(applyConv(context, `${layer}/coupling/0`, kept, { padding: 1 }));
  const second = relu(applyConv(context, `${layer}/coupling/1`, first));
  const both = applyConv(context, `${layer}/coupling/2`, second, { padding: 1 });
  const [, changed] = halves(channels);
  const [raw, shift] = split(both, [changed, changed], 1) as [Tensor, Tensor];
  return [mul(tanh(mul(raw, 1 / LARGEST)), LARGEST), shift];
}

/**
 * x [n, c, h, w] -> y of the same shape with the logarithm of the volume change [n]: a scale and shift for each channel,
 * an invertible 1x1 convolution, and an affine coupling, which scales and shifts one half of the channels by functions
 * of the other (Dinh et al. 2017; Kingma and Dhariwal 2018, whose program has the factor 3 of the logarithms of channels'
 * scales as well). Starts as a permutation of the channels. Deviations: the scale and shift of channels ('actnorm') start
 * at 1 and 0, not at the first batch's statistics; the logarithm of the coupling's scale is 2 tanh(a / 2).
 */
export function flowForward(
  context: ModelContext,
  step: FlowStep,
  x: Tensor,
): { output: Tensor; logVolume: Tensor } {
  const { layer, channels } = step;
  const positions = (x.shape[2] as number) * (x.shape[3] as number);
  const [logScale, centre] = normOf(context, layer);
  const scaled = mul(add(x, onChannels(centre)), exp(onChannels(logScale)));
  const mixed = mix(context, `${layer}/mixing`, scaled);
  const [kept, changed] = split(mixed.output, halves(channels), 1) as [Tensor, Tensor];
  const [log, shift] = coupling(context, step, kept);
  return {
    output: concat([kept, add(mul(changed, exp(log)), shift)], 1),
    logVolume: add(sum(log, [1, 2, 3]), mul(add(sum(logScale), mixed.logVolume), positions)),
  };
}

/** The inverse of `flowForward`. */
export function flowInverse(context: ModelContext, step: FlowStep, y: Tensor): Tensor {
  const { layer, channels } = step;
  const [kept, moved] = split(y, halves(channels), 1) as [Tensor, Tensor];
  const [log, shift] = coupling(context, step, kept);
  const mixed = concat([kept, mul(sub(moved, shift), exp(neg(log)))], 1);
  const scaled = unmix(context, `${layer}/mixing`, mixed);
  const [logScale, centre] = normOf(context, layer);
  return sub(mul(scaled, exp(neg(onChannels(logScale)))), onChannels(centre));
}
