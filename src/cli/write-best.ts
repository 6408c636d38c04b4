import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeError, writeFileAtomic } from '../formats/atomic-file.ts';
import { loadCheckpoint } from '../models/checkpoint.ts';
import type { ReportData } from '../report/report-data.ts';
import type { Workspace } from '../store/workspace.ts';
import type { TrialResult } from '../study/trial-result.ts';
import { writeExport } from './commands/export.ts';

const MARK = 'trial.json';

/**
 * The winning model of a study in `<study>/best`: its checkpoint with the model card, ONNX programs in `onnx/`, and in
 * `trial.json` which trial it is. Left alone where it is that already. Undefined where there is no winner.
 */
export function writeBest(
  { best, trials }: ReportData,
  workspace: Workspace,
  study: string,
): string | undefined {
  if (best === null) return undefined;
  const result = trials.find(({ step }) => step === best.step)!.result;
  const folder = join(workspace.study(study), 'best');
  const mark = `${JSON.stringify({ step: best.step, cell: best.cell, weightsHash: result.weightsHash }, null, 2)}\n`;
  if (isCurrent(folder, mark)) return folder;
  const draft = join(workspace.study(study), `.best-${process.pid}`);
  try {
    rmSync(draft, { recursive: true, force: true });
    makeFolder(draft);
    copyCheckpoint(workspace.step(best.step), result, draft);
    writeExport(loadCheckpoint(draft), join(draft, 'onnx'));
    writeFileAtomic(join(draft, MARK), mark);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw writeError(error, folder);
  }
  return folder;
}

function copyCheckpoint(step: string, { files }: TrialResult, to: string): void {
  cpSync(join(step, files.checkpoint), to, { recursive: true });
  for (const file of [files.samples, files.nearest, files.reconstructions])
    if (file !== undefined && existsSync(join(step, file))) cpSync(join(step, file), join(to, file));
}

function isCurrent(folder: string, mark: string): boolean {
  try {
    return readFileSync(join(folder, MARK), 'utf8') === mark;
  } catch {
    return false;
  }
}
