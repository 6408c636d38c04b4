/** Objectives of variational autoencoders and their gradients against PyTorch (vae/generate.py), in float64. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createContext, inputNames } from '../../src/models/context.ts';
import { createVae } from '../../src/models/vae.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { sum } from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { expectClose } from '../expect-close.ts';

type Numbers = readonly number[];
interface Case {
  readonly draws: number;
  readonly vamp: boolean;
  readonly conditional: boolean;
  readonly x: Numbers;
  readonly label: Numbers;
  readonly noise: Numbers;
  readonly parameters: Readonly<Record<string, Numbers>>;
  readonly cost: Numbers;
  readonly gradients: Readonly<Record<string, Numbers>>;
}

const cases = JSON.parse(readFileSync(new URL('./vae/values.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Case>
>;

describe.each(Object.entries(cases))('%s', (_, wanted) => {
  const model = createVae({
    image: [1, 3, 3],
    hidden: [5],
    latent: 2,
    activation: 'tanh',
    ...(wanted.vamp ? { prior: 'vamp', pseudoInputs: 3 } : {}),
    // One draw of a VampPrior is the evidence lower bound.
    ...(wanted.draws === 1 ? {} : { objective: 'iwae', importanceSamples: wanted.draws }),
    ...(wanted.conditional ? { conditional: true, classes: ['a', 'b', 'c'] } : {}),
  });
  const context = createContext(model, { batchSize: 4, training: new Set(model.layers) });
  const { cost } = model.players[0]!.objective(context);
  const feeds = {
    [inputNames.field('x')]: Float64Array.from(wanted.x),
    [inputNames.field('label')]: Int32Array.from(wanted.label),
    [inputNames.noise('code')]: Float64Array.from(wanted.noise),
    ...Object.fromEntries(
      Object.entries(wanted.parameters).map(([name, values]) => [
        inputNames.parameter(name),
        Float64Array.from(values),
      ]),
    ),
  };

  test('costs', () => {
    expectClose(evaluateTensors([cost], feeds)[0]!.data, wanted.cost, { relative: 1e-9, absolute: 1e-12 });
  });

  test('gradients of all parameters', () => {
    const names = model.parameters.map(({ name }) => name);
    expect([...names].sort()).toEqual(Object.keys(wanted.gradients).sort());
    const found = evaluateTensors(
      gradients(
        sum(cost),
        names.map((name) => context.parameter(name)),
      ),
      feeds,
    );
    names.forEach((name, i) => {
      expectClose(found[i]!.data, wanted.gradients[name]!, { relative: 1e-9, absolute: 1e-12 });
    });
  });
});
