import { expect, test } from 'vitest';
import { imageRows, matrixOf, type SyntheticStudy, syntheticTrials } from '../../test/synthetic-study.ts';
import { stream } from '../random.ts';
import { summarize } from '../statistics/summarize.ts';
import { compareTrials } from './compare-trials.ts';
import type { Measurement } from './measurement.ts';
import { measurementId } from './measurement-key.ts';
import { rankModels } from './rank-models.ts';
import { trialTable } from './trial-table.ts';
import { modelsSentence } from './verdict-models.ts';

const study: SyntheticStudy = {
  rows: imageRows,
  budgets: [25, 100],
  seeds: [1, 2, 3],
  models: ['vae', 'flow', 'gan'],
};

/** The ranking of a made-up study whose measurements are altered model by model. */
function rank(
  alter: (measurement: Measurement, model: string, technique: string) => readonly Measurement[],
  more: Partial<SyntheticStudy> = {},
) {
  const whole = { ...study, ...more };
  const matrix = matrixOf(whole);
  const trials = syntheticTrials(whole).map((trial) => ({
    ...trial,
    result: {
      ...trial.result,
      measurements: trial.result.measurements.flatMap((m) =>
        alter(m, trial.result.cell.model, trial.result.cell.technique),
      ),
    },
  }));
  const comparison = compareTrials(trials, { matrix, primary: 'nll', stream: stream(1) });
  return { matrix, trials, comparison, ranking: rankModels(comparison, trialTable(matrix, trials)) };
}

/** Moves a model's likelihoods by so many nats. */
const shifted =
  (by: Readonly<Record<string, number>>) =>
  (m: Measurement, model: string): Measurement[] => [
    m.metric === 'nll' ? { ...m, value: m.value + (by[model] ?? 0) } : m,
  ];
/** As if the flow's likelihoods were of other numbers than the others'. */
const otherScale = (m: Measurement, model: string): Measurement[] => [
  m.metric === 'nll' && model === 'flow'
    ? { ...m, value: m.value - 500, representation: 'grey 28x28x1 in [0, 1]' }
    : m.metric === 'kid' && model === 'gan'
      ? { ...m, value: m.value / 10 }
      : m,
];

test('models are ordered by the primary metric at the largest budget where all have it on one scale', () => {
  const { ranking, trials } = rank(shifted({ flow: 30, gan: -30 }));
  expect(ranking).toMatchObject({ budget: 100, byPrimary: true });
  expect(ranking!.models.map(({ model }) => model)).toEqual(['gan', 'vae', 'flow']);
  for (const { model, technique, mean, interval, seeds, measurements } of ranking!.models) {
    const found = trials.filter(
      ({ result: { cell } }) => cell.model === model && cell.technique === technique && cell.budget === 100,
    );
    const numbers = found.map(
      ({ result }) => result.measurements.find((m) => m.metric === 'nll' && m.on === 'target')!,
    );
    expect(seeds).toBe(3);
    expect(mean).toBeCloseTo(summarize(numbers.map(({ value }) => value)).mean, 10);
    expect((interval!.low + interval!.high) / 2).toBeCloseTo(mean, 10);
    expect(measurements).toEqual(found.map(({ step }, i) => measurementId(step, numbers[i]!)));
  }
});

test('likelihoods of two representations are never put in one order: what samples are like decides', () => {
  const { ranking, matrix } = rank(otherScale);
  expect(ranking).toMatchObject({ byPrimary: false, example: { metric: 'kid' } });
  expect(ranking!.models[0]!.model).toBe('gan');
  const { text } = modelsSentence(ranking!, 0.95, { item: 'image', matrix });
  expect(text).toContain('kernel distance (KID)');
  expect(text).toContain('Not all models have the primary metric on one scale');
  expect(text).not.toMatch(/nats|likelihood/);
});

test.each([
  ['kind', { kind: 'exact' }],
  ['number of items', { real: 999 }],
  ['given classes', { options: { k: 64, given: 'class' } }],
])('likelihoods that differ in their %s neither', (_, other) => {
  const { ranking } = rank((m, model) => [m.metric === 'nll' && model === 'vae' ? { ...m, ...other } : m]);
  expect(ranking!.byPrimary).toBe(false);
});

test('there is no order of one model, nor of models that share no scale', () => {
  expect(rank((m) => [m], { models: ['vae'] }).ranking).toBeNull();
  const { ranking } = rank((m, model) =>
    otherScale(m, model).filter(({ metric }) => !['kid', 'fid'].includes(metric) || model !== 'vae'),
  );
  expect(ranking).toBeNull();
});

test('the sentence gives means with their spread, who lacks results and that it is no claim', () => {
  const { ranking, matrix, comparison } = rank(shifted({ flow: 30 }), {
    failed: (technique, budget) => technique === 'fine-tune' && budget === 100,
    rows: imageRows.slice(1, 4),
    models: ['vae', 'flow'],
  });
  // A row without results leaves every model undecided at the largest budget: the next one counts.
  expect(ranking!.budget).toBe(25);
  const { text, references } = modelsSentence(ranking!, comparison.confidence, {
    item: 'image',
    matrix: { ...matrix, models: [...matrix.models, 'gan'] },
  });
  expect(text).toMatch(
    /^Of the models vae with fine-tune came out best: mean negative log-likelihood [\d.]+ ± [\d.]+ nats per image with 25 images \(lower is better\)\. Then comes flow with fine-tune \([\d.]+ ± [\d.]+\)\. gan lacks results\./,
  );
  expect(text).toContain('This is an order, not a claim: nothing was tested between models');
  expect(references).toEqual(
    expect.arrayContaining(ranking!.models.flatMap(({ measurements }) => measurements)),
  );
});

test('a model whose training had not converged is said to be open', () => {
  const { ranking, matrix } = rank(shifted({}), {
    unconverged: (technique) => technique === 'fine-tune' || technique === 'gradual-unfreezing',
  });
  const { text } = modelsSentence(ranking!, 0.95, { item: 'image', matrix });
  expect(text).toMatch(/The training of .* had not converged: more of it may change the order\./);
});

test('models whose samples were compared with unlike real images are put in no order by them', () => {
  const asSeen = (m: Measurement, model: string): Measurement[] =>
    otherScale(m, model).map((one) =>
      one.generated === undefined
        ? one
        : { ...one, representation: model === 'vae' ? 'pixels of 0 and 1' : 'grey' },
    );
  expect(rank(otherScale).ranking).not.toBeNull();
  expect(rank(asSeen).ranking).toBeNull();
});

test('another measure of the samples that puts another model first is named', () => {
  const { ranking, comparison, matrix } = rank((m, model) => [
    m.metric === 'nll'
      ? { ...m, value: m.value + ({ vae: -30, flow: 0, gan: 30 }[model] ?? 0) }
      : m.metric === 'kid'
        ? { ...m, value: { vae: 3, flow: 1, gan: 2 }[model] ?? m.value }
        : m,
  ]);
  expect(ranking!.models[0]!.model).toBe('vae');
  expect(ranking!.otherwise.map(({ metric, best }) => [metric, best.model])).toContainEqual(['kid', 'flow']);
  const { text, references } = modelsSentence(ranking!, comparison.confidence, { item: 'image', matrix });
  expect(text).toContain('another model is first: flow by kernel distance (KID)');
  expect(references).toEqual(expect.arrayContaining([...ranking!.otherwise[0]!.best.measurements]));
});
