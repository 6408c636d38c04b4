import { basename, join, resolve } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../formats/atomic-file.ts';
import { evaluationMarkdown } from '../../report/evaluation-markdown.ts';
import { evaluationHtml } from '../../report/html/evaluation-html.ts';
import { evaluateCheckpoint } from '../../study/evaluate-checkpoint.ts';
import { defineCommand } from '../command.ts';
import { computeOptions, seedOption } from '../compute-options.ts';
import { dataArgument, dataForm } from '../data-argument.ts';
import { wrap } from '../help.ts';
import { inProcessContext } from '../in-process-context.ts';
import { measurementTable } from '../measurement-table.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { overrideMap } from '../overrides.ts';
import { shownPath } from '../study-options.ts';
import { checkingUsage, usageError } from '../usage-error.ts';
import { version } from '../version.ts';

export const evaluate = defineCommand({
  name: 'evaluate',
  summary: 'measure a checkpoint on data, without training, and say whether it suits them',
  description:
    'Measures likelihood, reconstructions, samples and what they copy on the test part of a data set, and judges from these numbers whether the model suits it as it is. Writes report.html, report.md and evaluation.json.',
  arguments: [
    { name: 'CHECKPOINT', summary: 'folder with config.json and model.safetensors', required: true },
  ],
  options: {
    data: { kind: 'text', value: 'SET', summary: `where it must work (needed): ${dataForm}` },
    source: {
      kind: 'text',
      value: 'SET',
      summary: 'what it was trained on: its own domain, and what its samples may repeat',
    },
    unseen: { kind: 'list', value: 'SET', summary: 'further data sets to measure on' },
    out: {
      kind: 'text',
      short: 'o',
      value: 'FOLDER',
      summary: 'where to write (default: CHECKPOINT/evaluation)',
    },
    json: { kind: 'flag', summary: 'print the evaluation as one JSON object' },
    open: { kind: 'flag', summary: 'open the report in the browser, where there is one' },
    ...seedOption,
    ...computeOptions,
  },
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
    const checkpoint = resolve(terminal.directory, folder!);
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
    makeFolder(out);
    const evaluation = await evaluateCheckpoint(
      {
        checkpoint,
        label: basename(checkpoint),
        target: read(data, '--data'),
        ...(source === undefined ? {} : { source: read(source, '--source') }),
        unseen: options.unseen.map((text) => read(text, '--unseen')),
        seed: options.seed,
        settings,
      },
      terminal.environment.GRAFT_DATA,
      inProcessContext(out, options, terminal),
    );
    const html = join(out, 'report.html');
    writeFileAtomic(join(out, 'report.md'), evaluationMarkdown(evaluation));
    writeFileAtomic(html, evaluationHtml(evaluation, out, version()));
    writeFileAtomic(join(out, 'evaluation.json'), `${JSON.stringify(evaluation, null, 2)}\n`);
    if (options.json) terminal.out(JSON.stringify(evaluation, null, 2));
    else {
      const width = Math.min(100, terminal.screen.columns);
      terminal.out(wrap(evaluation.suitability.sentences.join(' '), width));
      terminal.out(`\n${measurementTable(evaluation.measurements)}\n`);
      for (const text of evaluation.trial.warnings) terminal.say(`note: ${text}`);
      terminal.out(`report   ${shownPath(html, terminal)}`);
    }
    if (options.open) await openInBrowser(html, terminal);
    return 0;
  },
});
