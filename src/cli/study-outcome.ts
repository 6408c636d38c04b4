import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { collectReport } from '../report/collect-report.ts';
import type { ReportData, Resources } from '../report/report-data.ts';
import type { StepRecord } from '../store/step-record.ts';
import type { StoreReader } from '../store/store.ts';
import type { TrialResult } from '../study/trial-result.ts';
import type { StudyFacts } from './study-facts.ts';

/** The report of a study from what its steps left behind. */
export async function studyReport(
  facts: StudyFacts,
  stepIds: readonly string[],
  store: StoreReader,
): Promise<{ report: ReportData; records: readonly StepRecord[] }> {
  const records = await store.steps(stepIds);
  const directory = (id: string) => store.workspace.step(id);
  return {
    records,
    report: collectReport({
      ...facts,
      steps: records,
      directory,
      actual: actualResources(records, directory),
    }),
  };
}

/**
 * What a study really took: the time during which at least one of its steps ran (so that pauses between runs do not
 * count), the largest peak of a worker, and the bytes of its steps' folders.
 */
function actualResources(records: readonly StepRecord[], directory: (id: string) => string): Resources {
  const finished = records.filter(({ finishedAt }) => finishedAt !== null);
  const spans = finished
    .map(({ finishedAt, seconds }) => [finishedAt! - 1000 * seconds.wall, finishedAt!] as const)
    .sort((a, b) => a[0] - b[0]);
  let [milliseconds, until] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of spans) {
    milliseconds += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  const memory = finished.flatMap(({ kind, state, result }) =>
    kind === 'trial' && state === 'done' ? [(result as unknown as TrialResult).cost.peakMemory] : [],
  );
  return {
    wallSeconds: milliseconds / 1000,
    memory: Math.max(0, ...memory),
    disk: finished.reduce((sum, { id }) => sum + folderSize(directory(id)), 0),
  };
}

function folderSize(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    // A folder that was removed takes no room.
    return 0;
  }
}
