import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { concat } from '../tensor/functions/arrangement.ts';
import { silu } from '../tensor/functions/elementwise.ts';
import { convTranspose } from '../tensor/functions/linear.ts';
import { fanIn, type ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { applyAttentionBlock, attentionBlockParameters } from './attention-block.ts';
import type { ModelContext } from './model.ts';
import {
  applyConv,
  applyGroupNorm,
  applyResidualBlock,
  convParameters,
  groupNormParameters,
  type ResidualBlock,
  residualBlockParameters,
} from './residual-block.ts';
import { imageShape, upTo } from './size-schema.ts';
import { classParameters, embedCondition, timeParameters } from './time-embedding.ts';

/** What the families with a denoising network share. */
export const uNetSchema = z.strictObject({
  image: imageShape,
  channels: upTo(65_536)
    .default(32)
    .describe('channels at full resolution, an even number divisible by groups'),
  multipliers: z
    .array(upTo(1024))
    .min(1)
    .max(16)
    .default([1, 2, 2])
    .describe('channels at each resolution in those at full resolution; each step halves both sides'),
  blocks: upTo(100)
    .default(1)
    .describe('residual blocks at each resolution, on the way down and on the way up'),
  attention: z.boolean().default(true).describe('self-attention at the lowest resolution'),
  groups: upTo(65_536).default(8).describe('groups of the group normalisation'),
  dropout: z.number().min(0).lt(1).default(0).describe('share of the inner values set to 0 in training'),
});

export type UNetConfig = z.output<typeof uNetSchema>;

/** A network from an image and a time to an image of the same shape. */
export interface UNet {
  readonly layers: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  /** Its linear layers, which take adapters: of the condition, and of attention. */
  readonly linears: readonly string[];
  /**
   * x [batch, c, h, w], time [batch], some hundreds at its end, and for networks by class the class [batch] (int32, the
   * number of classes itself standing for none) -> [batch, c, h, w]; 0 everywhere before training.
   */
  apply(context: ModelContext, x: Tensor, time: Tensor, label?: Tensor): Tensor;
}

/** The kernels that halve and double the sides. */
const KERNEL = 4;

/**
 * U-Net (Ronneberger et al. 2015) as Ho et al. 2020 (appendix B) use it, small: residual blocks with group norm that
 * read the time. What each block on the way down gives is also read by its counterpart on the way up. Deviations: 4x4
 * convolutions with stride 2 and their transposes change the resolution (there 3x3, and nearest neighbours with a 3x3
 * convolution, which costs four times as much), and nothing but blocks is handed across.
 *
 * By class, a vector for each class is added to the embedding of the time (Dhariwal and Nichol 2021).
 *
 * Layers: `condition` (time and class), `input`, `down/0` ..., `middle`, ..., `up/0`, `output` (last norm and convolution).
 */
export function createUNet(config: UNetConfig, classes?: number): UNet {
  const { image, channels, multipliers, blocks, attention, groups } = config;
  check(config);
  const [colours] = image;
  const condition = 4 * channels;
  const widths = multipliers.map((factor) => channels * factor);
  const last = widths.length - 1;
  const deepest = widths[last]!;
  const levels = widths.map((_, i) => i);
  const block = (layer: string, name: string, inputs: number, outputs: number): ResidualBlock => ({
    name: `${layer}/${name}`,
    layer,
    inputs,
    outputs,
    condition,
    groups,
    dropout: config.dropout,
  });
  const column = (layer: string, first: number, rest: number, outputs: number) =>
    Array.from({ length: blocks }, (_, b) => block(layer, `${b}`, b === 0 ? first : rest, outputs));

  const down = levels.map((i) => column(`down/${i}`, widths[Math.max(0, i - 1)]!, widths[i]!, widths[i]!));
  const middle = ['0', '1'].map((name) => block('middle', name, deepest, deepest));
  // What comes from below has this level's width already; what comes across has it, too.
  const up = levels.map((i) => column(`up/${i}`, 2 * widths[i]!, 2 * widths[i]!, widths[i]!));
  const doubled = (i: number): ParameterSpec[] => {
    const [from, to] = [widths[i]!, widths[i - 1]!];
    const layer = `up/${i}`;
    const initial = fanIn(to * KERNEL * KERNEL);
    return [
      { name: `${layer}/double/weight`, shape: [from, to, KERNEL, KERNEL], layer, decay: true, initial },
      { name: `${layer}/double/bias`, shape: [to], layer, decay: false, initial },
    ];
  };

  return {
    layers: [
      'condition',
      'input',
      ...levels.map((i) => `down/${i}`),
      'middle',
      ...levels.map((i) => `up/${i}`).reverse(),
      'output',
    ],
    parameters: [
      ...timeParameters('condition', channels, condition),
      ...(classes === undefined ? [] : classParameters('condition', classes, condition)),
      ...convParameters('input', 'input', [colours, widths[0]!], 3),
      ...levels.flatMap((i) => [
        ...down[i]!.flatMap(residualBlockParameters),
        ...(i < last ? convParameters(`down/${i}/halve`, `down/${i}`, [widths[i]!, widths[i]!], KERNEL) : []),
      ]),
      ...residualBlockParameters(middle[0]!),
      ...(attention ? attentionBlockParameters('middle/attention', 'middle', deepest) : []),
      ...residualBlockParameters(middle[1]!),
      ...[...levels]
        .reverse()
        .flatMap((i) => [...up[i]!.flatMap(residualBlockParameters), ...(i > 0 ? doubled(i) : [])]),
      ...groupNormParameters('output/norm', 'output', widths[0]!),
      ...convParameters('output', 'output', [widths[0]!, colours], 3, true),
    ],
    linears: [
      'condition/in',
      'condition/out',
      ...down.flat().map(conditionOf),
      conditionOf(middle[0]!),
      ...(attention ? ['middle/attention/qkv', 'middle/attention/output'] : []),
      conditionOf(middle[1]!),
      ...[...up].reverse().flat().map(conditionOf),
    ],
    apply(context, x, time, label) {
      const read = embedCondition(context, 'condition', channels, time, label);
      const across: Tensor[] = [];
      let h = applyConv(context, 'input', x, { padding: 1 });
      for (const i of levels) {
        for (const one of down[i]!) {
          h = applyResidualBlock(context, one, h, read);
          across.push(h);
        }
        if (i < last) h = applyConv(context, `down/${i}/halve`, h, { padding: 1, stride: 2 });
      }
      h = applyResidualBlock(context, middle[0]!, h, read);
      if (attention) h = applyAttentionBlock(context, 'middle/attention', h, groups);
      h = applyResidualBlock(context, middle[1]!, h, read);
      for (const i of [...levels].reverse()) {
        for (const one of up[i]!) h = applyResidualBlock(context, one, concat([h, across.pop()!], 1), read);
        if (i > 0)
          h = convTranspose(
            h,
            context.parameter(`up/${i}/double/weight`),
            context.parameter(`up/${i}/double/bias`),
            { stride: 2, padding: 1 },
          );
      }
      return applyConv(context, 'output', silu(applyGroupNorm(context, 'output/norm', h, groups)), {
        padding: 1,
      });
    },
  };
}

const conditionOf = ({ name }: ResidualBlock): string => `${name}/condition`;

function check({ image: [, height, width], channels, multipliers, groups }: UNetConfig): void {
  const factor = 2 ** (multipliers.length - 1);
  if (height % factor !== 0 || width % factor !== 0)
    throw new GraftError('invalid-value', {
      what: 'multipliers of a U-Net',
      received: multipliers,
      allowed: `one to ${resolutions(height, width)} entries for images of ${height}x${width}, since each step halves both sides`,
    });
  if (channels % 2 !== 0 || channels % groups !== 0)
    throw new GraftError('invalid-value', {
      what: 'channels of a U-Net',
      received: channels,
      allowed: `an even number divisible by groups, which is ${groups}`,
    });
}

function resolutions(height: number, width: number): number {
  let n = 1;
  while (height % 2 ** n === 0 && width % 2 ** n === 0) n++;
  return n;
}
