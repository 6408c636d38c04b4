import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraftError } from '../../errors.ts';
import { inScratchFolder } from '../../formats/scratch-folder.ts';
import { metrics } from '../../metrics/index.ts';
import { evaluateCheckpoint } from '../../study/evaluate-checkpoint.ts';
import { defineCommand } from '../command.ts';
import { type Contestant, compareContestants, comparisonText } from '../comparison-table.ts';
import { computeOptions, seedOption } from '../compute-options.ts';
import { dataArgument, dataForm } from '../data-argument.ts';
import { inProcessContext } from '../in-process-context.ts';
import { namingArguments } from '../naming-arguments.ts';
import { overrideMap } from '../overrides.ts';
import { type ContestantSource, fromEvaluation, readContestants } from '../read-contestants.ts';
import { studyOptions, workspaceFolder } from '../study-options.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

export const compare = defineCommand({
  name: 'compare',
  summary: 'put checkpoints or finished studies side by side in one table',
  description:
    'Takes checkpoints (or folders of runs that hold one), which are evaluated alike on the same items of --data, and results that are there: studies (folder, name or results.json) and evaluations. Values stand in one column only where they differ by the models alone: same data, number of items, k and feature network; metrics on unlike representations are left out, and refused where --metric asks for them. ± is half of the 95 % t interval of a mean over seeds, as in reports; * marks the best mean; nothing is claimed by either. Checkpoints with a likelihood are also compared with the first, item by item; items of one group (typeface, file) count as one, as do neighbouring windows of running text. Studies alone are compared in their primary metric.',
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
  stopsInOrder: true,
  overrides: 'checkpoints: how much is measured: evaluation.items=1000 sampling.count=1000',
  examples: [
    { line: 'graft compare my-vae adapted --data kmnist', does: 'two checkpoints on one data set' },
    { line: 'graft compare study-a study-b', does: 'the cells of two studies in their primary metric' },
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
        const evaluation = await inScratchFolder(join(tmpdir(), 'graft-compare-'), (folder) =>
          namingArguments({ models: source.label, target: '--data' }, () =>
            evaluateCheckpoint(
              {
                checkpoint: source.folder,
                label: source.label,
                target: target!,
                unseen: [],
                targetOnly: true,
                seed: options.seed,
                settings: overrideMap(overrides),
              },
              terminal.environment.GRAFT_DATA,
              inProcessContext(folder, options, terminal),
            ),
          ),
        );
        contestants.push(fromEvaluation(evaluation, source.label));
      }
    }
    const blocks = compareContestants(contestants, metricsOf(options.metric, sources));
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

/** The metrics that are compared: those asked for; of studies alone the primary one, which they must share; else all. */
function metricsOf(asked: readonly string[], sources: readonly ContestantSource[]): readonly string[] {
  if (asked.length > 0) return asked;
  const studies = sources.flatMap((one) =>
    one.kind === 'results' && one.study !== undefined ? [one.study] : [],
  );
  if (studies.length < sources.length) return [];
  const [first, ...others] = studies;
  const other = others.find(({ primary }) => primary !== first!.primary);
  if (other !== undefined)
    throw new GraftError('conflict', {
      first: `study '${first!.name}' (primary metric ${first!.primary ?? 'none'})`,
      second: `study '${other.name}' (${other.primary ?? 'none'})`,
      reason: 'another metric decides in each; --metric names what both are compared in',
    });
  return first?.primary === undefined ? [] : [first.primary];
}
