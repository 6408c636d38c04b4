import { countOf } from '../study/format-number.ts';
import type { FinishedTrial } from '../study/trial-table.ts';
import { mediaSize, readMedia } from './read-media.ts';
import type { Media, ReportTrial } from './report-data.ts';

type Role = 'samples' | 'nearest' | 'reconstructions';
const roles: readonly Role[] = ['samples', 'nearest', 'reconstructions'];

/** Trials with their media, and what had to be left out. */
export interface CollectedMedia {
  readonly trials: readonly ReportTrial[];
  readonly leftOut: readonly string[];
}

/**
 * Reads what there is to look at of each trial, until `limit` bytes are reached: first the samples of the first seed,
 * its nearest training examples and reconstructions, then the samples of the other seeds. The other seeds' nearest
 * examples and reconstructions stay in their folders.
 */
export function collectMedia(
  trials: readonly FinishedTrial[],
  seeds: readonly number[],
  directory: (step: string) => string,
  limit: number,
): CollectedMedia {
  const kept = new Map<string, Partial<Record<Role, Media>>>();
  const wanted: { trial: FinishedTrial; role: Role }[] = [];
  for (const role of roles)
    for (const trial of trials) if (trial.result.cell.seed === seeds[0]) wanted.push({ trial, role });
  for (const seed of seeds.slice(1))
    for (const trial of trials) if (trial.result.cell.seed === seed) wanted.push({ trial, role: 'samples' });
  let size = 0;
  const dropped = new Map<Role, number>();
  for (const { trial, role } of wanted) {
    const file = trial.result.files[role];
    if (file === undefined) continue;
    const media = readMedia(directory(trial.step), file);
    if (size + mediaSize(media) > limit) {
      dropped.set(role, (dropped.get(role) ?? 0) + 1);
      continue;
    }
    size += mediaSize(media);
    kept.set(trial.step, { ...kept.get(trial.step), [role]: media });
  }
  return {
    trials: trials.map((trial) => ({ ...trial, ...kept.get(trial.step) })),
    leftOut: [...dropped].map(
      ([role, count]) => `${role} of ${countOf(count, 'trial')}: they lie in the folders of their steps`,
    ),
  };
}
