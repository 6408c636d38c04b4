/** Values of scipy and statsmodels, written by scripts/golden/statistics.py. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chiSquaredCdf, chiSquaredQuantile, chiSquaredSurvival } from '../../src/statistics/chi-squared.ts';
import { kendall, spearman } from '../../src/statistics/correlation.ts';
import { fCdf, fQuantile, fSurvival } from '../../src/statistics/f-distribution.ts';
import { mannWhitney } from '../../src/statistics/mann-whitney.ts';
import { noncentralTCdf } from '../../src/statistics/noncentral-t.ts';
import { normalCdf, normalQuantile } from '../../src/statistics/normal.ts';
import { pairedTPower, pairsNeeded } from '../../src/statistics/paired-power.ts';
import { tCdf, tQuantile, tTwoSided } from '../../src/statistics/student-t.ts';
import {
  studentizedRangeQuantile,
  studentizedRangeSurvival,
} from '../../src/statistics/studentized-range.ts';
import { differences } from '../../src/statistics/summarize.ts';
import { pairedTTest, welchTTest } from '../../src/statistics/t-test.ts';
import { wilcoxonSignedRank } from '../../src/statistics/wilcoxon-signed-rank.ts';
import { expectClose } from '../expect-close.ts';

type Row = (number | string)[];
interface RankCase {
  x: number[];
  y: number[];
  [test: string]: number[];
}
const golden = JSON.parse(readFileSync(new URL('./statistics.json', import.meta.url), 'utf8')) as Record<
  string,
  Row[]
> & { rank_tests: RankCase[] };

/** Compares f(arguments) with the value at the end of each row. */
function table(
  name: string,
  f: (...args: [number, number, number]) => number,
  relative: number,
  floor: number,
) {
  test(name.replaceAll('_', ' '), () => {
    expect(golden[name]!.length).toBeGreaterThan(8);
    for (const row of golden[name]!) {
      const values = row.map(Number);
      const args = values.slice(0, -1) as [number, number, number];
      expectClose(
        [f(...args)],
        values.slice(-1),
        { relative, absolute: floor },
        `${name}(${args.join(', ')})`,
      );
    }
  });
}

table('normal_quantile', normalQuantile, 1e-13, 1e-15);
table('t_quantile', tQuantile, 2e-9, 1e-12);
table('t_two_sided', tTwoSided, 1e-10, 0);
table('chi_squared_quantile', chiSquaredQuantile, 1e-11, 0);
table('f_quantile', fQuantile, 1e-8, 0);
table('f_survival', fSurvival, 1e-11, 0);
table('studentized_range_survival', studentizedRangeSurvival, 0, 1e-9);
table('studentized_range_quantile', studentizedRangeQuantile, 1e-6, 0);
table('noncentral_t_cdf', noncentralTCdf, 0, 1e-9);
table('paired_power', pairedTPower, 0, 1e-9);
table('pairs_needed', (effect, alpha) => pairsNeeded(effect, alpha) ?? Number.NaN, 0, 0);

test('quantiles invert distribution functions', () => {
  for (const p of [1e-12, 1e-6, 0.03, 0.3, 0.5, 0.8, 0.99]) {
    expectClose([normalCdf(normalQuantile(p))], [p], { relative: 1e-12 });
    for (const df of [1, 2, 3, 7.5, 30, 2000]) {
      expectClose([tCdf(tQuantile(p, df), df)], [p], { relative: 1e-11 }, `t ${df}`);
      expectClose(
        [chiSquaredCdf(chiSquaredQuantile(p, df), df)],
        [p],
        { relative: 1e-11 },
        `chi-squared ${df}`,
      );
      expectClose([chiSquaredSurvival(chiSquaredQuantile(p, df), df)], [1 - p], {
        relative: 1e-11,
      });
      expectClose([fCdf(fQuantile(p, df, 5), df, 5)], [p], { relative: 1e-11 }, `F ${df}`);
    }
  }
});

test('rank and t tests on random samples', () => {
  const checked: Record<string, number> = {};
  for (const sample of golden.rank_tests) {
    const { x, y } = sample;
    const k = Math.min(x.length, y.length);
    const [a, b] = [x.slice(0, k), y.slice(0, k)];
    const pair = (r: { statistic: number; p: number }) => [r.statistic, r.p];
    const correlation = (r: { value: number | null; p: number | null }) => [r.value!, r.p!];
    const mine: Record<string, () => number[]> = {
      mann_whitney_asymptotic: () => pair(mannWhitney(x, y, { mode: 'asymptotic' })),
      mann_whitney_exact: () => pair(mannWhitney(x, y, { mode: 'exact' })),
      welch: () => pair(welchTTest(x, y)),
      paired_t: () => {
        const r = pairedTTest(a, b, { confidence: 0.99 });
        return [r.statistic, r.p, r.interval.low, r.interval.high];
      },
      wilcoxon_exact: () => pair(wilcoxonSignedRank(differences(a, b), { mode: 'exact' })),
      kendall: () => correlation(kendall(a, b)),
      spearman: () => correlation(spearman(a, b)),
    };
    for (const [name, f] of Object.entries(mine)) {
      if (sample[name] === undefined) continue;
      expectClose(f(), sample[name], { relative: 1e-9, absolute: 1e-13 }, name);
      checked[name] = (checked[name] ?? 0) + 1;
    }
  }
  for (const count of Object.values(checked)) expect(count).toBeGreaterThan(2);
  expect(Object.keys(checked)).toHaveLength(7);
});
