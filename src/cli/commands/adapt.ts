import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { largestBudget } from '../../data/budget.ts';
import type { DataSpec } from '../../data/data-spec.ts';
import { examplesOf, prepareData } from '../../data/prepare-data.ts';
import { GraftError } from '../../errors.ts';
import { makeFolder } from '../../formats/atomic-file.ts';
import { loadCheckpoint, saveCheckpoint } from '../../models/checkpoint.ts';
import { adapterFiles } from '../../models/hugging-face/peft.ts';
import { stream } from '../../random.ts';
import { formatDuration } from '../../report/format-quantity.ts';
import { countOf } from '../../study/format-number.ts';
import { planStudy } from '../../study/plan-study.ts';
import { parseStudy, studySpec } from '../../study/study-spec.ts';
import type { TrialResult } from '../../study/trial-result.ts';
import { defineCommand } from '../command.ts';
import { computeOptions, seedOption } from '../compute-options.ts';
import { commandData, dataArgument, dataForm } from '../data-argument.ts';
import { localModel } from '../local-model.ts';
import { measurementTable } from '../measurement-table.ts';
import { namingArguments } from '../naming-arguments.ts';
import { applyOverrides, type Override } from '../overrides.ts';
import { checkModelFolder, checkReplacedModels, failureOf, runSteps } from '../run-steps.ts';
import { showNumber } from '../show-number.ts';
import { shownPath, studyOptions, workerCount } from '../study-options.ts';
import type { Terminal } from '../terminal.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

export const adapt = defineCommand({
  name: 'adapt',
  summary: 'adapt a checkpoint to data with one technique',
  description:
    'Adapts a model with a technique on a budget of examples, chooses the learning rate by validation unless one is given, measures the result on test data and saves it as a checkpoint. It is one cell of a study: to compare techniques, write a study file (graft init).',
  arguments: [
    {
      name: 'CHECKPOINT',
      summary: 'folder with config.json and model.safetensors, or hub:ORG/NAME',
      required: true,
    },
  ],
  options: {
    data: { kind: 'text', value: 'SET', summary: `where it must work (needed): ${dataForm}` },
    technique: {
      kind: 'text',
      value: 'NAME',
      summary: 'technique, with options as a YAML map: "fine-tune: { schedule: cosine }"',
      fallback: 'fine-tune',
    },
    budget: {
      kind: 'number',
      value: 'N',
      summary: 'examples that it may look at, validation included (default: all of the training part)',
      whole: true,
      least: 2,
    },
    out: { kind: 'text', short: 'o', value: 'FOLDER', summary: 'where the checkpoint goes (needed)' },
    force: { kind: 'flag', summary: 'replace another model that is in the folder of --out' },
    source: {
      kind: 'text',
      value: 'SET',
      summary: 'what it was trained on, to measure what it forgets',
    },
    json: { kind: 'flag', summary: 'print the result as one JSON object' },
    ...seedOption,
    workers: studyOptions.workers,
    ...computeOptions,
  },
  overrides: 'keys of training and of a study: steps=600 learningRate=0.001 batch=32 evaluation.items=1000',
  examples: [
    {
      line: 'graft adapt my-vae --data kmnist --technique fine-tune --budget 100 --out my-kmnist-vae',
      does: 'from 100 examples',
    },
    {
      line: 'graft adapt my-vae --data ./photos --technique gradual-unfreezing --out mine learningRate=0.001',
      does: 'with a rate fixed by hand',
    },
  ],
  stopsInOrder: true,
  async run({ arguments: [folder], options, overrides }, terminal) {
    const { data, out: written } = options;
    if (data === undefined || written === undefined)
      throw usageError('adapt', 'missing-argument', {
        command: 'graft adapt',
        argument: data === undefined ? '--data SET' : '--out FOLDER',
        meaning: data === undefined ? 'where the model must work' : 'where the checkpoint goes',
      });
    const out = resolve(terminal.directory, written);
    checkModelFolder(out);
    const target = checkingUsage('adapt', () => dataArgument(data, [], terminal, '--data'));
    const source = options.source;
    const study = {
      name: 'adapt',
      target,
      ...(source === undefined
        ? {}
        : { source: checkingUsage('adapt', () => dataArgument(source, [], terminal, '--source')) }),
      models: [{ checkpoint: await localModel(folder!, terminal), label: basename(resolve(folder!)) }],
      techniques: [checkingUsage('adapt', () => parse(options.technique) as unknown)],
      budgets: [options.budget ?? (await wholeBudget(target, options.seed, terminal))],
      // A reported seed has to be one of those that tuning does not use.
      seeds: [options.seed],
    };
    const places = {
      models: folder!,
      target: '--data',
      source: '--source',
      techniques: '--technique',
      budgets: '--budget',
      seeds: '--seed',
    };
    const plan = await namingArguments(places, () =>
      planStudy(studyOf(study, overrides), terminal.directory, terminal.environment.GRAFT_DATA),
    );
    if (!options.force) checkReplacedModels(out, [{ step: plan.trials[0]!.step, to: out }]);
    const { threads, device } = options;
    const { records, interrupted, directory } = await runSteps(
      plan.steps,
      {
        title: `${basename(out)}`,
        out,
        command: `graft adapt ${folder}`,
        base: terminal.directory,
        workers: Math.min(workerCount(options.workers, threads), plan.steps.length),
        threads,
        device,
      },
      terminal,
    );
    if (interrupted && terminal.signal.aborted) {
      terminal.say('Stopped. Run it again to go on.');
      return 130;
    }
    const failure = failureOf(records);
    if (failure !== undefined) throw failure;
    const trial = plan.trials[0]!.step;
    const result = records.find(({ id }) => id === trial)!.result as unknown as TrialResult;
    copyResult(directory(trial), result, out);
    if (options.json) terminal.out(JSON.stringify({ folder: out, ...result }, null, 2));
    else {
      const { cost, cell, learningRate, converged } = result;
      terminal.out(
        `${shownPath(out, terminal)}  ${cell.technique} on ${showNumber(cell.budget)} examples: ${showNumber(cost.steps)} updates at rate ${learningRate} in ${formatDuration(cost.trainingSeconds)}${converged ? '' : '; validation was still improving at the end, or stages were left'}`,
      );
      terminal.out(measurementTable(result.measurements));
      for (const text of [...result.notes, ...result.warnings]) terminal.say(`note: ${text}`);
    }
    return 0;
  },
});

/** The study of one cell, with bare keys of `training` put where they belong. */
function studyOf(study: Record<string, unknown>, overrides: readonly Override[]) {
  const training = Object.keys(studySpec.shape.training.unwrap().shape);
  const top = ['training', 'evaluation', 'sampling', 'evaluate_on', 'values', 'primary', 'context'];
  return checkingUsage('adapt', () => {
    const placed = overrides.map(({ key, value }) => {
      const first = key.split('.')[0]!;
      if (top.includes(first)) return { key, value };
      if (training.includes(first)) return { key: `training.${key}`, value };
      throw usageError('adapt', 'unknown-name', {
        kind: 'setting',
        received: first,
        allowed: [...training, ...top],
        where: 'graft adapt',
      });
    });
    return parseStudy(applyOverrides(study, placed), 'command line');
  });
}

/** All that the training part of the target has. */
async function wholeBudget(target: DataSpec, seed: number, terminal: Terminal): Promise<number> {
  const prepared = await prepareData(target, commandData(terminal), { where: '--data' });
  const pool = examplesOf(prepared.train, prepared.window);
  const most = largestBudget(pool, stream(seed).child('budget'));
  if (most > 0) return most;
  throw new GraftError('bad-data', {
    what: `data set '${prepared.name}'`,
    problem: `its training part of ${countOf(pool.count, 'example')} is too small for a budget, of which 5 go to validation`,
    where: '--data',
  });
}

function copyResult(step: string, { files }: TrialResult, out: string): void {
  const checkpoint = join(step, files.checkpoint);
  for (const file of [files.samples, files.nearest, files.reconstructions])
    if (file !== undefined && existsSync(join(step, file)))
      copyFileSync(join(step, file), join(out, relative('.', file)));
  const adapter = join(step, 'adapter');
  if (existsSync(adapter)) {
    makeFolder(join(out, 'adapter'));
    for (const file of Object.values(adapterFiles))
      copyFileSync(join(adapter, file), join(out, 'adapter', file));
  }
  saveCheckpoint(out, loadCheckpoint(checkpoint), readFileSync(join(checkpoint, 'README.md'), 'utf8'));
}
