import { describe, expect, test } from 'vitest';
import { stream } from '../../src/random.ts';
import { type Adjustment, adjustPValues } from '../../src/statistics/adjust-p-values.ts';
import {
  averageScoreDistribution,
  interquartileMean,
  meanOfTasks,
  medianOfTasks,
  optimalityGap,
  probabilityOfImprovement,
  type RunTaskScores,
  scoreDistribution,
  stratifiedBootstrap,
} from '../../src/statistics/aggregate-scores.ts';
import type { Alternative, Interval } from '../../src/statistics/alternative.ts';
import { binomialTest, clopperPearsonInterval, wilsonInterval } from '../../src/statistics/binomial.ts';
import { bootstrap } from '../../src/statistics/bootstrap.ts';
import { bradleyTerry } from '../../src/statistics/bradley-terry.ts';
import { chiSquaredSurvival } from '../../src/statistics/chi-squared.ts';
import { kendall, pearson, somersD, spearman, weightedKendall } from '../../src/statistics/correlation.ts';
import { cliffsDelta, cohensD, cohensDz, varghaDelaneyA } from '../../src/statistics/effect-size.ts';
import { friedman } from '../../src/statistics/friedman.ts';
import { mannWhitney } from '../../src/statistics/mann-whitney.ts';
import { nemenyiCriticalDifference, nemenyiCriticalValue } from '../../src/statistics/nemenyi.ts';
import { normalCdf, normalQuantile } from '../../src/statistics/normal.ts';
import { hypervolume, nondominatedLayers, paretoFront } from '../../src/statistics/pareto.ts';
import { quantile } from '../../src/statistics/quantile.ts';
import { signFlipTest } from '../../src/statistics/sign-flip-test.ts';
import { tQuantile } from '../../src/statistics/student-t.ts';
import { mean, standardDeviation } from '../../src/statistics/summarize.ts';
import { pairedTTest, welchTTest } from '../../src/statistics/t-test.ts';
import { type WilcoxonOptions, wilcoxonSignedRank } from '../../src/statistics/wilcoxon-signed-rank.ts';
import { expectClose } from '../expect-close.ts';
import { type GoldenCase, type GoldenValue, numbers, rows, sharedGolden } from './shared-golden.ts';

/** As `expectClose`, against a value of the file. */
function expectGolden(
  actual: ArrayLike<number>,
  expected: GoldenValue | undefined,
  relative: number,
  absolute = 1e-12,
) {
  expectClose(actual, numbers(expected), { relative, absolute });
}

const ends = (interval: Interval | null) =>
  interval ? [interval.low, interval.high] : [Number.NaN, Number.NaN];
const pair = (r: { statistic: number; p: number }) => [r.statistic, r.p];

/** One test for each case of a file, skipped by name where the file is not there. */
function eachCase(file: string, run: (golden: GoldenCase) => void) {
  const cases = sharedGolden(file);
  describe.skipIf(cases === null)(`${file}.json`, () => {
    if (cases === null) test('reference values are not here', () => {});
    for (const golden of cases ?? []) test(golden.name, () => run(golden));
  });
}

eachCase('bootstrap', ({ inputs, options, expected }) => {
  const samples = Object.keys(inputs)
    .filter((key) => key.startsWith('sample'))
    .map((key) => numbers(inputs[key]));
  const at = (sample: number[], indices: ArrayLike<number>) => Array.from(indices, (i) => sample[i]!);
  const name = String(options?.statistic);
  const statistic = (indices: ArrayLike<number>) => {
    const [x, y] = samples.map((sample) => at(sample, indices));
    if (name.startsWith('mean of sample_1')) return mean(x!) - mean(y!);
    if (name.startsWith('Pearson')) return pearson(x!, y!).value ?? Number.NaN;
    if (name.startsWith('standard deviation')) return standardDeviation(x!);
    if (name === 'median') return quantile(x!, 0.5);
    if (name === 'mean') return mean(x!);
    throw new Error(`no statistic for '${name}'`);
  };
  const result = bootstrap({
    size: samples[0]!.length,
    statistic,
    resamples: rows(inputs.resample_indices),
    confidence: Number(options?.confidence),
  });
  expectGolden([result.estimate], expected.estimate, 1e-9);
  expectGolden([result.standardError], expected.standard_error, 1e-9);
  expectGolden(ends(result.percentile), expected.percentile, 1e-9);
  expectGolden(ends(result.basic), expected.basic, 1e-9);
  expectGolden(result.replicates.slice(0, 8), expected.bootstrap_distribution_head, 1e-9);
  if (Number.isNaN(numbers(expected.bca)[0])) expect(result.bca).toBeNull();
  else expectGolden(ends(result.bca), expected.bca, 1e-9);
});

const statisticalTests: Record<string, (golden: GoldenCase) => void> = {
  wilcoxon({ inputs, expected }) {
    const x = numbers(inputs.x);
    const d = inputs.y === undefined ? x : x.map((v, i) => v - numbers(inputs.y)[i]!);
    for (const [key, value] of Object.entries(expected)) {
      const [mode, alternative, zeros, corrected] = key.split('_');
      const options = { mode, alternative, zeros, correction: corrected !== undefined } as WilcoxonOptions;
      expectGolden(pair(wilcoxonSignedRank(d, options)), value, 1e-9);
    }
  },
  friedman({ inputs, expected }) {
    const result = friedman(rows(inputs.scores), 'higher');
    expectGolden([result.chiSquare], expected.chi_square, 1e-9);
    expectGolden([result.p], expected.p, 1e-7);
    expectGolden(result.averageRanks, expected.average_ranks, 1e-9);
    expectGolden([result.imanDavenportF], expected.iman_davenport_F, 1e-9);
    expectGolden([result.imanDavenportP], expected.iman_davenport_p, 1e-7);
  },
  nemenyi({ inputs, expected }) {
    const k = numbers(inputs.k);
    for (const alpha of [0.05, 0.1, 0.01]) {
      expectGolden(
        k.map((methods) => nemenyiCriticalValue(methods, alpha)),
        expected[`q_${alpha}`],
        1e-8,
      );
    }
    const printed = numbers(expected['demsar_table_q_0.05']);
    k.forEach((methods, i) => {
      expect(Math.abs(nemenyiCriticalValue(methods) - printed[i]!)).toBeLessThan(1e-3);
    });
    const sizes = inputs.k_and_n as number[][];
    expectGolden(
      sizes.map(([methods, blocks]) => nemenyiCriticalDifference(methods!, blocks!)),
      expected['cd_0.05'],
      1e-8,
    );
  },
  multipletests({ inputs, expected }) {
    const names: Record<string, Adjustment> = {
      bonferroni: 'bonferroni',
      holm: 'holm',
      'holm-sidak': 'holm-sidak',
      sidak: 'sidak',
      'simes-hochberg': 'hochberg',
      fdr_bh: 'benjamini-hochberg',
      fdr_by: 'benjamini-yekutieli',
    };
    for (const [key, value] of Object.entries(expected)) {
      const { adjusted, reject } = value as { [key: string]: GoldenValue };
      const mine = adjustPValues(numbers(inputs.p), names[key]!);
      expectGolden(mine, adjusted, 1e-9);
      expect(Array.from(mine, (p) => (p <= 0.05 ? 1 : 0))).toEqual(numbers(reject).map(Number));
    }
  },
  correlation({ inputs, expected }) {
    const x = numbers(inputs.x);
    const y = numbers(inputs.y);
    const both = (r: { value: number | null; p: number | null }) => [
      r.value ?? Number.NaN,
      r.p ?? Number.NaN,
    ];
    expectGolden(both(kendall(x, y)), expected.kendall_b, 1e-9);
    expectGolden(both(kendall(x, y, 'c')), expected.kendall_c, 1e-9);
    expectGolden([kendall(x, y, 'b', 'asymptotic').p!], expected.kendall_b_asymptotic_p, 1e-7);
    expectGolden(both(spearman(x, y)), expected.spearman, 1e-9);
    expectGolden(both(pearson(x, y)), expected.pearson, 1e-9);
    expectGolden([weightedKendall(x, y)!], expected.weighted_tau, 1e-9);
    expectGolden([weightedKendall(x, y, true)!], expected.weighted_tau_rank_false, 1e-9);
    expectGolden([somersD(x, y)!], expected.somers_d, 1e-9);
  },
  'mann-whitney'({ inputs, expected }) {
    const x = numbers(inputs.x);
    const y = numbers(inputs.y);
    for (const [key, value] of Object.entries(expected)) {
      const [mode, alternative] = key.split('_');
      if (mode !== 'exact' && mode !== 'asymptotic') continue;
      expectGolden(pair(mannWhitney(x, y, { mode, alternative: alternative as Alternative })), value, 1e-9);
    }
    expectGolden([cliffsDelta(x, y)], expected.cliffs_delta, 1e-9);
    expectGolden([varghaDelaneyA(x, y)], expected.vargha_delaney_A12, 1e-9);
  },
  t({ inputs, expected }) {
    const x = numbers(inputs.x);
    const y = numbers(inputs.y);
    expectGolden(pair(pairedTTest(x, y)), expected.ttest_rel, 1e-9);
    expectGolden(pair(welchTTest(x, y)), expected.welch, 1e-9);
    const d = x.map((v, i) => v - y[i]!);
    expectGolden([signFlipTest(d, { stream: stream(0) }).p], expected.sign_flip_p, 1e-12);
    expectGolden([cohensD(x, y)!], expected.cohens_d, 1e-9);
    expectGolden([cohensDz(x, y)!], expected.cohens_dz, 1e-9);
  },
  binomial({ inputs, expected }) {
    const [successes, n] = [Number(inputs.successes), Number(inputs.n)];
    expectGolden([binomialTest(successes, n, Number(inputs.p))], expected.p_two_sided, 1e-9);
    expectGolden(ends(wilsonInterval(successes, n)), expected.wilson, 1e-9);
    expectGolden(ends(clopperPearsonInterval(successes, n)), expected.clopper_pearson, 1e-9);
  },
  distributions({ inputs, options, expected }) {
    expectGolden(numbers(inputs.p).map(normalQuantile), expected.normal_ppf, 1e-12);
    expectGolden(numbers(inputs.z).map(normalCdf), expected.normal_cdf, 1e-12);
    expectGolden(
      numbers(inputs.p).map((p) => tQuantile(p, 5)),
      expected.t_ppf_df5,
      1e-9,
    );
    expectGolden(
      numbers(options?.chi2_x).map((x) => chiSquaredSurvival(x, 4)),
      expected.chi2_sf_df4,
      1e-12,
      1e-18,
    );
  },
};

eachCase('statistical-tests', (golden) => {
  const run = statisticalTests[golden.test ?? ''];
  expect(run, `no check for '${golden.test}'`).toBeDefined();
  run!(golden);
});

eachCase('rliable', ({ inputs, expected }) => {
  const scores = rows(inputs.scores);
  const aggregates: Record<string, (s: RunTaskScores) => number> = {
    iqm: interquartileMean,
    mean: meanOfTasks,
    median: medianOfTasks,
    optimality_gap: optimalityGap,
    'optimality_gap_gamma_0.8': (s) => optimalityGap(s, 0.8),
  };
  let checked = 0;
  for (const [name, aggregate] of Object.entries(aggregates)) {
    if (expected[name] !== undefined) {
      expectGolden([aggregate(scores)], expected[name], 1e-10);
      checked++;
    }
    const interval = expected[`ci_percentile_${name}`];
    if (interval === undefined) continue;
    const [count, runs, tasks] = (inputs.stratified_indices as { shape: number[] }).shape as [
      number,
      number,
      number,
    ];
    const flat = numbers(inputs.stratified_indices);
    const draws = Array.from({ length: count }, (_, b) =>
      Array.from({ length: runs }, (_, r) => flat.slice((b * runs + r) * tasks, (b * runs + r + 1) * tasks)),
    );
    const result = stratifiedBootstrap(scores, aggregate, draws);
    expectGolden(ends(result.interval), interval, 1e-10);
    expectGolden(result.replicates.slice(0, 5), expected[`bootstrap_head_${name}`], 1e-10);
  }
  if (inputs.scores_other !== undefined) {
    const improvement = probabilityOfImprovement(scores, rows(inputs.scores_other));
    expectGolden([improvement], expected.probability_of_improvement, 1e-10);
    expectGolden(scoreDistribution(scores, numbers(inputs.tau)), expected.score_distribution, 1e-10);
    expectGolden(
      averageScoreDistribution(scores, numbers(inputs.tau)),
      expected.average_score_distribution,
      1e-10,
    );
  }
  expect(checked).toBeGreaterThan(0);
});

eachCase('bradley-terry', ({ inputs, expected }) => {
  const wins = rows(inputs.wins);
  const fit = bradleyTerry(wins);
  expectGolden(fit.logStrengths, expected.params_mm, 0, 1e-7);
  expectGolden(fit.logStrengths, expected.params_ilsr, 0, 1e-7);
  expectGolden(fit.strengths, expected.strengths, 0, 1e-7);
  expectGolden(fit.elo, expected.elo, 0, 1e-4);
  expectGolden([fit.logLikelihood], expected.log_likelihood, 1e-9);
  expectGolden(bradleyTerry(wins, 0.1).logStrengths, expected['params_mm_alpha_0.1'], 0, 1e-7);
});

eachCase('pareto', ({ inputs, expected }) => {
  const points = rows(inputs.points);
  expectGolden([hypervolume(points, numbers(inputs.reference))], expected.hypervolume, 1e-12, 1e-15);
  expect(paretoFront(points)).toEqual(numbers(expected.front_indices));
  expect(nondominatedLayers(points)).toEqual(numbers(expected.nondominated_layers));
});
