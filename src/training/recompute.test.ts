import { describe, expect, test } from 'vitest';
import { compile } from '../engine/compile.ts';
import { withAdapter } from '../models/adapter.ts';
import { createContext, inputNames } from '../models/context.ts';
import { createModel } from '../models/index.ts';
import type { Model } from '../models/model.ts';
import { freshWeights, weightFeeds } from '../models/weights.ts';
import { stream } from '../random.ts';
import { countFlops } from '../tensor/flops.ts';
import { ZERO_INPUT } from './recompute.ts';
import { buildStep } from './step-program.ts';

const seed = stream(4);
const sizes = { vocabulary: 11, context: 6, layers: 3, width: 8 };
const llama = createModel('llama', { ...sizes, heads: 4, keyHeads: 2, hidden: 12 });

const cases: Record<string, { model: Model; layers?: readonly string[] }> = {
  llama: { model: llama },
  'transformer with dropout': { model: createModel('transformer', { ...sizes, heads: 2, dropout: 0.3 }) },
  'last layers alone': { model: llama, layers: ['block/1', 'block/2', 'output'] },
  adapters: {
    model: withAdapter(llama, { rank: 2, scale: 1, targets: llama.linears!, dropout: 0 }),
    layers: ['block/0/lora', 'block/1/lora', 'block/2/lora'],
  },
};

describe.each(Object.entries(cases))('%s', (_, { model, layers = model.layers }) => {
  const batch = 3;
  const player = model.players[0]!;
  const step = (recompute: boolean) => buildStep(model, player, new Set(layers), batch, [], false, recompute);

  test('computing activations again gives the same loss and gradients', async () => {
    const ids = (name: string) => seed.child(name).integers(batch * sizes.context, sizes.vocabulary);
    const noise = createContext(model, { batchSize: batch, training: new Set(layers) });
    player.objective(noise);
    const feeds: Record<string, Float32Array | Int32Array> = {
      ...weightFeeds(freshWeights(model, seed.child('init'))),
      [inputNames.field('tokens')]: ids('tokens'),
      [inputNames.field('targets')]: ids('targets'),
      [ZERO_INPUT]: new Float32Array(1),
      ...Object.fromEntries(
        noise.noises.map(({ name, shape }) => {
          const n = (shape as number[]).reduce((a, b) => a * b, 1);
          return [inputNames.noise(name), seed.child(name).uniforms(n, new Float32Array(n)) as Float32Array];
        }),
      ),
    };
    const run = async (recompute: boolean) => {
      const { program } = step(recompute);
      const names = new Set(program.inputs.map(({ attributes }) => attributes.name));
      const executable = await compile(program);
      const outputs = await executable.run(
        Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))),
      );
      await executable.dispose();
      return outputs;
    };
    const [kept, again] = [await run(false), await run(true)];
    expect(Object.keys(again)).toEqual(Object.keys(kept));
    for (const [name, values] of Object.entries(kept))
      values.forEach((v, i) => {
        expect(Math.abs(Number(again[name]![i]) - Number(v))).toBeLessThan(1e-6 + 1e-5 * Math.abs(Number(v)));
      });
  });

  test('it takes more operations, and knows of its zero', () => {
    const [kept, again] = [step(false), step(true)].map(({ program }) => program);
    const [a, b] = [countFlops(kept!), countFlops(again!)];
    expect(b).toBeGreaterThan(1.1 * a);
    expect(b).toBeLessThan(1.6 * a);
    expect(again!.inputs.some(({ attributes }) => attributes.name === ZERO_INPUT)).toBe(true);
    expect(kept!.inputs.some(({ attributes }) => attributes.name === ZERO_INPUT)).toBe(false);
  });
});

test('a model without places between layers is computed as it was', () => {
  const vae = createModel('vae', { image: [1, 4, 4], hidden: [4], latent: 2 });
  const names = (recompute: boolean) =>
    buildStep(vae, vae.players[0]!, new Set(vae.layers), 2, [], false, recompute).program.inputs.map(
      ({ attributes }) => attributes.name,
    );
  expect(names(true)).toEqual(names(false));
});
