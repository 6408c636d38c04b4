/** Learning-rate schedules against torch.optim.lr_scheduler and the formulas of their papers. */
import { describe, expect, test } from 'vitest';
import { layerwiseRates } from '../../src/training/schedules/layerwise-rates.ts';
import type { Horizon } from '../../src/training/schedules/schedule.ts';
import { createSchedule, type ScheduleSpec } from '../../src/training/schedules/schedule-spec.ts';
import { expectClose } from '../expect-close.ts';
import { type GoldenCase, numbers, sharedGolden } from './shared-golden.ts';

const cases = sharedGolden('lr-schedules') ?? [];

interface Translated {
  /** The learning rate of which the schedule gives factors. */
  rate: number;
  spec: ScheduleSpec;
}

type Options = Readonly<Record<string, number & string & boolean & number[]>>;

const heights: Record<string, 'equal' | 'halved' | 'exponential'> = {
  triangular: 'equal',
  triangular2: 'halved',
  exp_range: 'exponential',
};

/** What a case's options in torch's words mean in Graft's. */
const translate: Record<string, (o: Options) => Translated> = {
  CosineAnnealingLR: (o) => ({
    rate: o.base_lr!,
    spec: { name: 'cosine', over: o.T_max!, floor: o.eta_min! / o.base_lr!, afterwards: 'rise' },
  }),
  CosineAnnealingWarmRestarts: (o) => ({
    rate: o.base_lr!,
    spec: { name: 'warm-restarts', first: o.T_0!, multiply: o.T_mult!, floor: (o.eta_min ?? 0) / o.base_lr! },
  }),
  OneCycleLR: (o) => ({
    rate: o.max_lr!,
    spec: {
      name: 'one-cycle',
      rise: (o.pct_start ?? 0.3) * o.total_steps!,
      anneal: o.anneal_strategy === 'linear' ? 'linear' : 'cosine',
      divide: o.div_factor ?? 25,
      divideFinal: o.final_div_factor ?? 1e4,
      threePhase: o.three_phase ?? false,
    },
  }),
  StepLR: (o) => ({ rate: o.base_lr!, spec: { name: 'step', every: o.step_size!, gamma: o.gamma! } }),
  MultiStepLR: (o) => ({
    rate: o.base_lr!,
    spec: { name: 'multistep', milestones: o.milestones!, gamma: o.gamma! },
  }),
  ExponentialLR: (o) => ({ rate: o.base_lr!, spec: { name: 'exponential', every: 1, gamma: o.gamma! } }),
  LinearLR: (o) => ({
    rate: o.base_lr!,
    spec: { name: 'linear', from: o.start_factor!, to: o.end_factor!, over: o.total_iters! },
  }),
  ConstantLR: (o) => ({
    rate: o.base_lr!,
    spec: { name: 'constant', factor: o.factor!, over: o.total_iters! },
  }),
  PolynomialLR: (o) => ({
    rate: o.base_lr!,
    spec: { name: 'polynomial', over: o.total_iters!, power: o.power! },
  }),
  CyclicLR: (o) => ({
    rate: o.max_lr!,
    spec: {
      name: 'cyclical',
      low: o.base_lr! / o.max_lr!,
      up: o.step_size_up!,
      ...(o.step_size_down === undefined ? {} : { down: o.step_size_down }),
      heights: heights[o.mode!]!,
      ...(o.gamma === undefined ? {} : { gamma: o.gamma }),
      momentum: o.cycle_momentum ? { low: 0.8, high: 0.9 } : false,
    },
  }),
  SequentialLR: (o) => {
    const [start, length] = /start_factor (\S+) total_iters (\S+)/
      .exec(String(o.parts![0]))!
      .slice(1)
      .map(Number);
    const [fall, floor] = /CosineAnnealingLR T_max (\S+) eta_min (\S+)/
      .exec(String(o.parts![1]))!
      .slice(1)
      .map(Number);
    const spec: ScheduleSpec = {
      name: 'cosine',
      over: fall!,
      floor: floor! / o.base_lr!,
      warmup: { over: length!, from: start! },
    };
    return { rate: o.base_lr!, spec };
  },
  ReduceLROnPlateau: (o) => ({
    rate: o.base_lr!,
    spec: {
      name: 'reduce-on-plateau',
      direction: o.mode === 'max' ? 'higher' : 'lower',
      factor: o.factor!,
      patience: o.patience!,
      tolerance: o.threshold ?? 1e-4,
      toleranceKind: o.threshold_mode === 'abs' ? 'absolute' : 'relative',
      cooldown: o.cooldown ?? 0,
      floor: (o.min_lr ?? 0) / o.base_lr!,
      smallestCut: 1e-8 / o.base_lr!,
    },
  }),
  'slanted triangular (ULMFiT eq. 3)': (o) => ({
    rate: o.lr_max!,
    spec: { name: 'slanted-triangular', cutFraction: o.cut_frac!, ratio: o.ratio! },
  }),
  'inverse square root with warm-up': (o) => ({
    rate: o.factor! / Math.sqrt(o.warmup!),
    spec: { name: 'inverse-square-root', rise: o.warmup! },
  }),
  'linear warm-up then cosine to a floor': (o) => ({
    rate: o.lr!,
    spec: { name: 'cosine', floor: o.min_lr! / o.lr!, warmup: o.warmup! },
  }),
};

/** Rates and momenta of all updates, validation being looked at after each. */
function run(c: GoldenCase, steps: number) {
  const options = c.options as Options;
  const { rate, spec } = translate[options.scheduler!]!(options);
  const horizon: Horizon = { steps: Number(options.T ?? options.total ?? steps) };
  const plan = createSchedule(spec, horizon);
  const metrics = c.inputs?.metrics === undefined ? undefined : numbers(c.inputs.metrics);
  let state = plan.start;
  const settings = Array.from({ length: steps }, (_, step) => {
    const setting = plan.setting(step, state);
    if (metrics) state = plan.observe(state, metrics[step]!);
    return setting;
  });
  return {
    rates: settings.map((setting) => rate * setting.rateFactor),
    momenta: settings.map((setting) => setting.momentum),
  };
}

describe.skipIf(cases.length === 0)('reference values of schedules (needs the shared folder)', () => {
  test.each(cases.filter((c) => c.options?.scheduler).map((c) => [c.name, c] as const))('%s', (_, c) => {
    const expected = numbers(c.expected.lr);
    const { rates, momenta } = run(c, expected.length);
    expectClose(rates, expected, { relative: 1e-9, absolute: 1e-12 });
    if (c.expected.momentum)
      expectClose(momenta as number[], numbers(c.expected.momentum), { relative: 1e-9, absolute: 1e-12 });
    else if (!['OneCycleLR', 'CyclicLR'].includes(String(c.options?.scheduler)))
      expect(new Set(momenta)).toEqual(new Set([undefined]));
  });

  test.each(cases.filter((c) => !c.options?.scheduler).map((c) => [c.name, c] as const))('%s', (_, c) => {
    const { layers, base_lr, decay } = c.inputs as Record<string, number>;
    const rates = layerwiseRates(layers!, decay!).map((factor) => factor * base_lr!);
    expectClose(rates, numbers(c.expected.lr), { relative: 1e-9, absolute: 1e-12 });
  });
});
