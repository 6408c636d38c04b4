import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { checkData } from '../../data/check-data.ts';
import { loadDataSet } from '../../data/load-data-set.ts';
import { GraftError } from '../../errors.ts';
import { makeFolder, writeFileAtomic } from '../../formats/atomic-file.ts';
import { studyJsonSchema } from '../../study/study-spec.ts';
import { defineCommand } from '../command.ts';
import { commandData, dataArgument } from '../data-argument.ts';
import { shownPath } from '../study-options.ts';
import { type OwnData, type StudyKind, studyKinds, studyTemplate } from '../study-template.ts';
import type { Terminal } from '../terminal.ts';
import { checkingUsage } from '../usage-error.ts';

/** Largest side of images that a template proposes as they are. */
const LARGEST_SIDE = 32;
/** Characters of an example of running text, as the template sets it. */
const WINDOW = 128;
/** Examples that the smallest budget needs. */
const LEAST = 10;

export const init = defineCommand({
  name: 'init',
  summary: 'write a commented study file to start from',
  description:
    'Writes study.yaml with every choice explained, and study.schema.json beside it, with which editors check it and complete keys as you type. On built-in images or texts it runs as it is; with --data it is about your own.',
  arguments: [{ name: 'FOLDER', summary: 'where to write (default: here)', required: false }],
  options: {
    kind: {
      kind: 'choice',
      choices: studyKinds,
      summary: 'built-in images (letters), built-in texts (names), or your own data (needs --data)',
      fallback: 'image',
    },
    data: { kind: 'text', value: 'PATH', summary: 'your data: a file or a folder' },
    force: { kind: 'flag', summary: 'replace a study.yaml that is there' },
  },
  examples: [
    { line: 'graft init my-study', does: 'a study of built-in letters' },
    { line: 'graft init my-study --data ./photos', does: 'a study of your own images' },
  ],
  async run({ arguments: [written = '.'], options }, terminal) {
    const folder = resolve(terminal.directory, written);
    const file = join(folder, 'study.yaml');
    if (existsSync(file) && !options.force)
      throw new GraftError('cannot-write', {
        path: shownPath(file, terminal),
        reason: 'a study file is there already',
        hint: '--force replaces it.',
      });
    const kind: StudyKind = options.data === undefined ? options.kind : 'own';
    if (kind === 'own' && options.data === undefined)
      throw new GraftError('missing-argument', {
        command: 'graft init --kind own',
        argument: '--data PATH',
        meaning: 'a file or folder with your images or texts',
      });
    const own = options.data === undefined ? undefined : await lookAt(options.data, folder, terminal);
    const name =
      basename(folder)
        .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '') || 'study';
    makeFolder(folder);
    const schema = join(folder, 'study.schema.json');
    writeFileAtomic(schema, `${JSON.stringify(studyJsonSchema(), null, 1)}\n`);
    writeFileAtomic(file, studyTemplate(name, kind, own));
    terminal.out(shownPath(file, terminal));
    terminal.out(shownPath(schema, terminal));
    terminal.say(`Next: graft plan ${shownPath(file, terminal)}`);
    return 0;
  },
});

/** What the person's data are, as far as a template needs to know. */
async function lookAt(written: string, folder: string, terminal: Terminal): Promise<OwnData> {
  const spec = checkingUsage('init', () => dataArgument(written, [], terminal, '--data'));
  const set = await loadDataSet(spec, commandData(terminal), '--data');
  const { largestBudget = 0, problems } = checkData(set, { window: WINDOW });
  const error = problems.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new GraftError('bad-data', { what: written, problem: error.message });
  if (largestBudget < LEAST)
    throw new GraftError('bad-data', {
      what: written,
      problem: `its training part gives budgets of at most ${largestBudget} examples`,
      hint: `A study needs ${LEAST} or more.`,
    });
  for (const { severity, message } of problems)
    if (severity === 'warning') terminal.say(`warning: ${message}`);
  const path = relative(folder, resolve(terminal.directory, written)).replaceAll('\\', '/');
  const shared = {
    path: JSON.stringify(path.startsWith('.') ? path : `./${path}`),
    largestBudget,
  };
  if (set.kind === 'text') return { ...shared, kind: 'text' };
  const factor = Math.min(1, LARGEST_SIDE / Math.max(set.height, set.width));
  const side = (size: number) => Math.max(4, Math.round(size * factor));
  return { ...shared, kind: 'image', image: [set.channels, side(set.height), side(set.width)] };
}
