import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { createContext, inputNames } from '../../src/models/context.ts';
import type { AutoregressiveSampler } from '../../src/models/model.ts';
import { createRecurrent } from '../../src/models/recurrent.ts';
import { program } from '../../src/tensor/program.ts';
import { buildStep, outputNames } from '../../src/training/step-program.ts';

type Cell = 'lstm' | 'gru';
type Numbers = Readonly<Record<string, readonly number[]>>;

/** Written by `recurrent/generate.py` with PyTorch. */
const reference: {
  sizes: { vocabulary: number; width: number; hidden: number; layers: number; batch: number; time: number };
} & Record<
  Cell,
  {
    tokens: number[];
    targets: number[];
    parameters: Numbers;
    logits: number[];
    loss: number;
    gradients: Numbers;
  }
> = JSON.parse(readFileSync(new URL('recurrent/reference.json', import.meta.url), 'utf8'));

const { vocabulary, width, hidden, layers, batch, time } = reference.sizes;

/** PyTorch's gates (input, forget, candidate, output; reset, update, candidate) in the model's order. */
const orders = { lstm: [0, 3, 1, 2], gru: [1, 0, 2] } as const;

/** Blocks of `hidden` rows in the model's order. */
function reordered(values: readonly number[], cell: Cell): Float32Array {
  const block = values.length / orders[cell].length;
  return Float32Array.from(orders[cell].flatMap((k) => values.slice(k * block, (k + 1) * block)));
}

/** Parameters in the model's names and order, from PyTorch's. */
function weightsOf(cell: Cell, parameters: Numbers): Record<string, Float32Array> {
  const all: Record<string, Float32Array> = {
    'embedding/token': Float32Array.from(parameters['embedding.weight']!),
    'output/weight': Float32Array.from(parameters['output.weight']!),
    'output/bias': Float32Array.from(parameters['output.bias']!),
  };
  for (let i = 0; i < layers; i++) {
    const own = parameters[`bias_ih_l${i}`]!;
    const other = parameters[`bias_hh_l${i}`]!;
    // The GRU's recurrent bias of the candidate stands inside its reset gate.
    const joined = own.map((v, j) => (cell === 'gru' && j >= 2 * hidden ? v : v + other[j]!));
    all[`recurrent/${i}/input/weight`] = reordered(parameters[`weight_ih_l${i}`]!, cell);
    all[`recurrent/${i}/input/bias`] = reordered(joined, cell);
    all[`recurrent/${i}/hidden/weight`] = reordered(parameters[`weight_hh_l${i}`]!, cell);
    if (cell === 'gru') all[`recurrent/${i}/hidden/bias`] = Float32Array.from(other.slice(2 * hidden));
  }
  return all;
}

/** Gradients in the model's names and order: each of PyTorch's two biases has that of their sum. */
function gradientsOf(cell: Cell, gradients: Numbers): Record<string, Float32Array> {
  const own = Object.fromEntries(
    Object.entries(gradients).map(([name, values]) => [
      name,
      name.startsWith('bias_hh') && cell === 'lstm' ? values.map(() => 0) : values,
    ]),
  );
  const all = weightsOf(cell, own);
  for (let i = 0; i < layers; i++)
    all[`recurrent/${i}/input/bias`] = reordered(gradients[`bias_ih_l${i}`]!, cell);
  return all;
}

const near = (found: ArrayLike<number>, wanted: ArrayLike<number>, what: string) => {
  expect(found).toHaveLength(wanted.length);
  Array.from(found).forEach((v, i) => {
    expect(Math.abs(v - wanted[i]!), `${what} ${i}: ${v} for ${wanted[i]}`).toBeLessThan(2e-6);
  });
};

describe.each(['lstm', 'gru'] as const)('%s', (cell) => {
  const given = reference[cell];
  const model = createRecurrent({
    vocabulary,
    context: time,
    cell,
    layers,
    width,
    hidden,
    tied: false,
  });
  const parameters = weightsOf(cell, given.parameters);
  const feeds = {
    ...Object.fromEntries(
      Object.entries(parameters).map(([name, values]) => [inputNames.parameter(name), values]),
    ),
    [inputNames.field('tokens')]: Int32Array.from(given.tokens),
  };

  test("logits are PyTorch's", async () => {
    const context = createContext(model, { batchSize: batch });
    const executable = await compile(
      program({ logits: (model.sampler as AutoregressiveSampler).logits(context, time) }),
    );
    const { logits } = await executable.run(feeds);
    await executable.dispose();
    near(logits!, given.logits, 'logit');
  });

  test("loss and gradients are PyTorch's", async () => {
    const player = model.players[0]!;
    const { program: step } = buildStep(model, player, new Set(player.layers), batch);
    const executable = await compile(step);
    const found = await executable.run({
      ...feeds,
      [inputNames.field('targets')]: Int32Array.from(given.targets),
    });
    await executable.dispose();
    expect(found[outputNames.loss]![0]).toBeCloseTo(given.loss, 5);
    for (const [name, wanted] of Object.entries(gradientsOf(cell, given.gradients)))
      near(found[outputNames.gradient(name)]!, wanted, name);
  });
});
