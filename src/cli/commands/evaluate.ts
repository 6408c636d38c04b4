import { basename, join, resolve } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../formats/atomic-file.ts';
import { evaluationMarkdown } from '../../report/evaluation-markdown.ts';
import { costRows, remarks, scaleRows } from '../../report/evaluation-tables.ts';
import { evaluationHtml } from '../../report/html/evaluation-html.ts';
import { type Evaluation, evaluateCheckpoint } from '../../study/evaluate-checkpoint.ts';
import { suitabilityText } from '../../study/suitability.ts';
import { defineCommand } from '../command.ts';
import { computeOptions, seedOption } from '../compute-options.ts';
import { dataArgument, dataForm } from '../data-argument.ts';
import { wrap } from '../help.ts';
import { inProcessContext } from '../in-process-context.ts';
import { localModel } from '../local-model.ts';
import { measurementTable } from '../measurement-table.ts';
import { namingArguments } from '../naming-arguments.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { overrideMap } from '../overrides.ts';
import { shownPath } from '../study-options.ts';
import { tableText } from '../table-text.ts';
import { checkingUsage, usageError } from '../usage-error.ts';
import { version } from '../version.ts';

const formats = ['all', 'html', 'md', 'json'] as const;

export const evaluate = defineCommand({
  name: 'evaluate',
  summary: 'measure a checkpoint on data, without training, and say whether it suits them',
  description:
    'Measures likelihood, reconstructions, samples and their quality, what they copy, and cost on the test part of a data set, the same on further sets, and on what the model was trained on where that is here. Judges from these numbers whether the model suits the data as it is. Images of another size or other channels are brought to what the model takes, and the report says how. Writes report.html, report.md and evaluation.json, with pictures beside them.',
  arguments: [
    {
      name: 'CHECKPOINT',
      summary: 'folder with config.json and model.safetensors, or hub:ORG/NAME',
      required: true,
    },
  ],
  options: {
    data: { kind: 'text', value: 'SET', summary: `where it must work (needed): ${dataForm}` },
    source: {
      kind: 'text',
      value: 'SET',
      summary: 'what it was trained on (default: what its model card names, where that is here)',
    },
    unseen: { kind: 'list', value: 'SET', summary: 'further data sets to measure on' },
    out: {
      kind: 'text',
      short: 'o',
      value: 'FOLDER',
      summary: 'where to write (default: CHECKPOINT/evaluation)',
    },
    format: {
      kind: 'choice',
      choices: formats,
      summary: 'which of report.html, report.md and evaluation.json to write',
      fallback: 'all',
    },
    json: { kind: 'flag', summary: 'print the evaluation as one JSON object' },
    open: { kind: 'flag', summary: 'open the report in the browser, where there is one' },
    ...seedOption,
    ...computeOptions,
  },
  stopsInOrder: true,
  overrides:
    'how much is measured: evaluation.items=1000 evaluation.importanceSamples=200 sampling.count=1000',
  examples: [
    { line: 'graft evaluate my-vae --data kmnist --source mnist', does: 'does a model of digits suit kana?' },
    { line: 'graft evaluate my-vae --data mnist --unseen kmnist fashion-mnist --json', does: 'for a script' },
  ],
  async run({ arguments: [folder], options, overrides }, terminal) {
    const { data, source } = options;
    if (data === undefined)
      throw usageError('evaluate', 'missing-argument', {
        command: 'graft evaluate',
        argument: '--data SET',
        meaning: 'where the model must work',
      });
    const read = (text: string, where: string) =>
      checkingUsage('evaluate', () => dataArgument(text, [], terminal, where));
    if (options.open && options.format !== 'all' && options.format !== 'html')
      throw usageError('evaluate', 'conflict', {
        first: '--open',
        second: `--format ${options.format}`,
        reason: 'only the HTML report is opened',
      });
    const checkpoint = await localModel(folder!, terminal);
    const out = resolve(terminal.directory, options.out ?? join(folder!, 'evaluation'));
    const settings = overrideMap(overrides);
    for (const key of Object.keys(settings))
      if (key !== 'evaluation' && key !== 'sampling')
        throw usageError('evaluate', 'unknown-name', {
          kind: 'setting',
          received: key,
          allowed: ['evaluation', 'sampling'],
          where: 'graft evaluate',
        });
    const request = {
      checkpoint,
      label: basename(checkpoint),
      target: read(data, '--data'),
      ...(source === undefined ? {} : { source: read(source, '--source') }),
      unseen: options.unseen.map((text) => read(text, '--unseen')),
      fitData: true,
      seed: options.seed,
      settings,
    };
    makeFolder(out);
    const places = {
      models: folder!,
      target: '--data',
      source: source === undefined ? "the set that the model's card names" : '--source',
      evaluate_on: '--unseen',
    };
    const evaluation = await namingArguments(places, () =>
      evaluateCheckpoint(request, terminal.environment.GRAFT_DATA, inProcessContext(out, options, terminal)),
    );
    const written = writeEvaluation(evaluation, options.format, out);
    if (options.json) terminal.out(JSON.stringify(evaluation, null, 2));
    else {
      const { measurements, suitability } = evaluation;
      const rows = [...scaleRows(evaluation), ...costRows(evaluation)];
      terminal.out(`${measurementTable(measurements)}\n`);
      terminal.out(`${tableText(['for scale, and cost', ''], rows, [1])}\n`);
      terminal.out(`${wrap(suitabilityText(suitability), Math.min(100, terminal.screen.columns))}\n`);
      for (const text of remarks(evaluation)) terminal.say(`note: ${text}`);
      for (const file of written) terminal.out(shownPath(file, terminal));
    }
    if (options.open) await openInBrowser(join(out, 'report.html'), terminal);
    return 0;
  },
});

/** Writes the evaluation in the formats asked for; the files' paths. */
function writeEvaluation(evaluation: Evaluation, format: (typeof formats)[number], out: string): string[] {
  const makers = {
    html: ['report.html', () => evaluationHtml(evaluation, out, version())],
    md: ['report.md', () => evaluationMarkdown(evaluation)],
    json: ['evaluation.json', () => `${JSON.stringify(evaluation, null, 2)}\n`],
  } as const;
  const chosen = format === 'all' ? Object.values(makers) : [makers[format]];
  return chosen.map(([name, make]) => {
    const path = join(out, name);
    writeFileAtomic(path, make());
    return path;
  });
}
