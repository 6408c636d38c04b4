import { describe, expect, test } from 'vitest';
import { expectLearntDensity, twoPixels } from '../../test/expect-learnt-density.ts';
import { stream } from '../random.ts';
import { constant, input } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { add, div, mul, sub, tanh } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { createContext } from './context.ts';
import { createDiffusion } from './diffusion.ts';
import { diffusionBound, timeParts } from './diffusion-bound.ts';
import { atTimes, denoised, denoisingSteps, onImages, stepNumbers } from './diffusion-process.ts';
import { drawImages } from './draw-samples.ts';
import type { IterativeSampler } from './model.ts';
import { noiseFeeds } from './noise.ts';
import { type NoiseSchedule, noiseSchedule } from './noise-schedule.ts';
import { freshWeights } from './weights.ts';
import { withSettings } from './with-settings.ts';

const schedule = noiseSchedule('linear', 1000);

/** Mean and standard deviation. */
function moments(values: ArrayLike<number>): [number, number] {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return [mean, Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length)];
}

test.each(['linear', 'cosine'] as const)('the %s schedule composes: many steps make one', (name) => {
  const { alpha, sigma, beta } = noiseSchedule(name, 1000);
  let [factor, variance] = [1, 0];
  for (let t = 1; t <= 1000; t++) {
    factor *= Math.sqrt(1 - beta[t]!);
    variance = (1 - beta[t]!) * variance + beta[t]!;
    expect(alpha[t]!).toBeCloseTo(factor, 12);
    expect(sigma[t]! ** 2).toBeCloseTo(variance, 12);
    expect(alpha[t]! ** 2 + sigma[t]! ** 2).toBeCloseTo(1, 12);
  }
  expect(alpha[1000]!).toBeLessThan(0.01);
});

/** Runs the steps of a sampler on one array, the prediction being a function of state and step. */
function sampleWith(
  predict: (x: Tensor, at: { alpha: number; sigma: number }) => Tensor,
  steps: ReturnType<typeof denoisingSteps>,
  start: Float64Array,
  prediction: 'epsilon' | 'v' = 'epsilon',
): Float64Array {
  let x = start;
  steps.forEach((step, i) => {
    const state = input('x', [start.length]);
    const fresh = constant(stream(9).child(i).normals(start.length), [start.length]);
    const numbers = constant(Float64Array.from(stepNumbers(step)), [6]);
    const next = denoised(prediction, state, predict(state, step), numbers, fresh);
    x = evaluateTensors([next], { x })[0]!.data as Float64Array;
  });
  return x;
}

describe('with a perfect prediction', () => {
  const image = Float64Array.from([-1, -0.3, 0.2, 0.9]);
  const start = stream(1).normals(4) as Float64Array;
  const x0 = constant(image, [4]);
  const noiseIn = (x: Tensor, { alpha, sigma }: { alpha: number; sigma: number }) =>
    div(sub(x, mul(x0, alpha)), sigma);

  test.each([
    [1, 0],
    [7, 0],
    [50, 0.5],
    [1000, 1],
  ])('%s steps with eta %s give the image back, from either prediction', (count, eta) => {
    const steps = denoisingSteps(schedule, count, eta);
    const v = (x: Tensor, at: { alpha: number; sigma: number }) =>
      sub(mul(noiseIn(x, at), at.alpha), mul(x0, at.sigma));
    for (const found of [sampleWith(noiseIn, steps, start), sampleWith(v, steps, start, 'v')])
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(image[i]!, 6);
      });
  });

  test.each([
    ['ddpm', 1000, 1],
    ['ddim', 200, 0],
    ['half of the noise', 400, 0.5],
  ])('of a normal density, %s keeps mean and deviation', (_, count, eta) => {
    const [mean, sd, n] = [0.1, 0.25, 3000];
    // The best prediction of the noise: (x - alpha E[x0 | x]) / sigma, where E is linear in x.
    const predict = (x: Tensor, { alpha, sigma }: { alpha: number; sigma: number }) =>
      mul(sub(x, alpha * mean), sigma / (alpha ** 2 * sd ** 2 + sigma ** 2));
    const found = sampleWith(
      predict,
      denoisingSteps(schedule, count, eta),
      stream(2).normals(n) as Float64Array,
    );
    const [m, s] = moments(found);
    expect(Math.abs(m - mean)).toBeLessThan(0.012);
    expect(Math.abs(s - sd)).toBeLessThan(0.012);
  });
});

test('parts of the times begin with time 1 alone, cover all times once and widen', () => {
  for (const [steps, count] of [
    [1000, 64],
    [1000, 1000],
    [100, 64],
    [10, 64],
  ] as const) {
    const ends = timeParts(steps, count);
    expect(ends.length).toBe(Math.min(steps, count) + 1);
    expect([ends[0], ends[1], ends.at(-1)]).toEqual([0, 1, steps]);
    for (let k = 1; k < ends.length; k++) expect(ends[k]!).toBeGreaterThan(ends[k - 1]!);
  }
  const wide = timeParts(1000, 64);
  // One part cannot be time 1 alone and cover the others: without those the bound would be none.
  expect(() => timeParts(1000, 1)).toThrow('an integer from 2 on');
  expect([...timeParts(1000, 2)]).toEqual([0, 1, 1000]);
  const model = createDiffusion({ image: [1, 4, 4] });
  const context = createContext(model, { batchSize: 1 });
  expect(() => model.likelihood!.logWeights(context, 1)).toThrow('an integer from 2 on');
  expect(wide[64]! - wide[63]!).toBeGreaterThan(wide[33]! - wide[32]!);
});

describe('the variational bound of independent pixels of 0 and 1', () => {
  const share = 0.2;
  const [n, pixels] = [40, 16];
  const entropy = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
  const data = Float64Array.from(stream(3).uniforms(n * pixels), (u) => (u < share ? 1 : -1));
  const ones = data.reduce((k, v) => k + (v > 0 ? 1 : 0), 0) / data.length;
  /** Mean cost of the data under their true frequencies. */
  const exact = -pixels * (ones * Math.log(share) + (1 - ones) * Math.log(1 - share));

  /** The bound of every image where the network knows the best prediction of each pixel. */
  function bounds(of: NoiseSchedule, times: number, seed: number): number[] {
    const context = createContext(createDiffusion({ image: [1, 4, 4] }), { batchSize: n });
    const x0 = constant(data, [n, 1, 4, 4]);
    const network = (x: Tensor, index: Tensor) => {
      const alpha = onImages(atTimes((t) => of.alpha[t]!, of.steps, index));
      const sigma = onImages(atTimes((t) => of.sigma[t]!, of.steps, index));
      // E[x0 | x] of a pixel that is 1 with probability `share`, else -1.
      const evidence = div(mul(x, alpha), mul(sigma, sigma));
      const guess = tanh(add(evidence, 0.5 * Math.log(share / (1 - share))));
      return div(sub(x, mul(alpha, guess)), sigma);
    };
    const options = { prediction: 'epsilon', levels: 2, times } as const;
    const bound = diffusionBound(context, x0, network, of, options);
    const draws = noiseFeeds(context.noises);
    draws.drawFor(
      stream(seed),
      Array.from({ length: n }, (_, i) => i),
    );
    return Array.from(evaluateTensors([bound], draws.feeds)[0]!.data, (v) => -v);
  }

  test('lies above the exact cost, and the closer the more noising steps there are', () => {
    const few = moments(bounds(noiseSchedule('cosine', 20), 20, 4))[0];
    const many = moments(bounds(noiseSchedule('cosine', 400), 400, 4))[0];
    expect(many).toBeGreaterThan(exact - 0.02 * exact);
    expect(many).toBeLessThan(exact + 0.06 * exact);
    expect(few).toBeGreaterThan(many);
    expect(entropy * pixels).toBeGreaterThan(0.5 * exact);
  });

  test('from 64 times estimates that from all times without bias', () => {
    const of = noiseSchedule('linear', 1000);
    const all = [1, 2].flatMap((seed) => bounds(of, 300, seed));
    const some = [3, 4, 5, 6].flatMap((seed) => bounds(of, 64, seed));
    const [[a, sa], [b, sb]] = [moments(all), moments(some)];
    const error = Math.sqrt(sa ** 2 / all.length + sb ** 2 / some.length);
    expect(Math.abs(a - b)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.05 * a);
  });
});

describe('a small model', () => {
  const config = { image: [1, 2, 2] as [number, number, number], channels: 4, groups: 2, multipliers: [1] };
  const run = { count: 4, batchSize: 4, threads: 1, device: 'cpu' } as const;

  test('without eta a sample follows from its start; settings of sampling change nothing else', async () => {
    const model = createDiffusion(config);
    const sampler = model.sampler as IterativeSampler;
    expect(sampler.noisy).toBe(false);
    expect(sampler.steps).toHaveLength(50);
    const other = withSettings(model, { steps: 3, eta: 1 }, 'here');
    expect((other.sampler as IterativeSampler).steps).toHaveLength(3);
    expect((other.sampler as IterativeSampler).noisy).toBe(true);
    expect(other.parameters).toEqual(model.parameters);
    expect(() => withSettings(model, { channels: 8 }, 'here')).toThrow('sampler, steps, eta');
    expect(() => withSettings(model, { steps: 1001 }, 'here')).toThrow('1 to times');
    for (const idle of [
      { sampler: 'ddpm', steps: 20 },
      { sampler: 'ddpm', eta: 0 },
    ])
      expect(() => withSettings(model, idle, 'here')).toThrow(/cannot be combined.*goes back through all/);
    // What was set for DDIM before is no statement about DDPM.
    const ddpm = withSettings(other, { sampler: 'ddpm' }, 'here');
    expect((ddpm.sampler as IterativeSampler).steps).toHaveLength(1000);
    expect(() => withSettings(ddpm, { steps: 20 }, 'here')).toThrow("option 'steps' and sampler ddpm");
  });

  test('guidance needs a model by class, and 0 leaves the prediction for the class as it is', async () => {
    expect(() => createDiffusion({ ...config, guidance: 1 })).toThrow('a model without classes');
    const byClass = { ...config, conditional: true, classes: ['a', 'b'], prediction: 'v' as const, steps: 3 };
    const weights = freshWeights(createDiffusion(byClass), stream(5));
    // Before training the output and the ends of blocks are 0, and nothing of the class comes through.
    const parameters = Object.fromEntries(
      Object.entries(weights.parameters).map(([name, values]) => [
        name,
        values.every((v) => v === 0) ? values.map((_, i) => 0.3 * Math.cos(i)) : values,
      ]),
    );
    const draw = async (guidance: number, labels: number[]) => {
      const model = createDiffusion({ ...byClass, guidance });
      const sampler = model.sampler as IterativeSampler;
      const moved = { ...weights, parameters };
      return (await drawImages(model, sampler, moved, stream(6), { ...run, labels })).data;
    };
    const [plain, again, other, guided] = [
      await draw(0, [0, 0, 1, 1]),
      await draw(1e-7, [0, 0, 1, 1]),
      await draw(0, [1, 0, 1, 1]),
      await draw(5, [0, 0, 1, 1]),
    ];
    plain.forEach((v, i) => {
      expect(again[i]).toBeCloseTo(v, 4);
    });
    expect([...other.slice(0, 4)]).not.toEqual([...plain.slice(0, 4)]);
    expect([...other.slice(4)]).toEqual([...plain.slice(4)]);
    expect([...guided]).not.toEqual([...plain]);
  });

  test('a class is withheld in training alone', () => {
    const model = createDiffusion({ ...config, conditional: true, classes: ['a', 'b'], dropClass: 0.3 });
    const names = (training?: ReadonlySet<string>) => {
      const context = createContext(model, { batchSize: 2, ...(training === undefined ? {} : { training }) });
      model.players[0]!.objective(context);
      return context.noises.map(({ name }) => name).sort();
    };
    expect(names(new Set(['output']))).toEqual(['class', 'noise', 'time']);
    expect(names()).toEqual(['noise', 'time']);
  });
});

test('trained on a two-dimensional density, samples have its moments', async () => {
  const model = createDiffusion({
    image: [...twoPixels],
    channels: 32,
    groups: 4,
    multipliers: [1],
    attention: false,
    noiseSchedule: 'cosine',
    times: 100,
    steps: 100,
    likelihood: 'none',
  });
  await expectLearntDensity(model, 600);
});
