import { expect, test } from 'vitest';
import { constant } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { discretisedGaussian } from './discretised-gaussian.ts';

const LEVELS = 256;
const level = (k: number) => -1 + (2 * k) / (LEVELS - 1);

/** Log-probabilities of all levels. */
function logMasses(mean: number, deviation: number, levels = LEVELS): Float64Array {
  const x = Float64Array.from({ length: levels }, (_, k) => -1 + (2 * k) / (levels - 1));
  const value = discretisedGaussian(constant(x, [levels]), constant(mean), deviation, levels);
  return evaluateTensors([value], {})[0]!.data as Float64Array;
}

test.each([
  [0.1, 0.3, LEVELS],
  [-0.97, 0.05, LEVELS],
  [0.4, 0.2, 2],
])('the levels of a normal density around %s with deviation %s share all of its mass', (mean, sd, levels) => {
  const total = logMasses(mean, sd, levels).reduce((sum, v) => sum + Math.exp(v), 0);
  expect(total).toBeCloseTo(1, 4);
  expect(total).toBeLessThanOrEqual(1 + 1e-9);
});

test('far from the mean it is a lower bound within h^2 / 2 nats of the mass', () => {
  const [mean, sd] = [0.2, 0.01];
  const half = 1 / (LEVELS - 1);
  const found = logMasses(mean, sd);
  for (const k of [0, 3, 100, 140, 160, 250, 255]) {
    // The logarithm of the integral over the bin by the trapezoidal rule, relative to its largest value.
    const from = k === 0 ? level(0) - 40 * sd : level(k) - half;
    const to = k === LEVELS - 1 ? level(k) + 40 * sd : level(k) + half;
    const n = 200_000;
    const logs = Float64Array.from({ length: n + 1 }, (_, i) => {
      const z = (from + ((to - from) * i) / n - mean) / sd;
      return -0.5 * z * z;
    });
    const top = Math.max(...[from, to].map((at) => -0.5 * ((at - mean) / sd) ** 2), logs[n / 2]!);
    const sum = logs.reduce((s, v, i) => s + Math.exp(v - top) * (i === 0 || i === n ? 0.5 : 1), 0);
    const exact = top + Math.log((sum * (to - from)) / n / sd / Math.sqrt(2 * Math.PI));
    expect(found[k]!, `level ${k}`).toBeLessThan(exact + 1e-3);
    expect(found[k]!, `level ${k}`).toBeGreaterThan(exact - (half / sd) ** 2 / 2 - 2e-3);
  }
});
