import { countOf } from '../study/format-number.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import { mediaSize, readMedia } from './read-media.ts';
import type { Media, ReportTrial } from './report-data.ts';

type Role = 'samples' | 'nearest' | 'reconstructions';

/** Media that are seen side by side and therefore shown all or not at all. */
interface Group {
  readonly role: Role;
  readonly trials: readonly FinishedTrial[];
}

/** Trials with their media, and what had to be left out. */
export interface CollectedMedia {
  readonly trials: readonly ReportTrial[];
  readonly leftOut: readonly string[];
}

/**
 * Reads what there is to look at of each trial, until `limit` bytes are reached: first the samples of the first seed
 * (from the largest budget and the smallest one to those between), its nearest training examples and reconstructions,
 * then the samples of the other seeds. The media of one budget come together or not at all; those of the largest
 * budget come in any case. The other seeds' nearest examples and reconstructions stay in their folders.
 */
export function collectMedia(
  trials: readonly FinishedTrial[],
  seeds: readonly number[],
  directory: (step: string) => string,
  limit: number,
): CollectedMedia {
  const kept = new Map<string, Partial<Record<Role, Media>>>();
  const dropped = new Map<Role, number>();
  let size = 0;
  for (const { role, trials: members } of groupsOf(trials, seeds)) {
    const read = members.map(({ step, result }) => ({
      step,
      media: readMedia(directory(step), result.files[role]!),
    }));
    const taken = read.reduce((sum, { media }) => sum + mediaSize(media), 0);
    if (size > 0 && size + taken > limit) {
      dropped.set(role, (dropped.get(role) ?? 0) + members.length);
      continue;
    }
    size += taken;
    for (const { step, media } of read) kept.set(step, { ...kept.get(step), [role]: media });
  }
  return {
    trials: trials.map((trial) => ({ ...trial, ...kept.get(trial.step) })),
    leftOut: [...dropped].map(
      ([role, count]) => `${role} of ${countOf(count, 'trial')}: they lie in the folders of their steps`,
    ),
  };
}

/** Groups in the order of their importance; those without files are left out. */
function groupsOf(trials: readonly FinishedTrial[], seeds: readonly number[]): Group[] {
  const budgets = [...new Set(trials.map(({ result }) => result.cell.budget))].sort((a, b) => b - a);
  // Largest, smallest, then the others from the large ones down.
  const ordered = budgets.length < 3 ? budgets : [budgets[0]!, budgets.at(-1)!, ...budgets.slice(1, -1)];
  const group = (role: Role, seed: number, budget: number): Group => ({
    role,
    trials: trials.filter(
      ({ result: { cell, files } }) =>
        cell.seed === seed && cell.budget === budget && files[role] !== undefined,
    ),
  });
  const [first, ...others] = seeds;
  if (first === undefined) return [];
  return [
    ...(['samples', 'nearest', 'reconstructions'] as const).flatMap((role) =>
      ordered.map((budget) => group(role, first, budget)),
    ),
    ...others.flatMap((seed) => ordered.map((budget) => group('samples', seed, budget))),
  ].filter((one) => one.trials.length > 0);
}
