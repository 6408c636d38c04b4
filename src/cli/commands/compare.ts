import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraftError } from '../../errors.ts';
import { metrics } from '../../metrics/index.ts';
import { evaluateCheckpoint } from '../../study/evaluate-checkpoint.ts';
import { defineCommand } from '../command.ts';
import { type Contestant, compareContestants, comparisonText } from '../comparison-table.ts';
import { computeOptions, seedOption } from '../compute-options.ts';
import { dataArgument, dataForm } from '../data-argument.ts';
import { inProcessContext } from '../in-process-context.ts';
import { overrideMap } from '../overrides.ts';
import { type ContestantSource, fromEvaluation, readContestants } from '../read-contestants.ts';
import { studyOptions, workspaceFolder } from '../study-options.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

export const compare = defineCommand({
  name: 'compare',
  summary: 'put checkpoints or finished studies side by side in one table',
  description:
    'Takes checkpoints, which are evaluated alike on --data, and results that are there: studies (folder, name or results.json) and evaluations. Values stand in one column only where they differ by the models alone: same data, representation, number of items, k and feature network. * marks the best mean; nothing is claimed by it: for claims, run a study.',
  arguments: [
    { name: 'CHECKPOINT|RESULTS', summary: 'two or more, or one study', required: true, many: true },
  ],
  options: {
    data: { kind: 'text', value: 'SET', summary: `checkpoints: what they are evaluated on: ${dataForm}` },
    metric: { kind: 'list', short: 'm', value: 'NAME', summary: 'only these metrics' },
    json: { kind: 'flag', summary: 'print one JSON object' },
    workspace: studyOptions.workspace,
    ...seedOption,
    ...computeOptions,
  },
  overrides: 'checkpoints: how much is measured: evaluation.items=1000 sampling.count=1000',
  examples: [
    { line: 'graft compare my-vae adapted --data kmnist', does: 'two checkpoints on one data set' },
    { line: 'graft compare study-a study-b --metric nll kid', does: 'the cells of two studies' },
  ],
  async run({ arguments: words, options, overrides }, terminal) {
    for (const name of options.metric)
      if (!Object.hasOwn(metrics, name))
        throw usageError('compare', 'unknown-name', {
          kind: 'metric',
          received: name,
          allowed: Object.keys(metrics),
          where: '--metric',
        });
    const workspace = workspaceFolder(options.workspace, terminal);
    const sources: ContestantSource[] = [];
    for (const word of words) sources.push(await readContestants(word, workspace, terminal));
    const { data } = options;
    if (data === undefined && sources.some(({ kind }) => kind === 'checkpoint'))
      throw usageError('compare', 'missing-argument', {
        command: 'graft compare with checkpoints',
        argument: '--data SET',
        meaning: 'what they are evaluated on',
      });
    const target =
      data === undefined
        ? undefined
        : checkingUsage('compare', () => dataArgument(data, [], terminal, '--data'));
    const contestants: Contestant[] = [];
    for (const source of sources) {
      if (source.kind === 'results') contestants.push(...source.contestants);
      else {
        terminal.say(source.label);
        const folder = mkdtempSync(join(tmpdir(), 'graft-compare-'));
        try {
          const evaluation = await evaluateCheckpoint(
            {
              checkpoint: source.folder,
              label: source.label,
              target: target!,
              unseen: [],
              seed: options.seed,
              settings: overrideMap(overrides),
            },
            terminal.environment.GRAFT_DATA,
            inProcessContext(folder, options, terminal),
          );
          contestants.push(fromEvaluation(evaluation, source.label));
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }
    }
    const blocks = compareContestants(contestants, options.metric);
    if (blocks.every(({ columns }) => columns.length === 0))
      throw new GraftError('bad-data', {
        what: 'comparison',
        problem: 'nothing was measured on a target by any of these',
        ...(options.metric.length === 0 ? {} : { hint: 'Ask for other --metric.' }),
      });
    if (options.json) terminal.out(JSON.stringify(blocks, null, 2));
    else terminal.out(comparisonText(blocks));
    if (blocks.length > 1)
      terminal.say('note: these were measured on different targets, which are not compared.');
    return 0;
  },
});
