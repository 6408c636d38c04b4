/** Optimiser trajectories on a quadratic bowl against torch.optim, in float64 and in float32. */
import { describe, expect, test } from 'vitest';
import { createOptimiser, slotsOf } from '../../src/engine/optimisers/create-optimiser.ts';
import { bindLoops } from '../../src/engine/optimisers/kernel-loops.ts';
import { type OptimiserSpec, resolveOptimiser } from '../../src/engine/optimisers/optimiser-spec.ts';
import { createParameterArena } from '../../src/engine/optimisers/parameter-arena.ts';
import { createWeightAverage } from '../../src/engine/optimisers/weight-average.ts';
import { expectClose } from '../expect-close.ts';
import { type GoldenCase, type GoldenTensor, numbers, sharedGolden } from './shared-golden.ts';

const cases = sharedGolden('optimizers') ?? [];

/**
 * Rules that the file has and Graft has not; their number is checked below. The file's NAdam is that of a torch
 * which multiplied the product of momenta by the present one twice; later ones do not.
 */
const absent = ['NAdam'];
const optimiserCases = cases.filter(
  (c) => typeof c.options?.optimizer === 'string' && !absent.includes(c.options?.optimizer),
);

/** The spec that a case's options in torch's words stand for. */
function specOf({ options }: GoldenCase): OptimiserSpec {
  const { optimizer, betas, steps, loss, lr, ...rest } = options ?? {};
  const words: Record<string, string> = {
    weight_decay: 'weightDecay',
    clip_grad_norm: 'clipNorm',
    eps: 'epsilon',
    lr_decay: 'rateDecay',
  };
  const [beta1, beta2] = (betas ?? []) as number[];
  return {
    name: String(optimizer).toLowerCase(),
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [words[key] ?? key, value])),
    ...(beta1 === undefined ? {} : { beta1 }),
    ...(beta2 === undefined ? {} : { beta2 }),
  } as OptimiserSpec;
}

/** Gradient A (x - target) of the quadratic, into `out`. */
function gradient({ inputs }: GoldenCase, x: ArrayLike<number>, out: Float32Array | Float64Array): void {
  const n = x.length;
  const [a, target] = [numbers(inputs.A), numbers(inputs.target)];
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * (x[j]! - target[j]!);
    out[i] = sum;
  }
}

/** The trajectory and the gradient norms in float32, through the public optimiser. */
function runSingle(c: GoldenCase, backend: 'wasm' | 'loops') {
  const spec = specOf(c);
  const x0 = numbers(c.inputs.x0);
  const arena = createParameterArena([{ name: 'x', length: x0.length }], { slots: slotsOf(spec), backend });
  arena.parameters.set(x0);
  const optimiser = createOptimiser(spec, arena);
  const trajectory: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < (c.options?.steps as number); step++) {
    gradient(c, arena.parameters, arena.gradient);
    norms.push(optimiser.step(c.options?.lr as number).gradientNorm ?? Number.NaN);
    trajectory.push(...arena.parameters);
  }
  return { trajectory, norms };
}

/** The trajectory in float64: the rule's formula as loops over float64 arrays. */
function runDouble(c: GoldenCase): number[] {
  const { update, weightDecay, clipNorm } = resolveOptimiser(specOf(c));
  const parameter = Float64Array.from(numbers(c.inputs.x0));
  const vectors: Record<string, Float64Array> = { parameter, gradient: new Float64Array(parameter.length) };
  for (const slot of update.slots) vectors[slot] = new Float64Array(parameter.length);
  const run = bindLoops(update.kernel, vectors);
  const trajectory: number[] = [];
  for (let step = 1; step <= (c.options?.steps as number); step++) {
    gradient(c, parameter, vectors.gradient!);
    const norm = Math.hypot(...vectors.gradient!);
    const gradientScale = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    const rate = c.options?.lr as number;
    run(0, parameter.length, update.scalars({ update: step, rate, weightDecay, gradientScale }));
    trajectory.push(...parameter);
  }
  return trajectory;
}

describe.skipIf(cases.length === 0)('reference values of optimisers (needs the shared folder)', () => {
  test.each(optimiserCases.map((c) => [c.name, c] as const))('%s in float64', (_, c) => {
    expectClose(runDouble(c), numbers(c.expected.trajectory), { relative: 1e-10, absolute: 1e-12 });
  });

  test.each(optimiserCases.map((c) => [c.name, c] as const))('%s in float32', (_, c) => {
    const wasm = runSingle(c, 'wasm');
    expectClose(wasm.trajectory, numbers(c.expected.trajectory), { relative: 1e-4, absolute: 1e-5 });
    expect(runSingle(c, 'loops').trajectory).toEqual(wasm.trajectory);
    if (c.expected.grad_norms)
      expectClose(wasm.norms, numbers(c.expected.grad_norms), { relative: 1e-4, absolute: 1e-5 });
  });

  test('all cases but those of the rules named absent are run', () => {
    expect(cases.length - optimiserCases.length - cases.filter((c) => c.expected.ema).length).toBe(
      absent.length,
    );
  });

  test.each(cases.filter((c) => c.expected.ema).map((c) => [c.name, c] as const))('%s', (_, c) => {
    const x0 = numbers(c.inputs.x0);
    const arena = createParameterArena([{ name: 'x', length: x0.length }], { slots: ['average'] });
    arena.parameters.set(x0);
    const optimiser = createOptimiser('sgd', arena);
    const average = createWeightAverage(arena, { decay: c.options?.decay as number });
    const expected = c.expected.ema as GoldenTensor;
    const trajectory: number[] = [];
    for (let step = 0; step < expected.shape[0]!; step++) {
      gradient(c, arena.parameters, arena.gradient);
      optimiser.step(c.options?.lr as number);
      average.update();
      trajectory.push(...average.average);
    }
    expectClose(trajectory, expected.data, { relative: 1e-4, absolute: 1e-5 });
  });
});
