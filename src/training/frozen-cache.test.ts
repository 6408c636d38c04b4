import { expect, test } from 'vitest';
import { adapterLayer, freshAdapter, withAdapter } from '../models/adapter.ts';
import type { ExampleTable } from '../models/example-table.ts';
import type { Model, ModelContext } from '../models/model.ts';
import { createRecurrent } from '../models/recurrent.ts';
import { createTransformer } from '../models/transformer.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { transpose } from '../tensor/functions/arrangement.ts';
import { mul, square, sub } from '../tensor/functions/elementwise.ts';
import { max, sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { epochs } from './batch-source.ts';
import { convergenceRule } from './convergence.ts';
import { train } from './train.ts';

/** Trained parameters and notes of a stage that trains some layers, with frozen ones kept and computed anew. */
async function kept(
  model: Model,
  table: ExampleTable,
  batch: number,
  layers: readonly string[],
  start = freshWeights(model, stream(1)),
) {
  const runs = [];
  for (const memoryLimit of [1e7, 0]) {
    const { weights, stages, looks } = await train({
      model,
      start,
      stages: [{ name: 'last', layers, length: { kind: 'share', share: 1 } }],
      source: epochs(table, batch, stream(2)),
      validation: table,
      steps: 5,
      looks: 1,
      optimiser: 'adam',
      learningRate: 0.01,
      schedule: 'constant',
      convergence: convergenceRule.parse({}),
      keep: 'last',
      stream: stream(3),
      threads: 1,
      device: 'cpu',
      memoryLimit,
    });
    runs.push({
      parameters: Object.entries(weights.parameters).map(
        ([name, v]) => `${name} ${Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('base64')}`,
      ),
      looks: looks.map(({ training }) => training),
      note: stages[0]!.note,
    });
  }
  const [stored, anew] = runs as [(typeof runs)[0], (typeof runs)[0]];
  return { stored, anew };
}

/** A frozen factor, something done to the whole batch, and a trained factor. */
function batchModel(build: (context: ModelContext) => Tensor): Model {
  const vector = (layer: string) => ({
    name: layer,
    shape: [4],
    layer,
    decay: false,
    initial: { draw: 'normal', deviation: 1 } as const,
  });
  return {
    family: 'batch',
    config: {},
    fields: [{ name: 'x', shape: [4], dtype: 'float32' }],
    parameters: [vector('below'), vector('above')],
    state: [],
    layers: ['below', 'above'],
    players: [
      {
        name: 'model',
        layers: ['below', 'above'],
        unit: 'squares',
        objective: (context) => ({
          cost: sum(square(sub(mul(build(context), context.parameter('above')), 1)), 1),
        }),
      },
    ],
    sampler: { kind: 'latent', latent: 1, decode: (_, z) => z },
  };
}

/** Examples of which the first four have the same largest values in any order, the last four others. */
const numbers: ExampleTable = {
  count: 8,
  fields: {
    x: {
      shape: [4],
      data: Float32Array.from({ length: 32 }, (_, i) => (i < 16 ? (i % 5) + 4 : -((i * 7) % 4))),
    },
  },
};

/** Less the largest of each column. As wide as the batch is, so that no size tells the axes apart. */
const lessTheLargest = (t: Tensor): Tensor => {
  const columns = transpose(t);
  return transpose(sub(columns, max(columns, 1, true)));
};

test('what mixes the examples of a batch is computed in each update, however alike the first batch looks', async () => {
  const after = batchModel((on) => lessTheLargest(mul(on.field('x'), on.parameter('below'))));
  const part = await kept(after, numbers, 4, ['above']);
  expect(part.stored.note).toContain('frozen layers were computed once');
  expect({ ...part.stored, note: '' }).toEqual({ ...part.anew, note: '' });

  const before = batchModel((on) => mul(lessTheLargest(on.field('x')), on.parameter('below')));
  const none = await kept(before, numbers, 4, ['above']);
  expect(none.stored.note).toContain('the frozen layers mix the examples of a batch');
  expect({ ...none.stored, note: '' }).toEqual({ ...none.anew, note: '' });
});

test.each([
  ['lstm', 5, 4],
  ['lstm', 8, 4],
  ['gru', 5, 1],
] as const)(
  'frozen layers of a recurrent model (%s, %i tokens, batches of %i) are computed once',
  async (cell, context, batch) => {
    const model = createRecurrent({
      vocabulary: 7,
      context,
      cell,
      layers: 2,
      width: 6,
      hidden: 8,
      tied: false,
    });
    const ids = (name: string) =>
      stream(4)
        .child(name)
        .integers(10 * context, 7);
    const table: ExampleTable = {
      count: 10,
      fields: {
        tokens: { shape: [context], data: ids('tokens') },
        targets: { shape: [context], data: ids('targets') },
      },
    };
    for (const first of [2, 3]) {
      const { stored, anew } = await kept(model, table, batch, model.layers.slice(first));
      expect(stored.note).toContain('frozen layers were computed once for each of 10 examples');
      expect({ ...stored, note: '' }).toEqual({ ...anew, note: '' });
    }
  },
);

test('what is added to a frozen product rounds alike, whether the product is kept or not', async () => {
  // Sums of more than 256 products are put together from parts, where it matters what is added first.
  const base = createTransformer({ vocabulary: 7, context: 4, layers: 1, heads: 1, width: 264, tied: false });
  const config = { rank: 2, scale: 2, targets: base.linears!, dropout: 0 };
  const model = withAdapter(base, config);
  const start = freshAdapter(base, config, freshWeights(base, stream(1)), stream(2));
  // Adapters that add something from the start on.
  for (const [name, values] of Object.entries(start.parameters))
    if (name.endsWith('/lora/b')) stream(3).child(name).normals(values.length, values);
  const ids = (name: string) => ({ shape: [4], data: stream(4).child(name).integers(40, 7) });
  const table: ExampleTable = { count: 10, fields: { tokens: ids('tokens'), targets: ids('targets') } };
  const { stored, anew } = await kept(model, table, 4, [adapterLayer('block/0')], start);
  expect(stored.note).toContain('frozen layers were computed once');
  expect({ ...stored, note: '' }).toEqual({ ...anew, note: '' });
});
