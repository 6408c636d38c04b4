import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { GraftError } from '../errors.ts';
import type { ReportData } from '../report/report-data.ts';
import { openStoreForReading } from '../store/open-store.ts';
import type { Evaluation } from '../study/evaluate-checkpoint.ts';
import type { Contestant } from './comparison-table.ts';
import { findStudy } from './find-study.ts';
import { studyReport } from './study-outcome.ts';
import type { Terminal } from './terminal.ts';

/** What a word on the command line of a comparison names. */
export type ContestantSource =
  | { readonly kind: 'checkpoint'; readonly folder: string; readonly label: string }
  | {
      readonly kind: 'results';
      readonly contestants: readonly Contestant[];
      /** Of a study: its name and the metric that decides in it. */
      readonly study?: { readonly name: string; readonly primary?: string };
    };

/** Finds out what a person named: a checkpoint, a study (by folder, name or results.json) or an evaluation. */
export async function readContestants(
  written: string,
  workspace: string,
  terminal: Terminal,
): Promise<ContestantSource> {
  const path = resolve(terminal.directory, written);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (existsSync(path) && !isFolder) return fromFile(path, terminal);
  // What a trial or a run leaves has its model in a folder of its own.
  for (const folder of [path, join(path, 'checkpoint')])
    if (isFolder && existsSync(join(folder, 'config.json')))
      return { kind: 'checkpoint', folder, label: shortName(path, terminal) };
  if (isFolder && existsSync(join(path, 'evaluation.json')))
    return fromFile(join(path, 'evaluation.json'), terminal);
  const found = findStudy(written, workspace, terminal);
  const store = await openStoreForReading(found.workspace);
  try {
    const { report } = await studyReport(found.record.facts, found.record.steps, store);
    return fromReport(report, found.name);
  } finally {
    await store.close();
  }
}

function fromFile(path: string, terminal: Terminal): ContestantSource {
  let value: Partial<ReportData & Evaluation> | null;
  try {
    value = JSON.parse(readFileSync(path, 'utf8')) as Partial<ReportData & Evaluation> | null;
  } catch (cause) {
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
  if (value?.format === 1 && value.study !== undefined)
    return fromReport(value as ReportData, value.study.name);
  if (value?.suitability !== undefined && value.measurements !== undefined)
    return {
      kind: 'results',
      contestants: [fromEvaluation(value as Evaluation, shortName(dirname(path), terminal))],
    };
  throw new GraftError('bad-file', {
    path,
    format: 'result of Graft',
    problem: 'it is neither the results of a study nor an evaluation',
    hint: 'Name results.json of a study, evaluation.json, or their folders.',
  });
}

/** Every cell of a study, its seeds together. */
function fromReport({ trials, data, matrix, comparison }: ReportData, study: string): ContestantSource {
  const target = data.find(({ role }) => role === 'target');
  const name = `${target?.name ?? 'unknown'} (${target?.hash.slice(0, 8) ?? 'no hash'})`;
  const contestants = matrix.models.flatMap((model) =>
    matrix.budgets.flatMap((budget) =>
      matrix.techniques.flatMap(({ label }): Contestant[] => {
        const found = trials.filter(
          ({ result: { cell } }) =>
            cell.model === model && cell.technique === label && cell.budget === budget,
        );
        if (found.length === 0) return [];
        const place = matrix.models.length > 1 ? `${model}, ` : '';
        return [
          {
            label: `${study}: ${place}${label}, ${budget}`,
            target: name,
            runs: found.map(({ result }) => result.measurements),
          },
        ];
      }),
    ),
  );
  const primary = comparison?.primary.metric;
  return {
    kind: 'results',
    contestants,
    study: { name: study, ...(primary === undefined ? {} : { primary }) },
  };
}

/** An evaluation as a contestant. */
export function fromEvaluation(evaluation: Evaluation, label: string): Contestant {
  const { target, targetHash, measurements, items, units } = evaluation;
  return { label, target: `${target} (${targetHash.slice(0, 8)})`, runs: [measurements], items, units };
}

function shortName(path: string, terminal: Terminal): string {
  const from = relative(terminal.directory, path);
  return from === '' || from.startsWith('..') ? basename(path) : from;
}
