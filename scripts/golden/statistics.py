"""Reference values for src/statistics, written to test/golden/statistics.json.

Run with Python 3 and numpy, scipy and statsmodels: python scripts/golden/statistics.py
Covers what needs more than a handful of values: quantiles of all distributions, the studentised range at finite
degrees of freedom, the noncentral t, the power of the paired t test, and rank tests on random samples.
"""

import json
import pathlib

import numpy as np
import scipy
import statsmodels
from scipy import integrate, special, stats
from statsmodels.stats.power import TTestPower

rng = np.random.default_rng(20240607)
P = [1e-9, 1e-4, 0.0005, 0.01, 0.2, 0.5, 0.7, 0.95, 0.999, 1 - 1e-7]


def tuples(f, *lists):
    """[arguments..., value] for the product of the lists."""
    grid = np.array(np.meshgrid(*lists, indexing="ij")).reshape(len(lists), -1).T
    return [[*map(float, row), float(f(*row))] for row in grid]


def noncentral_t(t, df, delta):
    """By integration over the chi distribution; scipy's own nct loses digits in places."""
    chi = stats.chi(df)
    f = lambda s: special.ndtr(t * s / np.sqrt(df) - delta) * chi.pdf(s)
    points = [q for q in chi.ppf([1e-12, 0.01, 0.5, 0.99, 1 - 1e-12])]
    edge = delta / t * np.sqrt(df) if t != 0 else -1
    width = np.sqrt(df) / abs(t) if t != 0 else 1
    points += [edge + k * width for k in (-8, -3, 0, 3, 8)]
    points = sorted(p for p in points if p > 0)
    ends = [0, *points, chi.ppf(1 - 1e-15) * 2]
    return sum(integrate.quad(f, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in zip(ends, ends[1:]) if b > a)


def solve_pairs(effect, alpha, power):
    """The smallest n whose power is enough (statsmodels gives NaN for some large effects, so by integration)."""
    n = 2
    while integrated_power(effect, n, alpha) < power:
        n += 1
    return n


def integrated_power(effect, n, alpha):
    critical = stats.t.isf(alpha / 2, n - 1)
    delta = effect * np.sqrt(n)
    return noncentral_t(-critical, n - 1, delta) + noncentral_t(-critical, n - 1, -delta)


def finite_power(effect, n, alpha):
    value = TTestPower().power(effect, n, alpha)
    mine = integrated_power(effect, n, alpha)
    assert np.isnan(value) or abs(value - mine) < 1e-6, (effect, n, alpha, value, mine)
    return mine if np.isnan(value) else value


def rank_tests():
    cases = []
    for n, m in [(4, 4), (7, 5), (10, 10), (25, 12), (40, 40)]:
        for tied in (False, True):
            x = np.round(rng.standard_normal(n) * 2**20) / 2**20
            y = np.round((rng.standard_normal(m) + 0.3) * 2**20) / 2**20
            if tied:
                x, y = np.round(x * 2) / 2, np.round(y * 2) / 2
            case = {"x": x.tolist(), "y": y.tolist()}
            r = stats.mannwhitneyu(x, y, method="asymptotic")
            case["mann_whitney_asymptotic"] = [r.statistic, r.pvalue]
            if len(set(x.tolist() + y.tolist())) == n + m:
                r = stats.mannwhitneyu(x, y, method="exact")
                case["mann_whitney_exact"] = [r.statistic, r.pvalue]
            r = stats.ttest_ind(x, y, equal_var=False)
            case["welch"] = [r.statistic, r.pvalue]
            k = min(n, m)
            a, b = x[:k], y[:k]
            r = stats.ttest_rel(a, b)
            ci = r.confidence_interval(0.99)
            case["paired_t"] = [r.statistic, r.pvalue, ci.low, ci.high]
            if len(set(np.abs(a - b))) == k and not np.any(a == b):
                r = stats.wilcoxon(a, b, method="exact")
                case["wilcoxon_exact"] = [r.statistic, r.pvalue]
            r = stats.kendalltau(a, b)
            case["kendall"] = [r.statistic, r.pvalue]
            r = stats.spearmanr(a, b)
            case["spearman"] = [r.statistic, r.pvalue]
            cases.append(case)
    return cases


golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "normal_quantile": tuples(stats.norm.ppf, P + [1e-300, 1e-20]),
    "t_quantile": tuples(lambda p, df: stats.t.ppf(p, df), P, [1, 2, 2.5, 3, 4, 9, 40, 1e3, 1e6]),
    "t_two_sided": tuples(lambda t, df: 2 * stats.t.sf(t, df), [0.01, 0.7, 2, 6, 40, 1e4], [1, 2, 4, 9, 33.5, 1e3, 1e6]),
    "chi_squared_quantile": tuples(lambda p, df: stats.chi2.ppf(p, df), P, [1, 2, 3, 10, 100, 5000]),
    "f_quantile": tuples(lambda p, a, b: stats.f.ppf(p, a, b), P, [1, 3, 20], [1, 4, 60, 1000]),
    "f_survival": tuples(lambda x, a, b: stats.f.sf(x, a, b), [0.1, 1, 5, 50], [1, 3, 20], [1, 4, 60, 1000]),
    "studentized_range_survival": tuples(
        lambda q, k, df: stats.studentized_range.sf(q, k, df), [0.5, 3, 5], [2, 3, 7, 12], [2, 5, 20, np.inf]
    ),
    "studentized_range_quantile": tuples(
        lambda p, k, df: stats.studentized_range.ppf(p, k, df), [0.5, 0.95, 0.99], [2, 3, 7], [5, 20]
    ),
    "noncentral_t_cdf": tuples(noncentral_t, [-3, -0.5, 0, 1, 4.3, 30, 190], [1, 2, 4, 9, 60], [-1, 0, 0.8, 3, 12]),
    "paired_power": tuples(
        finite_power, [0, 0.2, 0.5, 1, 2], [2, 3, 5, 10, 30], [0.05, 0.05 / 15]
    ),
    "pairs_needed": tuples(lambda d, a: solve_pairs(d, a, 0.8), [0.2, 0.5, 1, 2, 5], [0.05, 0.05 / 15]),
    "rank_tests": rank_tests(),
}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return str(float(value)).replace("inf", "Infinity").replace("nan", "NaN") if not np.isfinite(value) else float(value)
    return value


path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "statistics.json"
lines = [f'  {json.dumps(k)}: {json.dumps(plain(v))}' for k, v in golden.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
