import { GraftError } from '../errors.ts';
import { constant } from '../tensor/build.ts';
import { embedding, gather, reshape } from '../tensor/functions/arrangement.ts';
import { add, and, equal, less, lessOrEqual, sub, where } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  applyBlock,
  applyNorm,
  type BlockConfig,
  blockParameters,
  HIDDEN,
  normParameters,
} from './decoder-block.ts';
import { dropout } from './dropout.ts';
import type { Model, ModelContext } from './model.ts';
import { nextTokenParts, untiedOutput } from './next-token.ts';

/** What the decoder-only language models differ in. */
export interface DecoderConfig extends Omit<BlockConfig, 'dropout'> {
  readonly vocabulary: number;
  /** Rows of a learned table of positions; absent where positions are rotary. */
  readonly positions?: number;
  /** The output layer shares the matrix of the token embedding (Press and Wolf 2017). */
  readonly tied: boolean;
  /** A token sees this many positions, itself included, in the blocks from `from` on; absent: all before it. */
  readonly window?: { readonly size: number; readonly from: number };
  readonly dropout: BlockConfig['dropout'] & { readonly embedding: number };
}

/** A family of decoders: how the model looks from outside, and how variants of it are made. */
export interface DecoderFamily {
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The same with an output layer of its own. */
  untied(): Model;
  /** The same for sequences of another length; absent where the parameters depend on it. */
  readonly withContext?: Model['withContext'];
}

/**
 * Decoder-only transformer with pre-norm blocks (Radford et al. 2019); fields, objective and likelihood are those of
 * `nextTokenParts`. Layers: `embedding`, `block/0` ..., `output`.
 */
export function createDecoder(own: DecoderFamily, c: DecoderConfig): Model {
  checkHeads(own.family, c);
  const blocks = Array.from({ length: c.layers }, (_, i) => i);
  const layers = ['embedding', ...blocks.map((i) => `block/${i}`), 'output'];
  const table = (name: string, layer: string, rows: number): ParameterSpec => ({
    name,
    shape: [rows, c.width],
    layer,
    decay: true,
    initial: { draw: 'normal', deviation: 0.02 },
  });
  const vocabulary = (name: string, layer: string): ParameterSpec => ({
    ...table(name, layer, c.vocabulary),
    rows: 'tokens',
  });
  const windowed = (block: number) => c.window !== undefined && block >= c.window.from;

  const embed = (context: ModelContext, tokens: Tensor, position: Tensor | undefined): Tensor => {
    const x = embedding(context.parameter('embedding/token'), tokens);
    const drop = (t: Tensor) => dropout(context, 'embedding', 'embedding', t, c.dropout.embedding);
    if (c.positions === undefined) return drop(x);
    const positions = context.parameter('embedding/position');
    const time = tokens.shape[1] as number;
    const rows =
      position ??
      constant(
        Int32Array.from({ length: time }, (_, i) => i),
        [time],
      );
    return drop(add(x, gather(positions, rows, 0)));
  };
  const head = (context: ModelContext, x: Tensor): Tensor => {
    const matrix = context.parameter(c.tied ? 'embedding/token' : 'output/weight');
    return matmul(applyNorm(context, 'output/norm', x, c), matrix, { transposeB: true });
  };
  /** 0 where row t may see column s <= t, at most `size` back. */
  const causalMask = (time: number, size = Number.POSITIVE_INFINITY): Tensor =>
    constant(
      Float32Array.from({ length: time * time }, (_, i) => {
        const back = Math.floor(i / time) - (i % time);
        return back < 0 || back >= size ? HIDDEN : 0;
      }),
      [time, time],
    );
  const logits = (context: ModelContext, time: number): Tensor => {
    const whole = causalMask(time);
    const narrow = c.window === undefined ? whole : causalMask(time, c.window.size);
    const x = blocks.reduce(
      (h, i) => context.keep(applyBlock(context, i, c, h, windowed(i) ? narrow : whole).output),
      context.keep(embed(context, context.field('tokens'), undefined)),
    );
    return head(context, x);
  };
  const { withContext } = own;

  return {
    family: own.family,
    config: own.config,
    ...nextTokenParts(c.context, layers, logits),
    parameters: [
      vocabulary('embedding/token', 'embedding'),
      ...(c.positions === undefined ? [] : [table('embedding/position', 'embedding', c.positions)]),
      ...blocks.flatMap((i) => blockParameters(i, c)),
      ...normParameters('output/norm', 'output', c.width, c.bias.norm),
      ...(c.tied ? [] : [vocabulary('output/weight', 'output')]),
    ],
    state: [],
    linears: blocks.flatMap((i) =>
      blockParameters(i, c)
        .filter(({ shape }) => shape.length === 2)
        .map(({ name }) => name.replace(/\/weight$/, '')),
    ),
    layers,
    sampler: {
      kind: 'autoregressive',
      vocabulary: c.vocabulary,
      context: c.context,
      carried: blocks.flatMap((i) =>
        ['keys', 'values'].map((part) => ({
          name: `${part}/${i}`,
          shape: [c.keyHeads, c.context, c.headWidth],
          update: 'slot' as const,
        })),
      ),
      logits,
      step(context) {
        const position = context.field('position');
        const slots = constant(
          Int32Array.from({ length: c.context }, (_, i) => i),
          [c.context],
        );
        const here = reshape(equal(slots, position), [c.context, 1]);
        const seen = lessOrEqual(slots, position);
        const hide = (visible: Tensor) => reshape(where(visible, 0, HIDDEN), [1, c.context]);
        const whole = hide(seen);
        const narrow =
          c.window === undefined
            ? whole
            : hide(and(seen, less(sub(position, slots), constant(Int32Array.of(c.window.size), []))));
        const carried: Record<string, Tensor> = {};
        let x = embed(context, reshape(context.field('token'), [context.batchSize, 1]), position);
        for (const i of blocks) {
          const step = {
            keys: context.field(`keys/${i}`),
            values: context.field(`values/${i}`),
            position,
            here,
          };
          const block = applyBlock(context, i, c, x, windowed(i) ? narrow : whole, { step, merge: where });
          carried[`keys/${i}`] = block.keys;
          carried[`values/${i}`] = block.values;
          x = block.output;
        }
        return { logits: reshape(head(context, x), [context.batchSize, c.vocabulary]), carried };
      },
    },
    ...(withContext === undefined ? {} : { withContext }),
    ...(c.tied ? untiedOutput(() => own.untied()) : {}),
  };
}

/** Heads must share out the width, and key heads the heads; rotary positions turn pairs. */
function checkHeads(family: string, c: DecoderConfig): void {
  const pairs = c.rotary === undefined ? 1 : 2;
  if (!Number.isInteger(c.headWidth) || c.headWidth % pairs !== 0)
    throw new GraftError('invalid-value', {
      what: `width of the ${family}`,
      received: c.width,
      allowed: `a multiple of ${pairs === 2 ? 'twice ' : ''}the number of heads (${c.heads})`,
    });
  if (c.heads % c.keyHeads !== 0)
    throw new GraftError('invalid-value', {
      what: `keyHeads of the ${family}`,
      received: c.keyHeads,
      allowed: `a divisor of the number of heads (${c.heads})`,
    });
  if (c.positions !== undefined && c.positions < c.context)
    throw new GraftError('invalid-value', {
      what: `context of the ${family}`,
      received: c.context,
      allowed: `at most its positions (${c.positions})`,
    });
}
