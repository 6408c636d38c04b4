import type { ConvAttributes, OpAttributes } from '../../tensor/ops.ts';
import { isOp, type Node } from '../../tensor/tensor.ts';
import { type Attributes, BLOCKED, type GraphBuilder } from '../graph-builder.ts';
import { type ConvolutionSizes, convolutionSizes, WORTHWHILE } from './convolution-sizes.ts';
import { emitPads } from './emit-pads.ts';
import { fewInputsConvTranspose, fewOutputsConv, fewOutputsWeightGradient } from './few-channels.ts';
import { type LowerContext, type Lowering, type LowerRule, operator } from './lower-rule.ts';
import { blockedWeightGradient } from './weight-gradient.ts';

const attributesOf = (a: ConvAttributes): Attributes => ({
  strides: a.strides,
  pads: a.pads,
  dilations: a.dilations,
  group: a.groups,
});

const plainConv = operator<'conv'>('Conv', attributesOf);
const plainConvTranspose = operator<'conv-transpose'>('ConvTranspose', (a) => ({
  ...attributesOf(a),
  output_padding: a.outputPadding,
}));

export const conv: LowerRule<'conv'> = (node, context) =>
  firstOf(context.blockedChannels, [
    () => fewOutputsWeightGradient(node),
    (block) => blockedWeightGradient(node, block),
    (block) => blockedConv(node, block, {}),
    () => fewOutputsConv(node),
  ]) ?? plainConv(node, context);

export const convTranspose: LowerRule<'conv-transpose'> = (node, context) =>
  firstOf(context.blockedChannels, [
    (block) => blockedConvTranspose(node, block, {}),
    () => fewInputsConvTranspose(node),
  ]) ?? plainConvTranspose(node, context);

/** The first lowering for this machine's processor that fits; none where the graph is for others. */
function firstOf(
  block: number | undefined,
  choices: readonly ((block: number) => Lowering | undefined)[],
): Lowering | undefined {
  if (block === undefined) return undefined;
  for (const choice of choices) {
    const lowering = choice(block);
    if (lowering !== undefined) return lowering;
  }
  return undefined;
}

/** A rectifier is part of the blocked convolution before it, if nobody else reads what that gives. */
export function rectifiedConv(node: Node, context: LowerContext): Lowering | undefined {
  const [x] = node.inputs;
  if (!isOp(node, 'relu') || !context.once(x!)) return undefined;
  const activation = { activation: 'Relu' };
  if (isOp(x!.node, 'conv')) return blockedConv(x!.node, context.blockedChannels, activation);
  if (isOp(x!.node, 'conv-transpose'))
    return blockedConvTranspose(x!.node, context.blockedChannels, activation);
  return undefined;
}

function blockedConv(
  node: Node<'conv'>,
  block: number | undefined,
  activation: Attributes,
): Lowering | undefined {
  const sizes = block === undefined ? undefined : convolutionSizes(node);
  if (block === undefined || sizes === undefined) return undefined;
  const { strides, pads, dilations } = node.attributes;
  const [outputs, inputs, ...kernel] = sizes.w as [number, number, number, number];
  const few = inputs < block;
  if (outputs % block !== 0 || (!few && inputs % block !== 0)) return undefined;
  const output = node.outputs[0]!.shape.slice(2) as number[];
  if (sizes.operations < WORTHWHILE) return undefined;
  // Where few outputs see a large dilated kernel (the gradient of a strided convolution's weight), ONNX Runtime's own
  // convolution is as fast.
  const large = kernel.some((size, i) => size > output[i]!);
  if (large && dilations.some((d) => d > 1)) return undefined;
  return {
    reads: node.inputs,
    emit: (graph, [x, w, bias]) => {
      // The middle of an output row is computed several positions at once, its padded ends one by one: zeros pay off.
      const padded = large ? emitPads(graph, x!, pads) : x!;
      const filter = few
        ? blockedFilter(graph, w!, [outputs / block, block, inputs, ...kernel], [0, 2, 3, 4, 1], sizes.w)
        : blockedFilter(
            graph,
            w!,
            [outputs / block, block, inputs / block, block, ...kernel],
            [0, 2, 4, 5, 3, 1],
            sizes.w,
          );
      const y = graph.node(
        'Conv',
        [few ? padded : graph.enterBlocked(padded), filter, ...(bias === undefined ? [] : [bias])],
        { kernel_shape: kernel, strides, dilations, pads: large ? [0, 0, 0, 0] : pads, ...activation },
        BLOCKED,
      );
      return [graph.leaveBlocked(y, node.outputs[0]!.shape)];
    },
  };
}

function blockedFilter(
  graph: GraphBuilder,
  w: string,
  split: readonly number[],
  permutation: readonly number[],
  shape: readonly number[],
): string {
  const parts = graph.node('Reshape', [w, graph.integers(split)]);
  return graph.node('Reshape', [
    graph.node('Transpose', [parts], { perm: permutation }),
    graph.integers(shape),
  ]);
}

/** How one axis of a transposed convolution is a plain one for each residue of the output position by the stride. */
interface Phases {
  readonly stride: number;
  /** Kernel positions that a residue sees. */
  readonly taps: number;
  readonly pads: readonly [number, number];
  /** Output positions of each residue. */
  readonly length: number;
  /** Positions in front of the output that are computed and cut off. */
  readonly cut: number;
}

function phasesOf(
  a: OpAttributes['conv-transpose'],
  x: ConvolutionSizes['x'],
  w: ConvolutionSizes['w'],
  out: readonly number[],
  i: number,
) {
  const stride = a.strides[i]!;
  const taps = Math.ceil(w[i + 2]! / stride);
  const first = Math.floor(a.pads[i]! / stride);
  const length = Math.ceil((a.pads[i]! + out[i]!) / stride) - first;
  const left = taps - 1 - first;
  const right = length - 1 + taps - left - x[i + 2]!;
  const phases: Phases = { stride, taps, pads: [left, right], length, cut: a.pads[i]! - first * stride };
  return left < 0 || right < 0 || a.dilations[i] !== 1 ? undefined : phases;
}

/**
 * A transposed convolution with stride s as a convolution that computes the s x s residues of the output position as
 * channels of their own, which are then put side by side: y[s q + r - pad] = sum over j of x[q - j] w[r + s j].
 */
function blockedConvTranspose(
  node: Node<'conv-transpose'>,
  block: number | undefined,
  activation: Attributes,
): Lowering | undefined {
  const sizes = block === undefined ? undefined : convolutionSizes(node);
  if (block === undefined || sizes === undefined) return undefined;
  const [inputs, outputs] = sizes.w as [number, number];
  if (inputs % block !== 0 || outputs % block !== 0) return undefined;
  if (sizes.operations < WORTHWHILE) return undefined;
  const out = node.outputs[0]!.shape.slice(2) as number[];
  const [v, h] = [0, 1].map((i) => phasesOf(node.attributes, sizes.x, sizes.w, out, i));
  if (v === undefined || h === undefined) return undefined;
  const residues = v.stride * h.stride;
  return {
    reads: node.inputs,
    emit: (graph, [x, w, bias]) => {
      const shifts = bias === undefined ? [] : [residues === 1 ? bias : repeat(graph, bias, residues)];
      const y = graph.node(
        'Conv',
        [graph.enterBlocked(x!), phaseFilter(graph, w!, sizes.w, block, v, h), ...shifts],
        {
          kernel_shape: [v.taps, h.taps],
          pads: [v.pads[0], h.pads[0], v.pads[1], h.pads[1]],
          ...activation,
        },
        BLOCKED,
      );
      const joined = emitInterleaved(graph, y, outputs, block, v, h, out);
      return [graph.leaveBlocked(joined, node.outputs[0]!.shape)];
    },
  };
}

const repeat = (graph: GraphBuilder, x: string, times: number) =>
  graph.node('Concat', Array<string>(times).fill(x), { axis: 0 });

/** The weight [c, o, kh, kw] as the blocked filter of the residues' convolution, whose taps run backwards. */
function phaseFilter(
  graph: GraphBuilder,
  w: string,
  [inputs, outputs, kh, kw]: readonly number[],
  block: number,
  v: Phases,
  h: Phases,
): string {
  const below = v.taps * v.stride - kh!;
  const beside = h.taps * h.stride - kw!;
  const full = emitPads(graph, w, [0, 0, below, beside]);
  const parts = graph.node('Reshape', [
    full,
    graph.integers([inputs! / block, block, outputs! / block, block, v.taps, v.stride, h.taps, h.stride]),
  ]);
  const backwards = graph.node('Slice', [
    parts,
    graph.integers([-1, -1]),
    graph.integers([-(2n ** 62n), -(2n ** 62n)]),
    graph.integers([4, 6]),
    graph.integers([-1, -1]),
  ]);
  const turned = graph.node('Transpose', [backwards], { perm: [5, 7, 2, 0, 4, 6, 1, 3] });
  return graph.node('Reshape', [
    turned,
    graph.integers([v.stride * h.stride * outputs!, inputs!, v.taps, h.taps]),
  ]);
}

/** Puts the residues of a blocked result side by side and cuts what lies outside of the output. */
function emitInterleaved(
  graph: GraphBuilder,
  y: string,
  channels: number,
  block: number,
  v: Phases,
  h: Phases,
  [height, width]: readonly number[],
): string {
  let result = y;
  const rows = v.length * v.stride;
  const columns = h.length * h.stride;
  if (v.stride * h.stride > 1) {
    const split = [0, v.stride, h.stride, channels / block, v.length, h.length, block];
    result = graph.node('Reshape', [result, graph.integers(split)]);
    result = graph.node('Transpose', [result], { perm: [0, 3, 4, 1, 5, 2, 6] });
  }
  if (rows !== height || columns !== width) {
    result = graph.node('Reshape', [result, graph.integers([0, channels / block, rows, columns, block])]);
    result = graph.node('Slice', [
      result,
      graph.integers([v.cut, h.cut]),
      graph.integers([v.cut + height!, h.cut + width!]),
      graph.integers([2, 3]),
    ]);
  }
  return result === y ? y : graph.node('Reshape', [result, graph.integers([0, channels, height!, width!])]);
}
