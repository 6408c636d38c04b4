import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { embedding, gather, reshape, transpose } from '../tensor/functions/arrangement.ts';
import { add, less, mul, where } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { gru, lstm } from '../tensor/functions/recurrent.ts';
import { fanIn, type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import type { Carried, Model, ModelContext } from './model.ts';
import { nextTokenParts, untiedOutput } from './next-token.ts';
import { upTo } from './size-schema.ts';

const share = () => z.number().min(0).lt(1).default(0);

/** A recurrence is written out over time, so that long rows make large programs. */
const LONGEST = 4096;

/** Configuration of a recurrent language model. */
export const recurrentSchema = z.strictObject({
  vocabulary: upTo(10_000_000).describe('number of tokens'),
  context: upTo(LONGEST).default(64).describe('longest sequence, in tokens'),
  cell: z.enum(['lstm', 'gru']).default('lstm').describe('kind of the recurrent layers'),
  layers: upTo(100).default(2).describe('recurrent layers'),
  width: upTo(1_000_000).default(128).describe("length of a token's vector"),
  hidden: upTo(1_000_000).default(256).describe('width of the recurrent layers but the last'),
  last: upTo(1_000_000)
    .optional()
    .describe(
      'width of the last recurrent layer; by default `width` where the output is tied, else `hidden`',
    ),
  tied: z
    .boolean()
    .default(true)
    .describe('the output layer shares the matrix of the token embedding (Press and Wolf 2017)'),
  embeddingDropout: share().describe('share of the vocabulary whose vectors training drops'),
  inputDropout: share().describe(
    'share of the features of token vectors that training drops, one mask for all times',
  ),
  hiddenDropout: share().describe('the same between recurrent layers'),
  outputDropout: share().describe('the same before the output layer'),
  weightDropout: share().describe('share of the recurrent matrices that training drops'),
});

export type RecurrentConfig = z.input<typeof recurrentSchema>;
type Config = z.output<typeof recurrentSchema>;

const inputSize = (c: Config, i: number): number => (i === 0 ? c.width : c.hidden);
const hiddenSize = (c: Config, i: number): number =>
  i < c.layers - 1 ? c.hidden : (c.last ?? (c.tied ? c.width : c.hidden));

function parametersOf(c: Config): ParameterSpec[] {
  const matrix = (
    name: string,
    layer: string,
    shape: readonly number[],
    initial: ParameterSpec['initial'],
  ): ParameterSpec => ({ name, shape, layer, decay: shape.length > 1, initial });
  const uniform = (factor: number, inputs: number) =>
    ({ draw: 'uniform', bound: factor / Math.sqrt(inputs) }) as const;
  const last = hiddenSize(c, c.layers - 1);
  const recurrent = Array.from({ length: c.layers }, (_, i): ParameterSpec[] => {
    const layer = `recurrent/${i}`;
    const width = hiddenSize(c, i);
    const rows = (c.cell === 'lstm' ? 4 : 3) * width;
    const initial = fanIn(width);
    return [
      matrix(`${layer}/input/weight`, layer, [rows, inputSize(c, i)], uniform(3, inputSize(c, i))),
      matrix(`${layer}/input/bias`, layer, [rows], initial),
      matrix(`${layer}/hidden/weight`, layer, [rows, width], initial),
      ...(c.cell === 'gru' ? [matrix(`${layer}/hidden/bias`, layer, [width], initial)] : []),
    ];
  });
  const byToken = (spec: ParameterSpec): ParameterSpec => ({ ...spec, rows: 'tokens' });
  const output = [
    ...(c.tied ? [] : [matrix('output/weight', 'output', [c.vocabulary, last], uniform(4, last))]),
    matrix('output/bias', 'output', [c.vocabulary], zero),
  ];
  const table = matrix('embedding/token', 'embedding', [c.vocabulary, c.width], {
    draw: 'normal',
    deviation: c.tied ? 0.25 : 1,
  });
  return [byToken(table), ...recurrent.flat(), ...output.map(byToken)];
}

/**
 * Recurrent language model: token embedding, LSTM (Hochreiter and Schmidhuber 1997) or GRU layers (Cho et al. 2014),
 * linear output; with the dropout of AWD-LSTM (Merity et al. 2018), on which ULMFiT rests: of whole tokens, of features
 * by one mask for all times, and of recurrent weights. Fields, objective and likelihood are those of `nextTokenParts`.
 * Layers: `embedding`, `recurrent/0` ..., `output`. Gates lie in ONNX's order (input, output, forget, candidate; update,
 * reset, candidate), each with one bias.
 *
 * Recurrent weights and biases start uniform in +-1 / sqrt(hidden) as in PyTorch, token vectors as N(0, 1) (N(0, 0.25^2)
 * where they also make the output), input weights uniform in +-3 / sqrt(in), the output's in +-4 / sqrt(in).
 *
 * Deviations from AWD-LSTM: these starts are wider than its +-0.1 and +-1 / sqrt(hidden), with which training stayed at
 * the frequencies of single tokens for hundreds of updates; every row starts from a state of 0, which is not carried
 * from batch to batch.
 */
export function createRecurrent(input: RecurrentConfig): Model {
  const c = recurrentSchema.parse(input);
  if (c.tied && c.last !== undefined && c.last !== c.width)
    throw new GraftError('invalid-value', {
      what: 'last of the recurrent',
      received: c.last,
      allowed: `the width (${c.width}), where the output is tied`,
    });
  const parameters = parametersOf(c);
  const blocks = Array.from({ length: c.layers }, (_, i) => i);
  const layers = ['embedding', ...blocks.map((i) => `recurrent/${i}`), 'output'];
  const cells = c.cell === 'lstm' ? ['hidden', 'cell'] : ['hidden'];
  const carried = blocks.flatMap((i) =>
    cells.map((part): Carried => ({ name: `${part}/${i}`, shape: [hiddenSize(c, i)], update: 'whole' })),
  );

  /** One mask over the features of x [time, batch, width] for all times (Gal and Ghahramani 2016). */
  const drop = (on: ModelContext, layer: string, name: string, x: Tensor, rate: number): Tensor =>
    dropout(on, layer, name, x, rate, { shape: [1, ...x.shape.slice(1)], batchAxis: 1 });

  /** Vectors [time, batch, width] of tokens [time, batch]. */
  const embed = (on: ModelContext, tokens: Tensor): Tensor => {
    const x = embedding(on.parameter('embedding/token'), tokens);
    const rate = c.embeddingDropout;
    const kept =
      rate === 0 || !on.training('embedding')
        ? x
        : where(
            less(rate, gather(on.noise('dropout/tokens', [c.vocabulary, 1], { kind: 'uniform' }), tokens)),
            mul(x, 1 / (1 - rate)),
            0,
          );
    return drop(on, 'embedding', 'embedding', kept, c.inputDropout);
  };

  /** States [time, batch, width] of all layers, from x [time, batch, width]. */
  const run = (on: ModelContext, x: Tensor, start?: (name: string) => Tensor) => {
    const states: Record<string, Tensor> = {};
    const top = blocks.reduce((below, i) => {
      const layer = `recurrent/${i}`;
      const dropped =
        i === 0 ? below : drop(on, `recurrent/${i - 1}`, `recurrent/${i - 1}`, below, c.hiddenDropout);
      const sums = on.linear(`${layer}/input`, dropped);
      const weight = dropout(
        on,
        layer,
        `${layer}/hidden`,
        on.parameter(`${layer}/hidden/weight`),
        c.weightDropout,
      );
      if (c.cell === 'gru') {
        const bias = on.parameter(`${layer}/hidden/bias`);
        states[`hidden/${i}`] = gru(sums, weight, bias, start?.(`hidden/${i}`));
      } else {
        const from =
          start === undefined ? undefined : { hidden: start(`hidden/${i}`), cell: start(`cell/${i}`) };
        const { hidden, cell } = lstm(sums, weight, from);
        states[`hidden/${i}`] = hidden;
        states[`cell/${i}`] = cell;
      }
      return states[`hidden/${i}`]!;
    }, x);
    return { top: drop(on, 'output', 'output', top, c.outputDropout), states };
  };

  const head = (on: ModelContext, x: Tensor): Tensor =>
    c.tied
      ? add(matmul(x, on.parameter('embedding/token'), { transposeB: true }), on.parameter('output/bias'))
      : on.linear('output', x);

  const logits = (on: ModelContext, _time: number): Tensor => {
    const { top } = run(on, embed(on, transpose(on.field('tokens'))));
    return head(on, transpose(top, [1, 0, 2]));
  };

  return {
    family: 'recurrent',
    config: c,
    ...nextTokenParts(c.context, layers, logits),
    parameters,
    state: [],
    linears: [...blocks.map((i) => `recurrent/${i}/input`), ...(c.tied ? [] : ['output'])],
    layers,
    sampler: {
      kind: 'autoregressive',
      vocabulary: c.vocabulary,
      context: c.context,
      carried,
      logits,
      step(on) {
        const x = embed(on, reshape(on.field('token'), [1, on.batchSize]));
        const { top, states } = run(on, x, (name) => on.field(name));
        const flat = (t: Tensor) => reshape(t, [on.batchSize, t.shape[2]!]);
        return {
          logits: head(on, flat(top)),
          carried: Object.fromEntries(Object.entries(states).map(([name, t]) => [name, flat(t)])),
        };
      },
    },
    withContext: { longest: LONGEST, build: (context) => createRecurrent({ ...c, context }) },
    ...(c.tied ? untiedOutput(() => createRecurrent({ ...c, tied: false, last: c.width })) : {}),
  };
}
