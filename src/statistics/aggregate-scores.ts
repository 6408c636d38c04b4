import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { Interval } from './alternative.ts';
import { varghaDelaneyA } from './effect-size.ts';
import { sortedQuantile } from './quantile.ts';
import { requireFinite, requireOpenUnit } from './require-finite.ts';
import { mean } from './summarize.ts';

/** Scores [runs, tasks], higher is better; every task has as many runs. Agarwal et al. 2021, 'Deep RL at the edge'. */
export type RunTaskScores = readonly ArrayLike<number>[];

/** Mean of the middle half of all scores; whole values are cut from each end: floor(n / 4). */
export function interquartileMean(scores: RunTaskScores): number {
  const sorted = Float64Array.from(flat(scores)).sort();
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.subarray(cut, sorted.length - cut));
}

/** Mean of the tasks' means over runs. */
export function meanOfTasks(scores: RunTaskScores): number {
  return mean(taskMeans(scores));
}

/** Median of the tasks' means over runs. */
export function medianOfTasks(scores: RunTaskScores): number {
  return sortedQuantile(taskMeans(scores).sort(), 0.5);
}

/** Mean amount by which scores stay below `target`; scores above it count as `target`. Lower is better. */
export function optimalityGap(scores: RunTaskScores, target = 1): number {
  return target - mean(flat(scores).map((score) => Math.min(score, target)));
}

/** Probability that a run of `scores` beats one of `other` on the same task, ties half, averaged over tasks. */
export function probabilityOfImprovement(scores: RunTaskScores, other: RunTaskScores): number {
  const tasks = columns(scores);
  const otherTasks = columns(other);
  if (tasks.length !== otherTasks.length) {
    throw new GraftError('bad-data', {
      what: 'scores',
      problem: `${tasks.length} tasks against ${otherTasks.length}`,
    });
  }
  return mean(tasks.map((task, i) => varghaDelaneyA(task, otherTasks[i]!)));
}

/** Performance profile: share of runs, over all tasks, that score above each threshold. */
export function scoreDistribution(scores: RunTaskScores, thresholds: ArrayLike<number>): Float64Array {
  return profile(flat(scores), thresholds);
}

/** Share of tasks whose mean score lies above each threshold. */
export function averageScoreDistribution(scores: RunTaskScores, thresholds: ArrayLike<number>): Float64Array {
  return profile(taskMeans(scores), thresholds);
}

/** Percentile interval and replicates of an aggregate under the stratified bootstrap. */
export interface StratifiedBootstrap {
  estimate: number;
  interval: Interval;
  replicates: Float64Array;
}

/**
 * Stratified bootstrap of an aggregate of `scores`: runs are resampled within each task on its own.
 * `draws` is [resamples][runs][tasks], the run used in each slot, as made by `stratifiedIndices`.
 */
export function stratifiedBootstrap(
  scores: RunTaskScores,
  aggregate: (scores: RunTaskScores) => number,
  draws: readonly RunTaskScores[],
  confidence = 0.95,
): StratifiedBootstrap {
  requireOpenUnit(confidence, 'confidence');
  columns(scores);
  const replicates = Float64Array.from(draws, (draw) =>
    aggregate(draw.map((slot) => Float64Array.from(slot, (run, task) => scores[run]![task]!))),
  );
  const sorted = Float64Array.from(replicates).sort();
  const tail = (1 - confidence) / 2;
  return {
    estimate: aggregate(scores),
    interval: { low: sortedQuantile(sorted, tail), high: sortedQuantile(sorted, 1 - tail) },
    replicates,
  };
}

/** `count` draws for `stratifiedBootstrap`: [resamples][runs][tasks], each entry the index of a run. */
export function stratifiedIndices(
  runs: number,
  tasks: number,
  count: number,
  stream: Stream,
): Int32Array[][] {
  return Array.from({ length: count }, (_, i) => {
    const drawn = stream.child(i).integers(runs * tasks, runs);
    return Array.from({ length: runs }, (_, run) => drawn.subarray(run * tasks, (run + 1) * tasks));
  });
}

function columns(scores: RunTaskScores): Float64Array[] {
  const tasks = scores[0]?.length ?? 0;
  if (tasks === 0) throw new GraftError('bad-data', { what: 'scores', problem: 'there are none' });
  scores.forEach((run, i) => {
    if (run.length !== tasks) {
      throw new GraftError('bad-data', {
        what: 'scores',
        problem: `run ${i} has ${run.length} tasks, run 0 has ${tasks}`,
      });
    }
    requireFinite(run, 'scores', `run ${i}`);
  });
  return Array.from({ length: tasks }, (_, task) => Float64Array.from(scores, (run) => run[task]!));
}

function taskMeans(scores: RunTaskScores): Float64Array {
  return Float64Array.from(columns(scores), mean);
}

function flat(scores: RunTaskScores): number[] {
  return columns(scores).flatMap((task) => Array.from(task));
}

function profile(values: ArrayLike<number>, thresholds: ArrayLike<number>): Float64Array {
  return Float64Array.from(thresholds, (threshold) => {
    let above = 0;
    for (let i = 0; i < values.length; i++) if (values[i]! > threshold) above++;
    return above / values.length;
  });
}
