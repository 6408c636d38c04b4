import { expect, test } from 'vitest';
import { expectLearntDensity, twoPixels } from '../../test/expect-learnt-density.ts';
import { stream } from '../random.ts';
import { input } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { add, cos, div, mul, square, sub } from '../tensor/functions/elementwise.ts';
import { createContext, inputNames } from './context.ts';
import { createFlowMatching } from './flow-matching.ts';
import { type SolverName, solvers, type Velocity } from './ode-step.ts';
import { freshWeights, weightFeeds } from './weights.ts';

/** The state at time 1 after so many steps. */
function follow(solver: SolverName, velocity: Velocity, start: Float64Array, steps: number): Float64Array {
  const [x, t, h] = [input('x', [start.length]), input('t', [1]), input('h', [1])];
  const next = solvers[solver](velocity, x, t, h);
  let state = start;
  for (let i = 0; i < steps; i++)
    state = evaluateTensors([next], { x: state, t: [i / steps], h: [1 / steps] })[0]!.data as Float64Array;
  return state;
}

const starts = Float64Array.from([-2, -0.5, 0.1, 1, 1.7]);

test.each([
  ['euler', 1],
  ['midpoint', 2],
  ['rk4', 4],
] as const)('%s has errors of order %s', (solver, order) => {
  // dx / dt = x cos t has the solution x(0) exp(sin t).
  const errorOf = (steps: number) => {
    const found = follow(solver, (x, t) => mul(x, cos(t)), starts, steps);
    return Math.max(...found.map((v, i) => Math.abs(v - starts[i]! * Math.exp(Math.sin(1)))));
  };
  expect(Math.abs(Math.log2(errorOf(20) / errorOf(40)) - order)).toBeLessThan(0.3);
});

test.each(['euler', 'midpoint', 'rk4'] as const)('%s carries noise to a normal density', (solver) => {
  const [mean, sd] = [0.3, 0.4];
  // E[x1 - z | x(t) = x] for x1 from the density and z from the standard normal one.
  const velocity: Velocity = (x, t) => {
    const noise = sub(1, t);
    const covariance = sub(mul(t, sd * sd), noise);
    const variance = add(square(noise), mul(square(t), sd * sd));
    return add(mul(div(covariance, variance), sub(x, mul(t, mean))), mean);
  };
  follow(solver, velocity, starts, 100).forEach((v, i) => {
    expect(Math.abs(v - mean - sd * starts[i]!)).toBeLessThan(0.02);
  });
});

test('costs compare the velocity of the path with the prediction', () => {
  const model = createFlowMatching({
    image: [1, 2, 2],
    channels: 4,
    groups: 2,
    multipliers: [1],
    leastNoise: 0.1,
  });
  const context = createContext(model, { batchSize: 2, training: new Set(model.layers) });
  const { cost } = model.players[0]!.objective(context);
  const x = Float64Array.of(0, 0.25, 0.5, 1, 1, 1, 0, 0);
  const noise = stream(1).normals(8) as Float64Array;
  const feeds = {
    // The prediction is 0 before training.
    ...weightFeeds(freshWeights(model, stream(2))),
    [inputNames.field('x')]: x,
    [inputNames.noise('time')]: Float64Array.of(0.2, 0.9),
    [inputNames.noise('noise')]: noise,
  };
  const found = evaluateTensors([cost], feeds)[0]!.data;
  for (const i of [0, 1]) {
    const errors = [0, 1, 2, 3].map((j) => (2 * x[4 * i + j]! - 1 - 0.9 * noise[4 * i + j]!) ** 2);
    expect(found[i]!).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / 4, 9);
  }
});

test('trained on a two-dimensional density, samples have its moments', async () => {
  const model = createFlowMatching({
    image: [...twoPixels],
    channels: 24,
    groups: 4,
    multipliers: [1],
    attention: false,
    solver: 'midpoint',
    steps: 20,
  });
  await expectLearntDensity(model, 400);
});
