import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgressAction } from '../../queue/progress.ts';
import { runPlan } from '../../queue/run-plan.ts';
import { describeEnvironment } from '../../report/describe-environment.ts';
import { formatDuration } from '../../report/format-quantity.ts';
import type { ReportData } from '../../report/report-data.ts';
import { terminalTable } from '../../report/terminal-table.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { countOf } from '../../study/format-number.ts';
import type { Json } from '../../study/step.ts';
import type { StudyPlan } from '../../study/study-plan.ts';
import type { TrialResult } from '../../study/trial-result.ts';
import type { FinishedTrial } from '../../study/trial-table.ts';
import { defineCommand } from '../command.ts';
import { wrap } from '../help.ts';
import { inOrder } from '../in-order.ts';
import { leaderOf } from '../leader.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { planText } from '../plan-text.ts';
import { type PreparedRun, prepareRun, type RunSettings } from '../prepare-run.ts';
import { progressDisplay } from '../progress-display.ts';
import { planOf, readStudy } from '../read-study.ts';
import { showNumber } from '../show-number.ts';
import { studyFacts } from '../study-facts.ts';
import { shownPath, studyOptions, workspaceFolder } from '../study-options.ts';
import { studyReport } from '../study-outcome.ts';
import { readStudyRecord, writeStudyRecord } from '../study-record.ts';
import { messageColours, resultColours, type Terminal } from '../terminal.ts';
import { builtFrom, packageVersion, version } from '../version.ts';
import { writeBest } from '../write-best.ts';
import { type ReportFiles, reportFormats, writeReports } from '../write-reports.ts';

export const run = defineCommand({
  name: 'run',
  summary: 'run a study, or go on with it, and report what it found',
  description:
    'Prints the plan, runs the steps that are not finished in worker processes, and ends with a table, the verdict, the winning model in best/ and report.html. Stopped by Ctrl-C or killed at any moment, it goes on where it was when it is run again; what is finished is never repeated. The exit code is 0 when every step is done, 1 when some failed, 130 after Ctrl-C.',
  arguments: [{ name: 'STUDY', summary: 'study file (YAML or JSON)', required: true }],
  options: {
    open: { kind: 'flag', summary: 'open the report in the browser, where there is one' },
    json: { kind: 'flag', summary: 'print the report as one JSON object instead of the table' },
    ...studyOptions,
  },
  overrides: 'any key of the study file, dotted: training.steps=100 seeds=5 budgets=[25,50]',
  examples: [
    { line: 'graft run study.yaml --open', does: 'run it and show the report' },
    { line: 'graft run study.yaml seeds=5 --workers 1', does: 'with five seeds, one step at a time' },
  ],
  stopsInOrder: true,
  async run({ arguments: [file], options, overrides }, terminal) {
    const study = readStudy('run', file!, overrides, terminal);
    const plan = await planOf(study, terminal);
    const { threads, device } = options;
    const settings = { ...options, workspace: workspaceFolder(options.workspace, terminal) };
    const prepared = await prepareRun(plan, settings, terminal);
    const status = { done: prepared.done.size, workers: prepared.workers, threads, device };
    const colours = messageColours(terminal);
    terminal.say(planText(plan, prepared.left, status, prepared.warnings, colours));
    terminal.say('');
    const store = await openStore(settings.workspace, `graft run ${file}`);
    try {
      return await runStudy(plan, prepared, settings, study.base, store, options, terminal);
    } finally {
      await store.close();
    }
  },
});

async function runStudy(
  plan: StudyPlan,
  prepared: PreparedRun,
  settings: RunSettings,
  base: string,
  store: Store,
  options: { readonly open: boolean; readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const { name, steps } = plan;
  const ids = steps.map(({ id }) => id);
  await store.saveStudy({ name, spec: JSON.parse(JSON.stringify(plan.spec)) as Json, steps: ids });
  const folder = store.workspace.study(name);
  const facts = await studyFacts(plan, {
    // What was predicted before anything ran is what the report is to be held to.
    predicted: readStudyRecord(folder, ids)?.facts.predicted ?? {
      wallSeconds: prepared.prediction.wallSeconds,
      memory: prepared.prediction.workerMemory,
      disk: prepared.prediction.disk,
    },
    environment: environmentOf(settings, prepared.workers),
  });
  writeStudyRecord(folder, { steps: ids, facts });

  const outcome = await withProgress(plan, prepared, settings, base, store, terminal);
  const { report, records } = await studyReport(facts, ids, store);
  const failed = records.filter(({ state }) => state === 'failed');
  const done = records.filter(({ state }) => state === 'done').length;
  if (outcome.interrupted && failed.length + done < ids.length) {
    terminal.say(
      `Stopped with ${showNumber(done)} of ${showNumber(ids.length)} steps done. Run it again to go on.`,
    );
    return terminal.signal.aborted ? 130 : 1;
  }
  const best = writeBest(report, store.workspace, name);
  const files = writeReports(report, folder);
  if (options.json) terminal.out(reportFormats.json(report).trimEnd());
  else printOutcome(report, best, files, terminal);
  for (const { label, failure } of failed.slice(0, 10))
    terminal.say(`failed: ${label}: ${failure?.message ?? 'no reason was recorded'}`);
  if (failed.length > 0)
    terminal.say(
      `${countOf(failed.length, 'step')} of ${showNumber(ids.length)} failed; run it again to retry.`,
    );
  if (options.open) await openInBrowser(files.html, terminal);
  return failed.length === 0 && done === ids.length ? 0 : 1;
}

async function withProgress(
  plan: StudyPlan,
  { workers, predict }: PreparedRun,
  { threads, device }: RunSettings,
  base: string,
  store: Store,
  terminal: Terminal,
): Promise<{ interrupted: boolean }> {
  const trials: FinishedTrial[] = [];
  const results = new Map<string, TrialResult>();
  const isTrial = new Set(plan.trials.map(({ step }) => step));
  const display = progressDisplay(plan.name, terminal, (id) => {
    const result = results.get(id);
    if (result === undefined) return undefined;
    const leading = leaderOf([{ step: id, result }], plan.primary);
    return leading === undefined ? undefined : `${leading.metric} ${showNumber(leading.mean)}`;
  });
  const note = (id: string, result: TrialResult) => {
    results.set(id, result);
    trials.push({ step: id, result });
    display.lead(leaderOf(trials, plan.primary));
  };
  for (const record of await store.steps([...isTrial]))
    if (record.state === 'done') note(record.id, record.result as unknown as TrialResult);
  // Reading a result takes a moment.
  const shown = inOrder<ProgressAction>(async (action) => {
    if (action.type === 'finished' && isTrial.has(action.id)) {
      const [record] = await store.steps([action.id]);
      if (record?.state === 'done') note(action.id, record.result as unknown as TrialResult);
    }
    display.act(action);
  });
  try {
    const outcome = await runPlan(plan.steps, store, {
      workers,
      threads,
      device,
      base,
      signal: terminal.signal,
      killSignal: terminal.killSignal,
      predict,
      onAction: shown.push,
    });
    await shown.done();
    return outcome;
  } finally {
    // Where the run ended with an error, that one is told.
    await shown.done().catch(() => {});
    display.end();
  }
}

function environmentOf({ threads, device }: RunSettings, workers: number) {
  const packages = ['onnxruntime-node', 'sharp'];
  const commit = builtFrom();
  return describeEnvironment({
    versions: {
      Graft: version(),
      ...(commit === undefined ? {} : { commit }),
      ...Object.fromEntries(packages.map((name) => [name, packageVersion(name)])),
    },
    workers,
    threadsPerWorker: threads,
    device,
  });
}

function printOutcome(
  report: ReportData,
  best: string | undefined,
  files: ReportFiles,
  terminal: Terminal,
): void {
  const colours = resultColours(terminal);
  const width = Math.min(100, terminal.screen.columns);
  terminal.out(terminalTable(report, { colour: terminal.screen.colour.results, width }));
  if (report.verdict !== null) {
    terminal.out(`\n${colours.bold('Verdict')}`);
    const { sentences } = report.verdict;
    const scope = sentences.find(({ kind }) => kind === 'scope');
    const shown = sentences.filter(
      (sentence) => ['models', 'recommendation'].includes(sentence.kind) || sentence === scope,
    );
    for (const { text } of shown) terminal.out(`- ${wrap(text, width - 2).replaceAll('\n', '\n  ')}`);
    if (shown.length < sentences.length)
      terminal.out(
        colours.dim(
          `  ${countOf(sentences.length - shown.length, 'further sentence')} with the evidence in the report`,
        ),
      );
  }
  terminal.out('');
  const { predicted, actual } = report.cost;
  if (predicted !== null)
    terminal.out(
      `time     ${formatDuration(actual.wallSeconds)} (predicted ${formatDuration(predicted.wallSeconds)})`,
    );
  if (best !== undefined) {
    terminal.out(`best     ${shownPath(best, terminal)}`);
    // What the trial drew lies beside its model, where that makes samples.
    const draws = ['samples.png', 'samples.json'].some((file) => existsSync(join(best, file)));
    const ending = report.study.kind === 'image' ? 'png' : report.study.item === 'tune' ? 'mid' : 'txt';
    if (draws)
      terminal.out(`         graft sample ${shownPath(best, terminal)} --count 16 --out samples.${ending}`);
  }
  terminal.out(`report   ${shownPath(files.html, terminal)}`);
}
