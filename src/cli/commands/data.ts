import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkData } from '../../data/check-data.ts';
import type { DataContext } from '../../data/data-context.ts';
import { type DataSet, type ImageSet, subset } from '../../data/data-set.ts';
import type { DataSpec } from '../../data/data-spec.ts';
import { type DataDescription, describeData, type ValueCount } from '../../data/describe-data.ts';
import { loadDataSet } from '../../data/load-data-set.ts';
import { examplesOf, type PreparedData, prepareData } from '../../data/prepare-data.ts';
import { longForm, resolveDataSpec } from '../../data/resolve-data-spec.ts';
import { type NamedSet, namedSets } from '../../data/sources/named-sets.ts';
import type { SplitReport } from '../../data/splits.ts';
import { writePng } from '../../formats/write-png.ts';
import { stream } from '../../random.ts';
import { countOf } from '../../study/format-number.ts';
import { imageGrid } from '../../study/image-grid.ts';
import { defineCommand } from '../command.ts';
import { commandData, dataArgument, dataForm } from '../data-argument.ts';
import { imagePreview, textPreview } from '../preview.ts';
import { showNumber } from '../show-number.ts';
import { splitText } from '../split-text.ts';
import { tableText } from '../table-text.ts';
import type { Terminal } from '../terminal.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

const actions = ['ls', 'show', 'check'] as const;
type Action = (typeof actions)[number];
const parts = ['train', 'validation', 'test'] as const;
type Part = (typeof parts)[number];
const partNames: Readonly<Record<Part, string>> = {
  train: 'training',
  validation: 'validation',
  test: 'test',
};

export const data = defineCommand({
  name: 'data',
  summary: 'list, show and check data sets',
  description:
    'ls lists the data sets that are known by name and where they were found. show prints counts, splits and some examples of one part (train, validation or test), or writes a picture of them. check says what a study would suffer from; its exit code is 1 where no study could use the data.\nNamed sets are looked for in the folders of the environment variable GRAFT_DATA and in ./data.',
  arguments: [
    { name: 'ls|show|check', summary: 'what to do', required: true },
    { name: 'SET', summary: dataForm, required: false },
  ],
  options: {
    json: { kind: 'flag', summary: 'print one JSON value' },
    out: { kind: 'text', short: 'o', value: 'FILE.png', summary: 'show: write examples as a picture' },
    count: { kind: 'number', short: 'n', value: 'N', summary: 'show: examples shown', whole: true, least: 1 },
    part: {
      kind: 'choice',
      choices: parts,
      summary: 'show: of which part examples are shown',
      fallback: 'train',
    },
    seed: { kind: 'number', value: 'N', summary: 'show: which examples', fallback: 0, whole: true, least: 0 },
    against: { kind: 'list', value: 'SET', summary: 'check: sets with which no items should be shared' },
  },
  overrides: 'how the set is read, e.g. resize=28 invert=true select.style=serif path=./images',
  examples: [
    { line: 'graft data ls', does: 'which sets are here' },
    { line: 'graft data show glyphs/handwriting', does: 'counts, splits and examples' },
    {
      line: 'graft data show ./photos resize=32 --out photos.png',
      does: 'your own images, as a model will see them',
    },
    { line: 'graft data check kmnist --against mnist', does: 'duplicates, imbalance, damage, overlap' },
  ],
  async run({ arguments: [action, written], options, overrides }, terminal) {
    if (!actions.includes(action as Action))
      throw usageError('data', 'unknown-name', {
        kind: 'action',
        received: action!,
        allowed: actions,
        where: 'graft data',
      });
    const context = commandData(terminal);
    if (action === 'ls') return list(context, options.json, terminal);
    if (written === undefined && overrides.length === 0)
      throw usageError('data', 'missing-argument', {
        command: `graft data ${action}`,
        argument: 'SET',
        meaning: dataForm,
      });
    const spec = checkingUsage('data', () => dataArgument(written, overrides, terminal, 'SET'));
    if (action === 'check') {
      const against = options.against.map((text) =>
        checkingUsage('data', () => dataArgument(text, [], terminal, '--against')),
      );
      return check(spec, against, context, options.json, terminal);
    }
    return show(spec, context, options, terminal);
  },
});

async function list(context: DataContext, json: boolean, terminal: Terminal): Promise<number> {
  const sets = Object.entries(namedSets as Readonly<Record<string, NamedSet>>).map(([name, set]) => ({
    name,
    kind: set.kind,
    title: set.title,
    found: set.folder === undefined ? 'built in' : (placeOf(set.folder, context) ?? null),
    licence: set.licence,
    home: set.home,
  }));
  if (json) {
    terminal.out(JSON.stringify(sets, null, 2));
    return 0;
  }
  const here = sets.filter(({ found }) => found !== null);
  terminal.out(
    tableText(
      ['name', 'kind', 'what', 'where'],
      here.map(({ name, kind, title, found }) => [name, kind, title, found!]),
    ),
  );
  const absent = sets.filter(({ found }) => found === null).map(({ name }) => name);
  if (absent.length > 0)
    terminal.say(
      `\nKnown, but not found in ${context.dataFolders.join(' or ')}: ${absent.join(', ')}. graft data show NAME says where to get one.`,
    );
  return 0;
}

function placeOf(folder: string, context: DataContext): string | undefined {
  return context.dataFolders
    .map((place) => join(place, folder))
    .find((place) => {
      try {
        return readdirSync(place).length > 0;
      } catch {
        return false;
      }
    });
}

/** The set as read, selected and brought to shape, before it is divided. */
function whole(spec: DataSpec, context: DataContext): Promise<DataSet> {
  const { size: _, corrupt: __, split: ___, ...source } = longForm(spec);
  return loadDataSet(source, context, 'SET');
}

interface ShowOptions {
  readonly json: boolean;
  readonly out: string | undefined;
  readonly count: number | undefined;
  readonly part: Part;
  readonly seed: number;
}

async function show(
  spec: DataSpec,
  context: DataContext,
  options: ShowOptions,
  terminal: Terminal,
): Promise<number> {
  const description = describeData(await whole(spec, context));
  const prepared = await prepareData(spec, context, { where: 'SET' });
  const examples = examplesOf(prepared[options.part], prepared.window);
  const order = [...stream(options.seed).child('show').permutation(examples.count)];
  if (options.out !== undefined) {
    const sheet = order.slice(0, options.count ?? 144);
    await writeSheet(examples, sheet, resolve(terminal.directory, options.out));
    terminal.say(
      `Wrote ${countOf(sheet.length, 'image')} of the ${partNames[options.part]} part to ${options.out}.`,
    );
  }
  if (options.json) {
    terminal.out(JSON.stringify({ ...description, prepared: preparedFacts(prepared) }, null, 2));
    return 0;
  }
  terminal.out(describe(description, prepared.report.split).join('\n'));
  for (const line of preparation(prepared)) terminal.out(line);
  terminal.out('');
  const { columns, colour } = terminal.screen;
  const others = parts.filter((part) => part !== options.part);
  const heading = (shown: number) =>
    terminal.out(
      `${showNumber(shown)} of the ${countOf(examples.count, 'example')} of the ${partNames[options.part]} part (--part ${others.join(' or ')} shows others):`,
    );
  if (examples.kind === 'image') {
    const fitting = Math.max(1, Math.floor((columns + 1) / (examples.width + 1)));
    const shown = order.slice(0, options.count ?? 2 * fitting);
    if (examples.width <= columns) heading(shown.length);
    if (examples.width <= columns) terminal.out(imagePreview(examples, shown, columns, colour.results));
    else terminal.say('The images are wider than the terminal; --out FILE.png writes a picture.');
  } else {
    const shown = order.slice(0, options.count ?? 10);
    heading(shown.length);
    for (const i of shown)
      terminal.out(`  ${textPreview(examples.documents[i]!, Math.max(20, columns - 2))}`);
  }
  return 0;
}

async function writeSheet(set: DataSet, indices: readonly number[], path: string): Promise<void> {
  if (set.kind !== 'image')
    throw usageError('data', 'conflict', {
      first: '--out',
      second: `data set ${set.name}`,
      reason: 'it holds texts, of which no picture is made',
    });
  const { channels, height, width, pixels }: ImageSet = subset(set, indices);
  await writePng(
    path,
    imageGrid({ shape: [channels, height, width], data: Float32Array.from(pixels, (v) => v / 255) }, 12),
  );
}

function preparedFacts({ report, train, validation, test }: PreparedData) {
  return { ...report, counts: { train: train.count, validation: validation.count, test: test.count } };
}

function preparation({ report }: PreparedData): string[] {
  const { size, corruption } = report;
  return [
    ...(size === undefined ? [] : [`size       ${size.kept} of ${size.of} kept for training`]),
    ...(corruption === undefined ? [] : [`damage     ${JSON.stringify(corruption)}`]),
  ];
}

function describe(d: DataDescription, split: SplitReport | undefined): string[] {
  const { images, texts, classes, groups, predefined } = d;
  const lines: [string, string][] = [['data set', d.name]];
  if (images)
    lines.push(
      [
        'images',
        `${showNumber(d.count)} of ${images.height} x ${images.width}, ${images.channels === 1 ? 'grey' : 'colour'}`,
      ],
      [
        'pixels',
        `${images.least} to ${images.most}, mean ${showNumber(images.mean)}, deviation ${showNumber(images.deviation)}`,
      ],
    );
  if (texts)
    lines.push(
      ['texts', `${showNumber(d.count)} ${texts.unit === 'item' ? 'items' : 'documents of running text'}`],
      ['length', `${texts.shortest} to ${texts.longest} characters, median ${texts.median}`],
      [
        'characters',
        `${showNumber(texts.characters)} (${showNumber(texts.bytes)} bytes), ${texts.alphabet} different ones`,
      ],
    );
  if (classes) lines.push(['classes', counted(classes)]);
  for (const [name, values] of Object.entries(d.attributes)) lines.push([name, counted(values)]);
  if (groups)
    lines.push([
      'groups',
      `${groups.count}, of ${groups.smallest} to ${groups.largest} items; none crosses splits`,
    ]);
  lines.push(['duplicates', showNumber(d.duplicates)]);
  if (predefined)
    lines.push([
      'as published',
      Object.entries(predefined)
        .map(([name, n]) => `${name} ${showNumber(n ?? 0)}`)
        .join(', '),
    ]);
  if (split) lines.push(['split', splitText(split)]);
  for (const step of d.steps) lines.push(['done', step]);
  if (d.licence !== undefined) lines.push(['licence', d.licence]);
  if (d.citation !== undefined) lines.push(['source', d.citation]);
  lines.push(['hash', d.hash]);
  return lines.map(([name, text]) => `${name.padEnd(14)}${text}`);
}

const SHOWN_VALUES = 12;

function counted(values: readonly ValueCount[]): string {
  const shown = values.slice(0, SHOWN_VALUES).map(({ value, count }) => `${value} (${showNumber(count)})`);
  const rest = values.length - shown.length;
  return `${values.length}: ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

async function check(
  spec: DataSpec,
  against: readonly DataSpec[],
  context: DataContext,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const set = await whole(spec, context);
  const others = await Promise.all(against.map((other) => whole(other, context)));
  const resolved = resolveDataSpec(spec, 'SET');
  const result = checkData(set, {
    against: others,
    window: resolved.window,
    ...(resolved.split === undefined ? {} : { split: resolved.split }),
  });
  const failed = result.problems.some(({ severity }) => severity === 'error');
  if (json) terminal.out(JSON.stringify(result, null, 2));
  else {
    const most = result.largestBudget;
    terminal.out(
      `${result.description.name}: ${countOf(result.description.count, set.kind === 'image' ? 'image' : 'text')}${most === undefined ? '' : `, budgets of up to ${showNumber(most)}`}`,
    );
    if (result.split) terminal.out(`split ${splitText(result.split)}`);
    for (const { severity, message } of result.problems) terminal.out(`${severity}: ${message}`);
    if (result.problems.length === 0) terminal.out('No problems found.');
  }
  return failed ? 1 : 0;
}
