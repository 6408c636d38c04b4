import { GraftError } from '../errors.ts';
import { requireFinite } from './require-finite.ts';
import { mean } from './summarize.ts';

/** A fitted Bradley-Terry model. */
export interface BradleyTerry {
  /** Log strength of each item, mean zero. */
  logStrengths: Float64Array;
  /** Strengths that add up to 1. */
  strengths: Float64Array;
  /** Log strengths on the Elo scale (400 points = odds of 10). */
  elo: Float64Array;
  /** Log likelihood of the wins at the fit, nats. */
  logLikelihood: number;
}

/**
 * Bradley-Terry model of paired comparisons: P(i beats j) = s_i / (s_i + s_j), `wins[i][j]` = times i beat j.
 * Maximum likelihood by Hunter's (2004) MM iteration on strengths with mean 1; `prior` > 0 is added to the wins and to
 * the denominator of each update (as in choix), which keeps strengths finite where one item always wins.
 * Fails with `bad-data` where without a prior the maximum does not exist (Ford 1957: some set of items never lost to
 * the rest).
 */
export function bradleyTerry(wins: readonly ArrayLike<number>[], prior = 0): BradleyTerry {
  const n = wins.length;
  wins.forEach((row, i) => {
    if (row.length !== n) {
      throw new GraftError('bad-data', {
        what: 'wins',
        problem: `row ${i} has ${row.length} entries, ${n} are expected`,
      });
    }
    requireFinite(row, 'wins', `row ${i}`);
  });
  if (n < 2 || (prior === 0 && !stronglyConnected(wins))) {
    throw new GraftError('bad-data', {
      what: 'wins',
      problem: 'some items never lost to (or never met) the others, so no finite strengths fit best',
      hint: 'Give a prior above 0.',
    });
  }
  let logStrengths = new Float64Array(n);
  for (let step = 0; step < 100_000; step++) {
    const next = new Float64Array(n);
    const scaled = meanOne(logStrengths);
    for (let i = 0; i < n; i++) {
      let won = prior;
      let exposure = prior;
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        won += wins[i]![j]!;
        const met = wins[i]![j]! + wins[j]![i]!;
        if (met > 0) exposure += met / (scaled[i]! + scaled[j]!);
      }
      next[i] = Math.log(won / exposure);
    }
    const center = mean(next);
    let change = 0;
    for (let i = 0; i < n; i++) {
      next[i]! -= center;
      change = Math.max(change, Math.abs(next[i]! - logStrengths[i]!));
    }
    logStrengths = next;
    if (change < 1e-13) break;
  }
  let logLikelihood = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i !== j) logLikelihood -= wins[i]![j]! * Math.log1p(Math.exp(logStrengths[j]! - logStrengths[i]!));
    }
  }
  return {
    logStrengths,
    strengths: meanOne(logStrengths).map((strength) => strength / n),
    elo: logStrengths.map((value) => (400 / Math.LN10) * value),
    logLikelihood,
  };
}

/** Strengths of the given logarithms, scaled to mean 1. */
function meanOne(logs: Float64Array): Float64Array {
  const strengths = logs.map(Math.exp);
  const center = mean(strengths);
  return strengths.map((strength) => strength / center);
}

/** Whether every item can be reached from every other along wins. */
function stronglyConnected(wins: readonly ArrayLike<number>[]): boolean {
  const reaches = (beats: (i: number, j: number) => boolean) => {
    const seen = new Set([0]);
    const open = [0];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      for (let j = 0; j < wins.length; j++) {
        if (!seen.has(j) && beats(i, j)) {
          seen.add(j);
          open.push(j);
        }
      }
    }
    return seen.size === wins.length;
  };
  return reaches((i, j) => wins[i]![j]! > 0) && reaches((i, j) => wins[j]![i]! > 0);
}
