/** Penalties by double backward, spectral norms and losses of GANs against PyTorch (gan/make-values.py), in float64. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createContext, inputNames } from '../../src/models/context.ts';
import { createDiscriminator } from '../../src/models/gan-discriminator.ts';
import {
  type GanObjective,
  ganObjectives,
  gradientPenalty,
  r1Penalty,
} from '../../src/models/gan-objectives.ts';
import type { Model } from '../../src/models/model.ts';
import { input } from '../../src/tensor/build.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { mean } from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { expectClose } from '../expect-close.ts';

type Numbers = readonly number[];
type ByName = Readonly<Record<string, Numbers>>;
interface Penalty {
  readonly each: Numbers;
  readonly gradients: ByName;
}

const values = JSON.parse(readFileSync(new URL('./gan/values.json', import.meta.url), 'utf8')) as {
  readonly real: Numbers;
  readonly between: Numbers;
  readonly parameters: ByName;
  readonly outputs: Numbers;
  readonly gradientPenalty: Penalty;
  readonly r1: Penalty;
  readonly spectral: {
    readonly rate: number;
    readonly steps: readonly { outputs: Numbers; left: ByName; gradients: ByName }[];
  };
  readonly losses: { readonly real: Numbers; readonly generated: Numbers } & Readonly<
    Record<keyof typeof ganObjectives, readonly [Numbers, Numbers, Numbers]>
  >;
};

const shape = [3, 2, 8, 8];
const at = (name: 'real' | 'between') => input(name, shape);

function networkOf(spectralNorm: boolean) {
  const network = createDiscriminator({
    image: [2, 8, 8],
    channels: [3, 2],
    spectralNorm,
    classes: undefined,
  });
  const model = { ...network, fields: [] } as unknown as Model;
  return { network, context: createContext(model, { batchSize: 3, training: new Set(network.layers) }) };
}

const feedsOf = (parameters: ByName): Record<string, Float64Array> => ({
  real: Float64Array.from(values.real),
  between: Float64Array.from(values.between),
  ...Object.fromEntries(
    Object.entries(parameters).map(([name, v]) => [inputNames.parameter(name), Float64Array.from(v)]),
  ),
});

const near = (received: ArrayLike<number>, wanted: Numbers) =>
  expectClose(received, wanted, { absolute: 1e-10, relative: 1e-9 });

test('the discriminator computes what the same network in PyTorch does', () => {
  const { network, context } = networkOf(false);
  const [output] = evaluateTensors([network.judge(context)(at('real'))], feedsOf(values.parameters));
  near(output!.data, values.outputs);
});

describe.each([
  ['gradient penalty', gradientPenalty, 'between', values.gradientPenalty],
  ['R1 penalty', r1Penalty, 'real', values.r1],
] as const)('%s', (_, penalty, where, wanted) => {
  const { network, context } = networkOf(false);
  const score = network.judge(context);
  const each = penalty((x: Tensor) => score(x), at(where));
  const feeds = feedsOf(values.parameters);

  test('of each example', () => {
    near(evaluateTensors([each], feeds)[0]!.data, wanted.each);
  });

  test('its gradients are those of the double backward pass', () => {
    const names = Object.keys(wanted.gradients);
    const found = evaluateTensors(
      gradients(
        mean(each),
        names.map((name) => context.parameter(name)),
      ),
      feeds,
    );
    names.forEach((name, i) => {
      near(found[i]!.data, wanted.gradients[name]!);
    });
  });
});

test('spectral norms follow torch.nn.utils.spectral_norm over training steps', () => {
  const { network, context } = networkOf(true);
  const updates: Record<string, Tensor> = {};
  const output = network.judge(context, updates)(at('real'));
  const names = network.parameters.map(({ name }) => name);
  const lefts = Object.keys(updates);
  const program = [
    output,
    ...lefts.map((name) => updates[name]!),
    ...gradients(
      mean(output),
      names.map((name) => context.parameter(name)),
    ),
  ];
  const parameters = feedsOf(values.parameters);
  let state = Object.fromEntries(
    network.state.map(({ name, shape: [n], initial }) => [
      inputNames.state(name),
      new Float64Array(n!).fill(initial),
    ]),
  );
  expect(values.spectral.steps).toHaveLength(3);
  for (const step of values.spectral.steps) {
    const found = evaluateTensors(program, { ...parameters, ...state });
    near(found[0]!.data, step.outputs);
    lefts.forEach((name, i) => {
      near(found[1 + i]!.data, step.left[name]!);
    });
    names.forEach((name, i) => {
      const gradient = found[1 + lefts.length + i]!.data;
      if (step.gradients[name] !== undefined) near(gradient, step.gradients[name]!);
      const own = parameters[inputNames.parameter(name)]!;
      own.forEach((value, j) => {
        own[j] = value - values.spectral.rate * gradient[j]!;
      });
    });
    state = Object.fromEntries(
      lefts.map((name, i) => [inputNames.state(name), Float64Array.from(found[1 + i]!.data)]),
    );
  }
});

test.each(Object.entries(ganObjectives) as [keyof typeof ganObjectives, GanObjective][])(
  'losses of the %s objective',
  (name, objective) => {
    const { real, generated } = values.losses;
    const d = { real: input('real', [5]), generated: input('generated', [5]) };
    const means = evaluateTensors(
      [objective.real(d.real), objective.generated(d.generated), objective.generator(d.generated)].map((t) =>
        mean(t),
      ),
      { real: Float64Array.from(real), generated: Float64Array.from(generated) },
    );
    means.forEach(({ data }, i) => {
      near(data, values.losses[name][i]!);
    });
  },
);
