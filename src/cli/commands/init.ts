import { existsSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { checkData } from '../../data/check-data.ts';
import type { DataSet, ImageSet } from '../../data/data-set.ts';
import type { DataSpec } from '../../data/data-spec.ts';
import { loadDataSet } from '../../data/load-data-set.ts';
import { type LoadedInOneSize, loadInOneSize } from '../../data/load-in-one-size.ts';
import { longForm } from '../../data/resolve-data-spec.ts';
import { GraftError, type ImageSizes } from '../../errors.ts';
import { makeFolder, writeFileAtomic } from '../../formats/atomic-file.ts';
import { studyJsonSchema } from '../../study/study-json-schema.ts';
import { defineCommand } from '../command.ts';
import { commandData, dataArgument, dataForm } from '../data-argument.ts';
import { shownPath } from '../study-options.ts';
import {
  builtInData,
  type StudyKind,
  studyKinds,
  studyTemplate,
  type TemplateData,
} from '../study-template.ts';
import type { Terminal } from '../terminal.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

/** Largest side of images that a template proposes as they are. */
const LARGEST_SIDE = 32;
/** Sides that it chooses itself are multiples of this: convolutional models halve them twice. */
const SIDE_STEP = 4;
/** Characters of an example of running text, and tokens that a model sees at once. */
const WINDOW = 128;
/** Examples that the smallest budget needs. */
const LEAST = 10;

export const init = defineCommand({
  name: 'init',
  summary: 'write a commented study file to start from',
  description:
    'Writes a study file with every choice explained, and study.schema.json beside it, with which editors check it and complete keys as you type. On built-in data it runs as it is; with --target it is about your own, read once to see what they are.',
  arguments: [
    { name: 'FILE', summary: 'study file, or a folder for it (default: study.yaml)', required: false },
  ],
  options: {
    kind: {
      kind: 'choice',
      choices: studyKinds,
      summary: 'built-in letters or built-in names (default: images, or what --target holds)',
    },
    target: { kind: 'text', value: 'SET', summary: `where models must work: ${dataForm}` },
    source: {
      kind: 'text',
      value: 'SET',
      summary: 'where they are pre-trained (default: built-in data of the same kind)',
    },
    resize: {
      kind: 'number',
      value: 'SIDE',
      summary: `pixels of a side of the images that models see (default: their own size, ${LARGEST_SIDE} at most; a square where the files have several sizes)`,
      whole: true,
      least: 1,
    },
    force: { kind: 'flag', summary: 'replace a study file that is there' },
    schema: { kind: 'flag', summary: 'only print the JSON Schema of study files' },
  },
  examples: [
    { line: 'graft init', does: 'study.yaml, a study of built-in letters' },
    { line: 'graft init names.yaml --kind text', does: 'a study of built-in names' },
    {
      line: 'graft init my-study --target ./photos',
      does: 'a study of your own images in a folder of its own',
    },
    { line: 'graft init my-study --target ./photos --resize 64', does: 'of 64 x 64 pixels' },
    { line: 'graft init --schema', does: 'the schema, for editors and other programs' },
  ],
  async run({ arguments: [written = 'study.yaml'], options }, terminal) {
    if (options.schema) {
      terminal.out(JSON.stringify(studyJsonSchema(), null, 1));
      return 0;
    }
    const path = resolve(terminal.directory, written);
    const file = /^\.(ya?ml|json)$/i.test(extname(path)) ? path : join(path, 'study.yaml');
    if (extname(file).toLowerCase() === '.json')
      throw usageError('init', 'invalid-value', {
        what: 'study file',
        received: written,
        allowed: 'a name that ends in .yaml or .yml, or a folder; comments do not fit in JSON',
      });
    if (existsSync(file) && !options.force)
      throw new GraftError('cannot-write', {
        path: shownPath(file, terminal),
        reason: 'a study file is there already',
        hint: '--force replaces it.',
      });
    const folder = dirname(file);
    const data = await templateData(options, folder, terminal);
    makeFolder(folder);
    const schema = join(folder, 'study.schema.json');
    writeFileAtomic(schema, `${JSON.stringify(studyJsonSchema(), null, 1)}\n`);
    writeFileAtomic(file, studyTemplate(studyName(file), basename(file), data));
    terminal.out(shownPath(file, terminal));
    terminal.out(shownPath(schema, terminal));
    terminal.say(`Next: graft plan ${shownPath(file, terminal)}`);
    return 0;
  },
});

/** The file's name, or that of its folder where the file is called study. */
function studyName(file: string): string {
  const own = basename(file, extname(file));
  const name = own === 'study' ? basename(dirname(file)) : own;
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'study';
}

interface Asked {
  readonly kind: StudyKind | undefined;
  readonly target: string | undefined;
  readonly source: string | undefined;
  readonly resize: number | undefined;
}

/** Data that a person named, as they were read. */
interface Named extends LoadedInOneSize {
  readonly written: string;
}

/** What the study is about: built-in data, or what the person named, looked at. */
async function templateData(asked: Asked, folder: string, terminal: Terminal): Promise<TemplateData> {
  const { resize } = asked;
  const read = async (written: string, where: string): Promise<Named> => {
    const given = checkingUsage('init', () => dataArgument(written, [], terminal, where));
    const wanted = resize === undefined ? given : ({ ...longForm(given), resize } as DataSpec);
    const loaded = await loadInOneSize(wanted, commandData(terminal), where, squareFor);
    return { ...loaded, spec: fromFolder(loaded.spec, folder, terminal), written };
  };
  const target = asked.target === undefined ? undefined : await read(asked.target, '--target');
  const source = asked.source === undefined ? undefined : await read(asked.source, '--source');
  const sets = [target, source].flatMap((one) => (one === undefined ? [] : [one]));
  const kind = asked.kind ?? (sets[0] === undefined ? 'images' : kindOf(sets[0].set));
  for (const { set, written } of sets)
    if (kindOf(set) !== kind)
      throw new GraftError('bad-data', {
        what: written,
        problem: `holds ${set.kind}s where the study is about ${kind}`,
      });
  const standard = builtInData[kind];
  if (kind === 'text' && resize !== undefined)
    throw usageError('init', 'conflict', {
      first: '--resize',
      second: 'a study of texts',
      reason: 'only images have a size',
    });
  if (sets.length === 0 && resize === undefined) return standard;
  const { unseen, ...rest } = standard;
  const largest = target === undefined ? Infinity : largestBudget(target.set, target.written, terminal);
  const fitting = standard.budgets.filter((n) => n <= largest);
  const shape = kind === 'images' ? await shapeOf(target, standard, resize, terminal) : undefined;
  const place = (one: Named | undefined, fallback: DataSpec) =>
    inShape(one?.spec ?? fallback, one?.set, shape);
  if (sets.length === 0)
    return {
      ...rest,
      source: place(undefined, standard.source),
      target: place(undefined, standard.target),
      ...(unseen === undefined ? {} : { unseen: place(undefined, unseen) }),
    };
  if (shape !== undefined) for (const one of sets) sayResized(one, shape, terminal);
  const running = sets.some(({ set }) => set.kind === 'text' && set.unit === 'running');
  const [music] = sets.flatMap(({ set }) => (set.kind === 'text' && set.notation ? [set.notation] : []));
  return {
    ...rest,
    source: place(source, standard.source),
    target: place(target, standard.target),
    sourceNote:
      source === undefined
        ? `Where models are pre-trained. Better than these built-in ${kind}: more data like yours.`
        : 'Where models are pre-trained.',
    targetNote: `Where they must work.${target?.sizes === undefined || longForm(target.spec).fit !== undefined ? '' : ` Of files of several sizes models see the middle; fit: contain shows all, in a black frame.`}`,
    ...(shape === undefined ? {} : { channels: shape.channels }),
    ...(running ? { context: WINDOW } : {}),
    ...(music === undefined ? {} : { tokenizer: music }),
    budgets: fitting.length === 0 ? [largest] : fitting,
  };
}

const kindOf = (set: DataSet): StudyKind => (set.kind === 'image' ? 'images' : 'text');

/** Folders that a relative path climbs at most: beyond them it says less than the whole path. */
const MOST_CLIMBED = 2;

/** A spec whose path starts from the study's folder, or is whole where that would climb far or to another drive. */
function fromFolder(spec: DataSpec, folder: string, terminal: Terminal): DataSpec {
  const { path, ...rest } = longForm(spec);
  if (path === undefined) return spec;
  const place = resolve(terminal.directory, path);
  const short = relative(folder, place).replaceAll('\\', '/');
  const climbed = short.split('/').filter((part) => part === '..').length;
  if (climbed > MOST_CLIMBED || isAbsolute(short)) return { path: place, ...rest } as DataSpec;
  return { path: short.startsWith('.') ? short : `./${short}`, ...rest } as DataSpec;
}

/** The largest budget that the target gives; data that no study could use are refused. */
function largestBudget(set: DataSet, written: string, terminal: Terminal): number {
  const { largestBudget: largest = 0, problems } = checkData(set, { window: WINDOW });
  const error = problems.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new GraftError('bad-data', { what: written, problem: error.message });
  if (largest < LEAST)
    throw new GraftError('bad-data', {
      what: written,
      problem: `its training part gives budgets of at most ${largest} examples`,
      hint: `A study needs ${LEAST} or more.`,
    });
  for (const { severity, message } of problems)
    if (severity === 'warning') terminal.say(`warning: ${message}`);
  return largest;
}

interface Shape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/** A square that is larger neither than a template proposes nor than most of the images. */
function squareFor({ medianSide }: ImageSizes): [number, number] {
  const most = Math.min(LARGEST_SIDE, medianSide);
  const side = Math.max(SIDE_STEP, SIDE_STEP * Math.floor(most / SIDE_STEP));
  return [side, side];
}

/**
 * The shape that all images of the study get: the one asked for, else the target's, no larger than a template proposes
 * unless its spec says how large.
 */
async function shapeOf(
  target: Named | undefined,
  standard: TemplateData,
  resize: number | undefined,
  terminal: Terminal,
): Promise<Shape> {
  const set = (target?.set ?? (await loadDataSet(standard.target, commandData(terminal)))) as ImageSet;
  if (target === undefined && resize !== undefined)
    return { channels: set.channels === 1 ? 1 : 3, height: resize, width: resize };
  const { resize: said, patch } = target === undefined ? {} : longForm(target.spec);
  const asIs = said !== undefined || patch !== undefined;
  const factor = asIs ? 1 : Math.min(1, LARGEST_SIDE / Math.max(set.height, set.width));
  const side = (size: number) => (asIs ? size : Math.max(4, Math.round(size * factor)));
  return { channels: set.channels === 1 ? 1 : 3, height: side(set.height), width: side(set.width) };
}

const fitWords = { cover: 'cropped', contain: 'framed', fill: 'stretched', pad: 'framed' } as const;

/** Says what size images get where their files have another one, or several, and nobody asked for it. */
function sayResized(
  { set, spec, sizes, written }: Named,
  { height, width }: Shape,
  terminal: Terminal,
): void {
  if (set.kind !== 'image') return;
  const { resize, fit = 'cover' } = longForm(spec);
  const changed = set.height !== height || set.width !== width;
  if (sizes === undefined && (resize !== undefined || !changed)) return;
  const pixels = (size: { height: number; width: number }) => `${size.width} x ${size.height}`;
  const have = sizes === undefined ? pixels(set) : `${pixels(sizes.smallest)} to ${pixels(sizes.largest)}`;
  const key = height === width ? String(height) : `[${height}, ${width}]`;
  terminal.say(
    `The images of ${written} have ${have} pixels: the study brings all to ${pixels({ height, width })} (resize: ${key}; ${fitWords[fit]} where the shape differs). --resize SIDE takes another size.`,
  );
}

/** A spec with what brings its data to the study's form, where they are not in it. */
function inShape(spec: DataSpec, set: DataSet | undefined, shape: Shape | undefined): DataSpec {
  if (shape === undefined)
    return set?.kind === 'text' && set.unit === 'running' ? { ...longForm(spec), window: WINDOW } : spec;
  const { channels, height, width } = shape;
  // Built-in glyphs are grey, 28 x 28.
  const now = set?.kind === 'image' ? set : { channels: 1, height: 28, width: 28 };
  const resize = height === width ? height : ([height, width] as [number, number]);
  const more = {
    ...(now.height === height && now.width === width ? {} : { resize }),
    ...(now.channels === channels ? {} : { channels }),
  };
  return Object.keys(more).length === 0 ? spec : ({ ...longForm(spec), ...more } as DataSpec);
}
