import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GraftError } from '../../errors.ts';
import { inSteps } from './duration.ts';
import { type ScheduleName, schedules } from './index.ts';
import type { ScheduleState } from './schedule.ts';
import { createSchedule, type ScheduleSpec, scheduleSpec } from './schedule-spec.ts';

const names = Object.keys(schedules) as ScheduleName[];
const factors = (spec: ScheduleSpec, steps: number, count = steps) => {
  const plan = createSchedule(spec, { steps });
  return Array.from({ length: count }, (_, step) => plan.setting(step, plan.start).rateFactor);
};

describe.each(names)('%s', (name) => {
  test('gives factors from 0 to 1 at every update of any length, and beyond it', () => {
    const horizons = fc.integer({ min: 0, max: 300 });
    const warmups = fc.constantFrom(undefined, 0, 1, 7, '10%', { over: '50%', from: 0 });
    fc.assert(
      fc.property(horizons, warmups, (steps, warmup) => {
        const spec = (warmup === undefined ? name : { name, warmup }) as ScheduleSpec;
        const all = factors(spec, steps, steps + 20);
        expect(all.filter((factor) => !(factor >= 0 && factor <= 1))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('moves with its defaults over nearly all of a long training', () => {
    const moving = factors(name, 1000).filter((factor) => factor > 0).length;
    expect(moving).toBeGreaterThanOrEqual(999);
  });

  test('means the same after its state went through JSON', () => {
    const plan = createSchedule(name, { steps: 100 });
    const looks = Array.from({ length: 60 }, (_, i) => 10 + Math.sin(i));
    const through = (state: ScheduleState) => JSON.parse(JSON.stringify(state)) as ScheduleState;
    const straight = looks.reduce((state, look) => plan.observe(state, look), plan.start);
    const serialised = looks.reduce((state, look) => through(plan.observe(state, look)), plan.start);
    expect(serialised).toEqual(straight);
    expect(plan.setting(60, serialised)).toEqual(plan.setting(60, straight));
  });

  test('describes each of its options', () => {
    const { properties } = z.toJSONSchema(schedules[name].options, { io: 'input' });
    for (const [option, schema] of Object.entries(properties ?? {}))
      expect((schema as { description?: string }).description, option).toBeTruthy();
  });

  test('is taken by the schema', () => {
    expect(scheduleSpec.parse(name)).toBe(name);
    expect(scheduleSpec.parse({ name, warmup: '5%' })).toBeDefined();
    expect(scheduleSpec.safeParse({ name, nothing: 1 }).success).toBe(false);
  });
});

describe('warm-up', () => {
  test('rises in a straight line, and the schedule then runs over what is left', () => {
    const warmed = factors({ name: 'cosine', warmup: 4 }, 24);
    expect(warmed.slice(0, 4)).toEqual([1, 2, 3, 4].map((n) => expect.closeTo(n / 5, 12)));
    expect(warmed.slice(4)).toEqual(factors('cosine', 20));
  });

  test('starts where it is told, and ends at the factor that the schedule starts with', () => {
    const warmed = factors({ name: 'constant', factor: 0.5, warmup: { over: '50%', from: 0 } }, 8);
    expect(warmed.slice(0, 5)).toEqual([0, 0.125, 0.25, 0.375, 0.5]);
  });

  test('passes validation on', () => {
    const spec = { name: 'reduce-on-plateau', patience: 0, factor: 0.5, warmup: 2 } as const;
    const plan = createSchedule(spec, { steps: 10 });
    const state = [1, 1].reduce((s, look) => plan.observe(s, look), plan.start);
    expect(plan.setting(5, state).rateFactor).toBe(0.5);
  });

  test('of linear-warmup is that of constant', () => {
    expect(factors({ name: 'linear-warmup', over: 7, from: 0.2 }, 20)).toEqual(
      factors({ name: 'constant', warmup: { over: 7, from: 0.2 } }, 20),
    );
  });
});

test('durations are updates, parts of all updates, or epochs', () => {
  const horizon = { steps: 300, stepsPerEpoch: 12.5 };
  expect(
    [7, '7 steps', '1 step', '10%', '2.5 %', '4 epochs', '1 epoch'].map((d) => inSteps(d, horizon)),
  ).toEqual([7, 7, 1, 30, 7.5, 50, 12.5]);
});

test("pythae's recipe for the VAE on MNIST: five cuts by the fifth root of ten, in epochs", () => {
  const spec: ScheduleSpec = {
    name: 'multistep',
    milestones: ['200 epochs', '350 epochs', '500 epochs', '750 epochs', '1000 epochs'],
    gamma: 10 ** (-1 / 5),
  };
  const plan = createSchedule(spec, { steps: 150_000, stepsPerEpoch: 300 });
  const rate = (step: number) => 1e-4 * plan.setting(step, plan.start).rateFactor;
  expect(rate(59_999)).toBe(1e-4);
  expect(rate(60_000)).toBeCloseTo(6.309573e-5, 10);
  expect(rate(149_999)).toBeCloseTo(3.981072e-5, 10);
});

test('a fall whose cut was rounded down never goes below the lowest rate', () => {
  for (const steps of [1, 5, 15, 19, 105, 999])
    expect(Math.min(...factors('slanted-triangular', steps))).toBeGreaterThanOrEqual(1 / 32 - 1e-15);
});

test('one cycle moves the momentum against the rate, unless it is told not to', () => {
  const plan = createSchedule('one-cycle', { steps: 100 });
  const momenta = [0, 29, 99].map((step) => plan.setting(step, plan.start).momentum);
  expect(momenta).toEqual([0.95, 0.85, 0.95].map((m) => expect.closeTo(m, 12)));
  const still = createSchedule({ name: 'one-cycle', momentum: false }, { steps: 100 });
  expect(still.setting(10, still.start)).not.toHaveProperty('momentum');
});

test.each([
  ['a name', 'cosin', /unknown schedule 'cosin' \(study.yaml\)\. Did you mean 'cosine'/],
  [
    'an option',
    { name: 'cosine', flor: 0.1 },
    /unknown option of schedule 'cosine' 'flor' .*Did you mean 'floor'/,
  ],
  ['a value', { name: 'step', gamma: 2 }, /option 'gamma' of schedule 'step' is 2/],
  [
    'a duration',
    { name: 'cosine', over: '10 hours' },
    /option 'over' of schedule 'cosine' is '10 hours'.*'10%'/,
  ],
  ['a warm-up', { name: 'cosine', warmup: -1 }, /option 'warmup' of schedule 'cosine' is -1/],
  ['epochs', { name: 'step', every: '2 epochs' }, /a schedule's duration is '2 epochs'; .*no epochs here/],
])('%s that is wrong is answered with what is right', (_, spec, message) => {
  const act = () => createSchedule(spec as ScheduleSpec, { steps: 100 }, 'study.yaml');
  expect(act).toThrow(GraftError);
  expect(act).toThrow(message);
});

test('a horizon that is no length is refused', () => {
  expect(() => createSchedule('cosine', { steps: Number.NaN })).toThrow(/a schedule's steps is NaN/);
});
