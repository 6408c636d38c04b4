import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { stream } from '../../random.ts';
import { createOptimiser, type OptimiserState, slotsOf } from './create-optimiser.ts';
import { updateRules } from './index.ts';
import { type OptimiserSpec, optimiserSpec, resolveOptimiser } from './optimiser-spec.ts';
import { createParameterArena, type SegmentSpec } from './parameter-arena.ts';
import { createWeightAverage } from './weight-average.ts';

/** One spec for each rule, and those of its options that change the formula. */
const specs: OptimiserSpec[] = [
  ...(Object.keys(updateRules) as (keyof typeof updateRules)[]),
  { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  { name: 'adam', amsgrad: true, weightDecay: 0.1, clipNorm: 0.5 },
  { name: 'adamw', weightDecay: 0 },
  { name: 'rmsprop', centered: true, momentum: 0.9, weightDecay: 0.01 },
];
const labelled = specs.map((spec) => [JSON.stringify(spec), spec] as const);

const length = 103;
const slots = ['accumulated', 'average'];

/** An arena of `segments` with all slots, parameters and gradient drawn from the stream of `name`. */
function arenaFor(
  spec: OptimiserSpec,
  name = 'arena',
  segments: readonly SegmentSpec[] = [{ name: 'weight', length }],
  backend: 'wasm' | 'loops' = 'wasm',
) {
  const arena = createParameterArena(segments, { slots: [...slotsOf(spec), ...slots], backend });
  const draws = stream(7).child(name);
  arena.parameters.set(draws.child('parameters').normals(arena.length));
  arena.gradient.set(draws.child('gradient').normals(arena.length));
  return arena;
}

const bits = (vector: Float32Array) => [...new Uint32Array(vector.slice().buffer)];

describe.each(labelled)('%s', (_, spec) => {
  const train = (arena: ReturnType<typeof arenaFor>, from: number, to: number, state?: OptimiserState) => {
    const optimiser = createOptimiser(spec, arena, { groups: {} });
    if (state) optimiser.restore(state);
    for (let step = from; step < to; step++) {
      arena.gradient.set(stream(3).child(step).normals(arena.length));
      optimiser.step(0.01 / (1 + step));
    }
    return optimiser;
  };

  test('restored from its state, a run ends with the same bits as one that never stopped', () => {
    const whole = arenaFor(spec);
    const uninterrupted = train(whole, 0, 12).state();

    const first = arenaFor(spec);
    const state = train(first, 0, 5).state();
    const weights = first.parameters.slice();
    // What a process that was killed leaves: bytes.
    const written = Object.entries(state.vectors).map(([name, v]) => [name, Buffer.from(v.buffer)] as const);
    const second = arenaFor(spec, 'another');
    second.parameters.set(weights);
    const vectors = written.map(([name, b]) => [name, new Float32Array(new Uint8Array(b).buffer)] as const);
    const resumed = train(second, 5, 12, {
      updates: JSON.parse(JSON.stringify(state.updates)) as number,
      vectors: Object.fromEntries(vectors),
    }).state();

    expect(bits(second.parameters)).toEqual(bits(whole.parameters));
    expect(resumed.updates).toBe(12);
    for (const [name, vector] of Object.entries(uninterrupted.vectors))
      expect(bits(resumed.vectors[name]!)).toEqual(bits(vector));
  });

  test('loops give the bits of WebAssembly', () => {
    const [a, b] = (['wasm', 'loops'] as const).map((backend) =>
      arenaFor(spec, 'arena', [{ name: 'weight', length }], backend),
    );
    train(a!, 0, 8);
    train(b!, 0, 8);
    expect(a!.backend).toBe('wasm');
    expect(bits(b!.parameters)).toEqual(bits(a!.parameters));
  });

  test('cutting the vector into segments changes nothing', () => {
    const lengths = [1, 40, 3, 0, 59];
    const names = lengths.map((n, i) => ({ name: `s${i}`, length: n, group: `g${i % 3}` }));
    const whole = arenaFor(spec);
    const cut = arenaFor(spec, 'arena', names);
    train(whole, 0, 6);
    train(cut, 0, 6);
    expect(bits(cut.parameters)).toEqual(bits(whole.parameters));
  });

  test('a rate of zero leaves the parameters as they are', () => {
    const arena = arenaFor(spec);
    const before = arena.parameters.slice();
    createOptimiser(spec, arena).step(0);
    expect(arena.parameters).toEqual(before);
  });

  test('the schema takes it, and gives JSON Schema', () => {
    expect(optimiserSpec.parse(spec)).toBeDefined();
    expect(JSON.stringify(z.toJSONSchema(optimiserSpec, { io: 'input' }))).toContain('adamw');
  });
});

describe('gradient accumulation', () => {
  test('over micro-batches of any sizes it equals the mean over all examples, to rounding', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.nat(1000), (batches, seed) => {
        const total = batches.reduce((sum, n) => sum + n, 0);
        const examples = Array.from({ length: total }, (_, i) => stream(seed).child(i).normals(length));
        const mean = (rows: ArrayLike<number>[]) =>
          Float32Array.from({ length }, (_, j) => rows.reduce((s, row) => s + row[j]!, 0) / rows.length);
        const spec = { name: 'sgd', clipNorm: 0.5 } as const;
        const whole = arenaFor(spec);
        whole.gradient.set(mean(examples));
        const expected = createOptimiser(spec, whole).step(1);

        const parts = arenaFor(spec);
        const optimiser = createOptimiser(spec, parts);
        let start = 0;
        for (const n of batches) {
          parts.gradient.set(mean(examples.slice(start, start + n)));
          optimiser.accumulate(n);
          start += n;
        }
        const actual = optimiser.step(1);
        expect(actual.gradientNorm!).toBeCloseTo(expected.gradientNorm!, 5);
        parts.parameters.forEach((x, i) => {
          expect(Math.abs(x - whole.parameters[i]!)).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('each update starts from nothing', () => {
    const arena = arenaFor('sgd');
    const optimiser = createOptimiser('sgd', arena);
    arena.parameters.fill(0);
    for (let update = 1; update <= 3; update++) {
      arena.gradient.fill(1);
      optimiser.accumulate();
      arena.gradient.fill(3);
      optimiser.accumulate();
      arena.gradient.fill(100);
      optimiser.step(0.5);
      expect([...arena.parameters]).toEqual(new Array(length).fill(-update));
    }
  });

  test('there is no state between two micro-batches', () => {
    const optimiser = createOptimiser('adam', arenaFor('adam'));
    optimiser.accumulate();
    expect(() => optimiser.state()).toThrow(/cannot be combined: the state holds whole updates only/);
    optimiser.step(0.1);
    expect(optimiser.state().updates).toBe(1);
  });
});

describe('layer groups', () => {
  const segments: SegmentSpec[] = [
    { name: 'a/weight', length: 5, group: 'a' },
    { name: 'a/bias', length: 2, group: 'a', decay: false },
    { name: 'b/weight', length: 6, group: 'b' },
  ];

  test('rate and weight decay are those of the group, decay only where the segment takes it', () => {
    const spec = { name: 'adamw', weightDecay: 0.5 } as const;
    const arena = arenaFor(spec, 'arena', segments);
    arena.parameters.fill(1);
    arena.gradient.fill(0);
    const groups = { a: { rate: 0.1 }, b: { weightDecay: 0.5 } };
    createOptimiser(spec, arena, { groups }).step(0.1);
    const [aWeight, aBias, bWeight] = segments.map((s) => arena.segment(s.name)[0]!);
    expect(aWeight).toBeCloseTo(1 - 0.01 * 0.5, 6);
    expect(aBias).toBe(1);
    expect(bWeight).toBeCloseTo(1 - 0.1 * 0.25, 6);
  });

  test('a group with factor f moves as a whole optimiser with f times the rate', () => {
    const arena = arenaFor('adam', 'arena', segments);
    const alone = arenaFor('adam', 'arena', segments);
    createOptimiser('adam', arena, { groups: { b: { rate: 0.25 } } }).step(0.1);
    createOptimiser('adam', alone).step(0.025);
    expect(bits(arena.segment('b/weight'))).toEqual(bits(alone.segment('b/weight')));
    expect(bits(arena.segment('a/weight'))).not.toEqual(bits(alone.segment('a/weight')));
  });
});

describe('clipping', () => {
  test('the norm over all segments is reported, and what is longer is scaled to the bound', () => {
    const arena = arenaFor('sgd', 'arena', [
      { name: 'x', length: 1 },
      { name: 'y', length: 1 },
    ]);
    const optimiser = createOptimiser({ name: 'sgd', clipNorm: 1 }, arena);
    for (const [scale, expected] of [
      [10, 1],
      [0.1, 0.5],
    ] as const) {
      arena.parameters.fill(0);
      arena.gradient.set([3 * scale, -4 * scale]);
      expect(optimiser.step(1).gradientNorm).toBeCloseTo(5 * scale, 5);
      expect(arena.parameters[0]).toBeCloseTo(-0.6 * expected, 6);
      expect(arena.parameters[1]).toBeCloseTo(0.8 * expected, 6);
    }
  });

  test('a gradient that is not finite changes nothing and names the parameter', () => {
    const spec = { name: 'adam', clipNorm: 1 } as const;
    const arena = arenaFor(spec, 'arena', [
      { name: 'encoder', length: 4 },
      { name: 'decoder', length: 4 },
    ]);
    const optimiser = createOptimiser(spec, arena);
    arena.gradient[6] = Number.NaN;
    const before = arena.parameters.slice();
    expect(() => optimiser.step(0.1)).toThrow(/gradient at update 1 is not finite \(parameter 'decoder'\)/);
    expect(arena.parameters).toEqual(before);
    expect(optimiser.updates).toBe(0);
  });

  test('without clipping the norm is measured only when asked for', () => {
    const arena = arenaFor('sgd');
    expect(createOptimiser('sgd', arena).step(0.1).gradientNorm).toBeUndefined();
    const norm = Math.hypot(...arena.gradient);
    expect(createOptimiser('sgd', arena, { measureNorm: true }).step(0.1).gradientNorm).toBeCloseTo(norm, 5);
  });
});

test('without gradient an average does not end among subnormal numbers, nor does its product with the rate', () => {
  const arena = arenaFor('adam');
  const optimiser = createOptimiser('adam', arena);
  optimiser.step(0.01);
  arena.gradient.fill(0);
  for (let i = 0; i < 1500; i++) optimiser.step(0.01);
  const smallestNormal = 2 ** -126;
  for (const x of arena.slot('mean')) {
    expect(Math.abs(x)).toBeLessThan(1e-30);
    expect(x === 0 || Math.abs(x) * 1e-5 > smallestNormal).toBe(true);
  }
});

test('a moved momentum takes the place of the momentum and of beta1', () => {
  const pairs = [
    [
      { name: 'sgd', momentum: 0.9 },
      { name: 'sgd', momentum: 0.5 },
    ],
    [
      { name: 'adam', beta1: 0.9 },
      { name: 'adam', beta1: 0.5 },
    ],
    [
      { name: 'rmsprop', momentum: 0.9 },
      { name: 'rmsprop', momentum: 0.5 },
    ],
  ] as const;
  for (const [moved, fixed] of pairs) {
    const [a, b] = [arenaFor(moved), arenaFor(fixed)];
    const [first, second] = [createOptimiser(moved, a), createOptimiser(fixed, b)];
    for (let i = 0; i < 3; i++) {
      first.step(0.1, { momentum: 0.5 });
      second.step(0.1);
    }
    expect(bits(a.parameters)).toEqual(bits(b.parameters));
  }
  const still = createOptimiser('sgd', arenaFor('sgd'));
  expect(still.movesMomentum).toBe(false);
  expect(() => still.step(0.1, { momentum: 0.5 })).toThrow(
    /an optimiser without momentum cannot be combined/,
  );
});

describe('moving average of weights', () => {
  test('equals its formula, starts at the parameters, and resumes with the same bits', () => {
    const arena = arenaFor('sgd');
    const average = createWeightAverage(arena, { decay: 0.9, warmUp: true });
    const expected = Float64Array.from(arena.parameters);
    expect(average.average).toEqual(arena.parameters);
    for (let t = 1; t <= 20; t++) {
      arena.parameters.set(stream(1).child(t).normals(length));
      average.update();
      const decay = Math.min(0.9, (1 + t) / (10 + t));
      expected.forEach((x, i) => {
        expected[i] = decay * x + (1 - decay) * arena.parameters[i]!;
      });
    }
    average.average.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-5);
    });
    const other = arenaFor('sgd', 'another');
    const resumed = createWeightAverage(other, { decay: 0.9, warmUp: true });
    resumed.restore(average.state());
    for (const each of [arena, other]) each.parameters.set(stream(2).normals(length));
    average.update();
    resumed.update();
    expect(bits(resumed.average)).toEqual(bits(average.average));
    expect(resumed.updates).toBe(21);
  });
});

describe('what is wrong is said', () => {
  const arena = arenaFor('adam');
  const optimiser = createOptimiser('adam', arena);
  const state = optimiser.state();
  test.each([
    [
      'a rule',
      () => resolveOptimiser('adan' as 'adam', 'study.yaml'),
      /unknown optimiser 'adan' \(study.yaml\)\. Did you mean 'adam'/,
    ],
    [
      'an option',
      () => resolveOptimiser({ name: 'adam', beta: 0.9 } as never),
      /unknown option of optimiser 'adam' 'beta'\. Did you mean 'beta1'/,
    ],
    [
      'a value',
      () => resolveOptimiser({ name: 'adam', beta1: 1 }),
      /option 'beta1' of optimiser 'adam' is 1; allowed: a number below 1/,
    ],
    [
      'a look-ahead without momentum',
      () => resolveOptimiser({ name: 'sgd', nesterov: true }),
      /nesterov of sgd and momentum 0 cannot be combined/,
    ],
    [
      'dampening without momentum',
      () => resolveOptimiser({ name: 'sgd', dampening: 0.5 }),
      /dampening of sgd and momentum 0 cannot be combined/,
    ],
    [
      'a look-ahead with dampening',
      () => resolveOptimiser({ name: 'sgd', momentum: 0.9, dampening: 0.5, nesterov: true }),
      /the look-ahead is defined without dampening/,
    ],
    [
      'a kind of value',
      () => resolveOptimiser({ name: 'sgd', nesterov: 'yes' as never }),
      /option 'nesterov' of optimiser 'sgd' is 'yes'; allowed: boolean/,
    ],
    [
      'a clip norm',
      () => resolveOptimiser({ name: 'adam', clipNorm: -1 }),
      /option 'clipNorm' of optimiser 'adam' is -1; allowed: a number above 0/,
    ],
    ['a rate', () => optimiser.step(Number.NaN), /the learning rate is NaN; allowed/],
    ['a weight', () => optimiser.accumulate(0), /the weight of a micro-batch is 0; allowed/],
    ['a group', () => createOptimiser('adam', arena, { groups: { last: {} } }), /unknown layer group 'last'/],
    [
      'a factor',
      () => createOptimiser('adam', arena, { groups: { default: { rate: -1 } } }),
      /rate factor of layer group 'default' is -1/,
    ],
    ['a slot', () => createOptimiser('rmsprop', createParameterArena([])), /unknown vector 'square'/],
    ['a decay', () => createWeightAverage(arena, { decay: 1 }), /decay is 1; allowed: from 0 to below 1/],
    ['a segment', () => arena.segment('wieght'), /Did you mean 'weight'/],
    [
      'a segment twice',
      () =>
        createParameterArena([
          { name: 'a', length: 1 },
          { name: 'a', length: 1 },
        ]),
      /name of a parameter is 'a'; allowed: each name once/,
    ],
    ['a length', () => createParameterArena([{ name: 'a', length: 1.5 }]), /length of parameter 'a' is 1.5/],
    [
      'vectors',
      () => optimiser.restore({ updates: 1, vectors: {} }),
      /its vectors are \[\], this optimiser's are \[mean, square\]/,
    ],
    [
      'a vector',
      () => optimiser.restore({ ...state, vectors: { ...state.vectors, mean: new Float32Array(2) } }),
      /vector 'mean' has 2 elements, there are 103/,
    ],
    ['updates', () => optimiser.restore({ ...state, updates: -1 }), /-1 is not a number of updates/],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

test('nothing to train is fine', () => {
  const arena = createParameterArena([], { slots: slotsOf('adam', { accumulate: true }) });
  const optimiser = createOptimiser({ name: 'adam', clipNorm: 1 }, arena);
  optimiser.accumulate();
  expect(optimiser.step(0.1)).toEqual({ gradientNorm: 0 });
});

test('vectors do not overlap and start at different distances from a memory page', () => {
  const arena = createParameterArena([{ name: 'w', length: 4096 }], { slots: ['m', 'v'] });
  const names = ['parameters', 'gradient', 'm', 'v'];
  for (const [i, name] of names.entries()) arena.slot(name).fill(i + 1);
  for (const [i, name] of names.entries()) expect(arena.slot(name).every((x) => x === i + 1)).toBe(true);
  expect(new Set(names.map((name) => arena.slot(name).byteOffset % 4096)).size).toBe(4);
});
