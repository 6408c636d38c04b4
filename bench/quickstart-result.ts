import { openStoreForReading } from '../src/store/open-store.ts';
import type { PretrainResult, TuneResult } from '../src/study/step-inputs.ts';
import type { TrialResult } from '../src/study/trial-result.ts';

/** Where the time of a study went. Seconds of all workers together, but for `start` and `report`. */
export interface GraftSeconds extends Readonly<Record<string, number>> {
  /** From the program's start to that of the first step: reading, planning, starting workers. */
  readonly start: number;
  readonly pretrain: number;
  readonly tune: number;
  /** Training of trials. */
  readonly train: number;
  readonly measure: number;
  /** Of steps, besides training and measuring: checkpoints, cards. */
  readonly files: number;
  /** In which a worker had no step. */
  readonly idle: number;
  /** From the last step's end to the program's. */
  readonly report: number;
}

/** What a run of a study left in its workspace: times, and for each `technique, budget` the means over seeds. */
export async function readGraftRun(
  workspace: string,
  { began, ended }: { began: number; ended: number },
): Promise<{ seconds: GraftSeconds; cells: Map<string, Record<string, number>> }> {
  const store = await openStoreForReading(workspace);
  try {
    const [study] = await store.studies();
    const records = await store.steps(study!.steps);
    const unfinished = records.find(({ state }) => state !== 'done');
    if (unfinished !== undefined) throw new Error(`The step '${unfinished.label}' did not finish.`);
    const resultsOf = <T>(kind: string) =>
      records.filter((record) => record.kind === kind).map(({ result }) => result as unknown as T);
    const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
    const trials = resultsOf<TrialResult>('trial');
    const first = Math.min(...records.map(({ startedAt }) => startedAt!));
    const last = Math.max(...records.map(({ finishedAt }) => finishedAt!));
    const pretrain = sum(resultsOf<PretrainResult>('pretrain').map(({ seconds }) => seconds));
    const tune = sum(resultsOf<TuneResult>('tune').map(({ seconds }) => seconds));
    const train = sum(trials.map(({ cost }) => cost.trainingSeconds));
    const measure = sum(trials.map(({ cost }) => cost.measuringSeconds));
    const busy = sum(records.map(({ seconds }) => seconds.wall));
    return {
      seconds: {
        start: (first - began) / 1000,
        pretrain,
        tune,
        train,
        measure,
        files: busy - pretrain - tune - train - measure,
        idle: (2 * (last - first)) / 1000 - busy,
        report: (ended - last) / 1000,
      },
      cells: meansByCell(trials),
    };
  } finally {
    await store.close();
  }
}

/** Means over seeds, named as in the peer program's result. */
function meansByCell(trials: readonly TrialResult[]): Map<string, Record<string, number>> {
  const collected = new Map<string, Record<string, number[]>>();
  for (const { cell, measurements } of trials) {
    const key = `${cell.technique}, ${cell.budget}`;
    const lists = collected.get(key) ?? {};
    collected.set(key, lists);
    for (const { metric, value, on, split, features } of measurements) {
      const network = features?.network === 'pixels' ? undefined : features?.network;
      const judged = network === undefined ? metric : `${metric} ${network}`;
      const where = on === 'target' || network === undefined ? '' : ` on ${on}`;
      const name = metric === 'nll' ? `nll ${on}/${split}` : `${judged}${where}`;
      lists[name] ??= [];
      lists[name].push(value);
    }
  }
  return new Map(
    [...collected].map(([key, lists]) => [
      key,
      Object.fromEntries(
        Object.entries(lists).map(([name, list]) => [name, list.reduce((a, b) => a + b, 0) / list.length]),
      ),
    ]),
  );
}
