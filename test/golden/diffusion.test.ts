import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createContext, inputNames } from '../../src/models/context.ts';
import { denoised, denoisingSteps, stepNumbers } from '../../src/models/diffusion-process.ts';
import { createModel } from '../../src/models/index.ts';
import { type NoiseScheduleName, noiseSchedule } from '../../src/models/noise-schedule.ts';
import { createUNet, uNetSchema } from '../../src/models/u-net.ts';
import { constant, input } from '../../src/tensor/build.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { mul, sin } from '../../src/tensor/functions/elementwise.ts';
import { sum } from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { expectClose } from '../expect-close.ts';

/** From `diffusion/generate.py`. */
const reference: {
  schedules: { name: NoiseScheduleName; steps: number; times: number[]; beta: number[]; signal: number[] }[];
  ddim: { eta: number; times: number[]; states: number[][] }[];
  u_net: { output: number[]; input_gradient: number[]; gradients: Record<string, number[]> };
} = JSON.parse(readFileSync(new URL('diffusion/reference.json', import.meta.url), 'utf8'));

test.each(reference.schedules)(
  'the $name schedule of $steps steps is that of diffusers',
  ({ name, steps, times, beta, signal }) => {
    const schedule = noiseSchedule(name, steps);
    // Theirs is computed in float32.
    const near = { relative: 2e-4, absolute: 1e-9 };
    expectClose(
      times.map((t) => schedule.beta[t]!),
      beta,
      near,
    );
    expectClose(
      times.map((t) => schedule.alpha[t]! ** 2),
      signal,
      near,
    );
  },
);

test.each(reference.ddim)('sampling with eta $eta takes the steps of diffusers', ({ eta, times, states }) => {
  const steps = denoisingSteps(noiseSchedule('linear', 1000), times.length, eta);
  expect(steps.map(({ index }) => index + 1)).toEqual(times);
  const line = (from: number, to: number) =>
    Array.from({ length: 6 }, (_, i) => from + ((to - from) * i) / 5);
  let x = line(-1.5, 1.5);
  const noise = constant(Float64Array.from(line(1, -1)), [6]);
  steps.forEach((step, i) => {
    const state = input('x', [6]);
    const numbers = constant(Float64Array.from(stepNumbers(step)), [6]);
    const next = denoised('epsilon', state, sin(mul(state, 3)), numbers, noise);
    x = [...evaluateTensors([next], { x })[0]!.data];
    expectClose(x, states[i]!, { relative: 1e-4, absolute: 1e-5 });
  });
});

describe('the U-Net in PyTorch', () => {
  const classes = 3;
  const config = uNetSchema.parse({ image: [1, 4, 4], channels: 4, groups: 2, multipliers: [1, 2] });
  const network = createUNet(config, classes);
  const { family, ...model } = createModel('diffusion', {
    ...config,
    conditional: true,
    classes: ['a', 'b', 'c'],
  });
  const formula = (shape: readonly number[], phase: number) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => 0.4 * Math.sin(1 + 0.37 * i + 1.7 * phase));
  const shape = [2, 1, 4, 4];
  const context = createContext({ family, ...model }, { batchSize: 2 });
  const x = input('x', shape);
  const y = network.apply(
    context,
    x,
    constant(Float64Array.of(3, 800), [2]),
    constant(Int32Array.of(1, 3), [2]),
  );
  const loss = sum(mul(y, constant(formula(shape, 200), shape)));
  const feeds = {
    x: formula(shape, 100),
    ...Object.fromEntries(
      network.parameters.map((p, i) => [inputNames.parameter(p.name), formula(p.shape, i)]),
    ),
  };
  const near = { relative: 1e-9, absolute: 1e-10 };
  const some = (values: ArrayLike<number>) => {
    const stride = Math.max(1, Math.floor(values.length / 4));
    return [...Array.from(values)].filter((_, i) => i % stride === 0);
  };

  test('gives the same output', () => {
    expectClose(evaluateTensors([y], feeds)[0]!.data, reference.u_net.output, near);
  });

  test('gives the same gradients of every parameter and of the input', () => {
    const { gradients: wanted, input_gradient: ofInput } = reference.u_net;
    expect(network.parameters.map(({ name }) => name)).toEqual(Object.keys(wanted));
    const leaves = network.parameters.map(({ name }) => context.parameter(name));
    const [own, ...rest] = evaluateTensors(gradients(loss, [x, ...leaves]), feeds);
    expectClose(some(own!.data), ofInput, near);
    Object.values(wanted).forEach((values, i) => {
      expectClose(some(rest[i]!.data), values, near);
    });
  });
});
