import { defineCommand } from '../command.ts';
import { planText } from '../plan-text.ts';
import { prepareRun } from '../prepare-run.ts';
import { planOf, readStudy } from '../read-study.ts';
import { studyOptions, workspaceFolder } from '../study-options.ts';
import { resultColours } from '../terminal.ts';

export const plan = defineCommand({
  name: 'plan',
  summary: 'say what a study will do, how long it takes and what it needs',
  description:
    'Checks a study file and its data, and prints the steps with the predicted time, memory and disk. Nothing is trained or written. The prediction rests on a short measurement of this machine.',
  arguments: [{ name: 'STUDY', summary: 'study file (YAML or JSON)', required: true }],
  options: {
    json: { kind: 'flag', summary: 'print one JSON object with all steps' },
    ...studyOptions,
  },
  overrides: 'any key of the study file, dotted: training.steps=100 seeds=5 budgets=[25,50]',
  examples: [
    { line: 'graft plan study.yaml', does: 'what will happen' },
    { line: 'graft plan study.yaml seeds=10 training.steps=2000', does: 'and with more seeds and updates' },
  ],
  async run({ arguments: [file], options, overrides }, terminal) {
    const study = readStudy('plan', file!, overrides, terminal);
    const planned = await planOf(study, terminal);
    const settings = { ...options, workspace: workspaceFolder(options.workspace, terminal) };
    const prepared = await prepareRun(planned, settings, terminal);
    if (options.json) {
      const { name, steps, trials, spec } = planned;
      terminal.out(
        JSON.stringify(
          {
            name,
            predicted: prepared.left,
            done: prepared.done.size,
            warnings: prepared.warnings,
            steps: steps.map(({ id, kind, label, needs, estimate }) => ({
              id,
              kind,
              label,
              needs,
              estimate,
              done: prepared.done.has(id),
            })),
            trials,
            spec,
          },
          null,
          2,
        ),
      );
      return 0;
    }
    const { threads, device } = options;
    terminal.out(
      planText(
        planned,
        prepared.left,
        { done: prepared.done.size, workers: prepared.workers, threads, device },
        prepared.warnings,
        resultColours(terminal),
      ),
    );
    return 0;
  },
});
