import { describe, expect, test } from 'vitest';
import { imageRows, matrixOf, type SyntheticStudy, syntheticTrials } from '../../test/synthetic-study.ts';
import { isGraftError } from '../errors.ts';
import { stream } from '../random.ts';
import { oneSampleTTest } from '../statistics/t-test.ts';
import { compareTrials, defaultReferences, type StudyComparison } from './compare-trials.ts';
import { comparable, findMeasurement, measurementId, measurementKey } from './measurement-key.ts';
import type { FinishedTrial } from './trial-table.ts';

const study: SyntheticStudy = { rows: imageRows, budgets: [25, 100, 400], seeds: [1, 2, 3] };

function compare(
  options: Partial<SyntheticStudy> = {},
  change = (trials: FinishedTrial[]) => trials,
): StudyComparison {
  const whole = { ...study, ...options };
  return compareTrials(change(syntheticTrials(whole)), {
    matrix: matrixOf(whole),
    primary: 'nll',
    stream: stream(1),
  });
}
const find = (result: StudyComparison, technique: string, reference: string, budget: number) =>
  result.comparisons.find(
    (c) => c.technique === technique && c.reference === reference && c.budget === budget,
  )!;

describe('stated comparisons', () => {
  test('are each technique against each reference, two references once', () => {
    const result = compare();
    expect(result.references).toEqual(['from-scratch', 'fine-tune']);
    // Three other techniques against two references, and the references against each other, at three budgets.
    expect(result.family).toBe(21);
    expect(new Set(result.comparisons.map(({ id }) => id)).size).toBe(21);
    expect(result.comparisons.filter((c) => c.technique === 'from-scratch')).toEqual([]);
  });

  test('pair the values of a seed', () => {
    const trials = syntheticTrials(study);
    const value = (technique: string, seed: number) =>
      findMeasurement(
        trials.find(
          ({ result: { cell } }) => cell.technique === technique && cell.budget === 100 && cell.seed === seed,
        )!.result,
        'nll',
        'target',
      )!.value;
    const differences = [1, 2, 3].map((seed) => value('fine-tune', seed) - value('from-scratch', seed));
    const { result, seeds, measurements } = find(compare(), 'fine-tune', 'from-scratch', 100);
    const t = oneSampleTTest(differences);
    expect(seeds).toEqual([1, 2, 3]);
    expect(measurements).toHaveLength(6);
    expect(result!.meanDifference).toBeCloseTo(t.estimate, 10);
    expect(result!.p).toBeCloseTo(t.p, 10);
    expect(result!.adjustedP).toBeGreaterThan(result!.p!);
    expect(result!.verdict).toBe('better');
  });

  test('use the only trial of an unchanged model at every budget and seed', () => {
    const result = compare();
    for (const budget of [25, 100, 400])
      expect(find(result, 'source-only', 'fine-tune', budget)).toMatchObject({
        seeds: [1, 2, 3],
        missing: null,
      });
    const cell = result.cells.find((c) => c.technique === 'source-only' && c.budget === 25)!;
    expect(cell).toMatchObject({ mean: 148, interval: null, standardError: null });
  });

  test('without a common seed still count in the family', () => {
    const result = compare({ failed: (technique, budget) => technique === 'fine-tune' && budget === 25 });
    expect(result.family).toBe(21);
    expect(find(result, 'gradual-unfreezing', 'fine-tune', 25)).toMatchObject({
      result: null,
      missing: 'no common seeds',
      seeds: [],
    });
    const p = find(result, 'fine-tune', 'from-scratch', 100).result!;
    expect(p.adjustedP).toBeCloseTo(find(compare(), 'fine-tune', 'from-scratch', 100).result!.adjustedP!, 1);
  });

  test('refuse values that were measured differently', () => {
    const result = compare({}, (trials) =>
      trials.map((trial) =>
        trial.result.cell.technique === 'fine-tune'
          ? {
              ...trial,
              result: {
                ...trial.result,
                measurements: trial.result.measurements.map((m) => ({
                  ...m,
                  representation: 'levels 28x28x1',
                })),
              },
            }
          : trial,
      ),
    );
    expect(find(result, 'gradual-unfreezing', 'fine-tune', 25)).toMatchObject({
      result: null,
      missing: 'measured differently',
    });
  });

  test('never call a technique worse that had not converged', () => {
    const open = (technique: string, budget: number) => technique === 'from-scratch' && budget === 25;
    expect(find(compare(), 'fine-tune', 'from-scratch', 25).result!.noClaim).toBeNull();
    const result = find(compare({ unconverged: open }), 'fine-tune', 'from-scratch', 25).result!;
    expect(result).toMatchObject({ verdict: 'no difference can be claimed', noClaim: 'not converged' });
  });

  test('are kept apart by model', () => {
    const result = compare({ models: ['vae', 'vae-wide'] });
    expect(result.family).toBe(42);
    expect(find(result, 'fine-tune', 'from-scratch', 25).model).toBe('vae');
  });
});

test('one seed claims nothing and has no intervals', () => {
  const result = compare({ seeds: [5] });
  expect(result.comparisons.every(({ result: r }) => r!.noClaim === 'one seed')).toBe(true);
  expect(result.cells.every(({ interval }) => interval === null)).toBe(true);
});

test('forgetting is the change on the source against the unchanged model', () => {
  const result = compare();
  const forgotten = result.forgetting.filter(({ budget }) => budget === 400);
  expect(forgotten.map(({ technique }) => technique)).toEqual([
    'from-scratch',
    'feature-extraction',
    'fine-tune',
    'gradual-unfreezing',
  ]);
  for (const one of forgotten) {
    expect(one).toMatchObject({ metric: 'nll', unchanged: 'source-only', seeds: [1, 2, 3] });
    expect(one.change).toBeCloseTo(one.mean - 78, 10);
    expect(one.interval!.low).toBeLessThan(one.change);
  }
  expect(compare({ rows: imageRows.slice(1) }).forgetting).toEqual([]);
});

test('learning curves and budget curves are read against training from scratch', () => {
  const result = compare();
  expect(result.learning.map(({ technique }) => technique)).not.toContain('source-only');
  const tuned = result.learning.find((l) => l.technique === 'fine-tune' && l.budget === 25)!;
  expect(tuned.byUpdates.start.mean).toBeGreaterThan(300);
  expect(tuned.byUpdates.finalGap.mean).toBeGreaterThan(10);
  expect(tuned.byUpdates.start).toEqual(tuned.byFlops.start);
  const cheap = result.learning.find((l) => l.technique === 'feature-extraction' && l.budget === 25)!;
  // Its updates cost 22 % of the operations, so counted in operations it is faster by 1 / 0.22.
  expect(cheap.byFlops.speedUp.median!.value / cheap.byUpdates.speedUp.median!.value).toBeCloseTo(
    1 / 0.22,
    6,
  );
  const curve = result.curves.find(({ technique }) => technique === 'fine-tune')!;
  expect(curve.dataEfficiency.estimate.value).toBeGreaterThan(1);
  expect(curve.seeds).toEqual([1, 2, 3]);
  expect(compare({ budgets: [100] }).curves).toEqual([]);
  const lost = compare({ failed: (t, budget, seed) => t === 'fine-tune' && budget === 25 && seed === 2 });
  expect(lost.curves.find(({ technique }) => technique === 'fine-tune')!.seeds).toEqual([1, 3]);
});

test('the references are plain rows where there are several of a name', () => {
  const row = (label: string, name: string) => ({ label, name, trains: true });
  const matrix = (techniques: ReturnType<typeof row>[]) => ({
    models: [],
    techniques,
    budgets: [],
    seeds: [],
  });
  expect(
    defaultReferences(
      matrix([
        row('fine-tune (schedule cosine)', 'fine-tune'),
        row('fine-tune', 'fine-tune'),
        row('from-scratch', 'from-scratch'),
      ]),
    ),
  ).toEqual(['from-scratch', 'fine-tune']);
  expect(defaultReferences(matrix([row('fine-tune (schedule cosine)', 'fine-tune')]))).toEqual([
    'fine-tune (schedule cosine)',
  ]);
  expect(defaultReferences(matrix([row('lora', 'lora')]))).toEqual([]);
});

test('a study of one row states no comparison', () => {
  const result = compare({ rows: imageRows.slice(3, 4) });
  expect(result).toMatchObject({ family: 0, comparisons: [], learning: [], curves: [] });
});

test('everything that is compared is plain JSON', () => {
  const result = compare({ failed: (t, b, seed) => t === 'fine-tune' && b === 25 && seed < 3 });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test('errors name what is missing', () => {
  const code = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return isGraftError(error) ? error.code : 'other';
    }
    return 'none';
  };
  const matrix = matrixOf(study);
  expect(code(() => compareTrials([], { matrix, primary: 'nll', stream: stream(1) }))).toBe('bad-data');
  expect(
    code(() =>
      compareTrials(syntheticTrials(study), {
        matrix,
        primary: 'nll',
        references: ['finetune'],
        stream: stream(1),
      }),
    ),
  ).toBe('unknown-name');
});

test('measurements are named by what was measured', () => {
  const [{ step, result }] = syntheticTrials(study) as [FinishedTrial];
  const nll = findMeasurement(result, 'nll', 'target')!;
  expect(measurementKey(nll)).toBe('nll(k=64)@target/test');
  expect(measurementId(step, nll)).toBe(`${step}:nll(k=64)@target/test`);
  const fid = findMeasurement(result, 'fid', 'target')!;
  expect(measurementKey(fid)).toBe('fid@target/test[glyph-net]');
  expect(comparable(fid, { ...fid, value: 0 })).toBe(true);
  expect(comparable(fid, { ...fid, features: { network: 'glyph-net', hash: 'other' } })).toBe(false);
  const keys = result.measurements.map(measurementKey);
  expect(new Set(keys).size).toBe(keys.length);
});
