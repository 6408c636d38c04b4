import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { characterTokenizer } from '../data/tokenizers/character-tokenizer.ts';
import { GraftError } from '../errors.ts';
import { badFile, showCount } from '../formats/bad-file.ts';
import { readFileChecked, withFile } from '../formats/read-file-checked.ts';
import { schemaProblem } from '../formats/schema-problem.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createRecurrent } from './recurrent.ts';

const format = 'charRNN manifest';
const MANIFEST = 'manifest.json';

const manifestSchema = z.record(
  z.string(),
  z.object({ filename: z.string().max(255), shape: z.array(z.int().min(1).max(1e7)).max(2) }),
);
type Manifest = z.output<typeof manifestSchema>;

/** Variables by what they are: TensorFlow's names of its versions before and after 1.2. */
const cellName = /(?:^|\/)cell_(\d+)\/.*lstm_cell\/(weights|kernel|biases|bias)$/;
const plainNames = { embedding: /(?:^|\/)embedding$/, w: /(?:^|\/)softmax_w$/, b: /(?:^|\/)softmax_b$/ };

/** Rows that a model is trained with at most, where the files do not say; it takes others as well. */
const CONTEXT = 128;

/** Whether a folder holds a character model of ml5.js: a manifest that names an LSTM cell's variables. */
export function isCharRnn(folder: string): boolean {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return false;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(readFileChecked(path, format)));
    return (
      typeof value === 'object' && value !== null && Object.keys(value).some((name) => cellName.test(name))
    );
  } catch {
    return false;
  }
}

/**
 * A character model as ml5.js's charRNN reads it: `manifest.json` (variable -> file and shape), one file of float32 for
 * each variable, `vocab*.json` (character -> id). TensorFlow's BasicLSTMCell has [x, h] times weights [in + width,
 * 4 width] in the order input, candidate, forget, output, and adds 1 to the forget gate's sum, which becomes part of
 * its bias here. Sizes are checked before anything is read. Fails with `bad-file`, also where a vocabulary has lost
 * characters, and with `missing-argument` where several vocabularies are whole.
 *
 * @param vocabularyPath the file of the vocabulary; by default the whole one in the folder
 */
export function readCharRnn(folder: string, vocabularyPath?: string): Checkpoint {
  const manifest = readManifest(folder);
  const path = join(folder, MANIFEST);
  const wrong = (problem: string): GraftError => badFile(format, path, problem);
  const cells: Record<'weights' | 'biases', string>[] = [];
  const plain: Partial<Record<keyof typeof plainNames, string>> = {};
  for (const [name, { shape }] of Object.entries(manifest)) {
    const cell = cellName.exec(name);
    const known = (Object.keys(plainNames) as (keyof typeof plainNames)[]).find((key) =>
      plainNames[key].test(name),
    );
    if (cell !== null) {
      const index = Number(cell[1]);
      if (index > 100) throw wrong(`variable '${name}' is of layer ${index}`);
      cells[index] = {
        ...(cells[index] as Record<'weights' | 'biases', string>),
        [/^(weights|kernel)$/.test(cell[2]!) ? 'weights' : 'biases']: name,
      };
    } else if (known !== undefined) plain[known] = name;
    // Scalars belong to the training (a learning rate, a step).
    else if (shape.length > 0) throw wrong(`variable '${name}' is none of a character LSTM's`);
  }
  const shapeOf = (name: string | undefined, rank: number, what: string): readonly number[] => {
    const shape = name === undefined ? undefined : manifest[name]!.shape;
    if (shape?.length !== rank)
      throw wrong(shape === undefined ? `it has no ${what}` : `${what} has shape [${shape}]`);
    return shape;
  };
  const [vocabulary, width] = shapeOf(plain.embedding, 2, 'embedding') as [number, number];
  const layers = cells.length;
  const sizes = Array.from({ length: layers }, (_, i) => {
    const [rows, columns] = shapeOf(cells[i]?.weights, 2, `weights of layer ${i}`) as [number, number];
    const [biases] = shapeOf(cells[i]?.biases, 1, `biases of layer ${i}`) as [number];
    return { rows, columns, biases, hidden: columns / 4 };
  });
  const hidden = sizes[0]?.hidden ?? 0;
  sizes.forEach(({ rows, columns, biases, hidden: own }, i) => {
    const inputs = i === 0 ? width : hidden;
    if (own !== hidden || !Number.isInteger(own) || biases !== columns || rows !== inputs + hidden)
      throw wrong(
        `the weights of layer ${i} are [${rows}, ${columns}] with ${biases} biases, which does not fit ${inputs} inputs and ${hidden} units`,
      );
  });
  const [outputs, classes] = shapeOf(plain.w, 2, 'softmax_w') as [number, number];
  const [shifts] = shapeOf(plain.b, 1, 'softmax_b') as [number];
  if (outputs !== hidden || classes !== vocabulary || shifts !== vocabulary)
    throw wrong(
      `softmax_w is [${outputs}, ${classes}] with ${shifts} biases for ${hidden} units and ${vocabulary} characters`,
    );

  const model = createRecurrent({ vocabulary, context: CONTEXT, layers, width, hidden, tied: false });
  const values = (name: string) => readVariable(folder, manifest[name]!);
  const parameters: Record<string, Float32Array> = {
    'embedding/token': values(plain.embedding!),
    'output/weight': transposed(values(plain.w!), hidden, vocabulary),
    'output/bias': values(plain.b!),
  };
  cells.forEach((cell, i) => {
    const { rows } = sizes[i]!;
    const own = transposed(values(cell.weights), rows, 4 * hidden);
    const columns = (from: number, to: number) => reordered(cut(own, rows, from, to), hidden * (to - from));
    parameters[`recurrent/${i}/input/weight`] = columns(0, rows - hidden);
    parameters[`recurrent/${i}/hidden/weight`] = columns(rows - hidden, rows);
    parameters[`recurrent/${i}/input/bias`] = reordered(
      values(cell.biases).map((v, k) => (Math.floor(k / hidden) === 2 ? v + 1 : v)),
      hidden,
    );
  });
  const ordered = Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name]!]));
  return {
    model,
    weights: { parameters: ordered, state: {} },
    data: { unit: 'running' },
    tokenizer: characterTokenizer(charactersOf(folder, vocabulary, vocabularyPath), { unseen: 'refuse' }),
  };
}

function readJson(path: string, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(readFileChecked(path, what)));
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw badFile(what, path, (cause as Error).message);
  }
}

function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  const result = manifestSchema.safeParse(readJson(path, format));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw badFile(format, path, schemaProblem(issue), { offset: issue.path.join('.') || 'the top level' });
}

/** A file of as many little-endian float32 as the shape says. Its name may not lead out of the folder. */
function readVariable(folder: string, { filename, shape }: Manifest[string]): Float32Array {
  if (basename(filename) !== filename || filename === '' || filename === '.' || filename === '..')
    throw badFile(format, join(folder, MANIFEST), `the file name '${filename}' leads out of the folder`);
  const path = join(folder, filename);
  if (!existsSync(path))
    throw new GraftError('file-not-found', {
      path,
      what: 'variable of the model',
      hint: 'Fetch all files that manifest.json names.',
    });
  const count = sizeOf(shape);
  return withFile(path, 'float32 file', (read, size) => {
    if (size !== 4 * count)
      throw badFile(
        'float32 file',
        path,
        `manifest.json says [${shape.join(', ')}], which are ${showCount(4 * count)} bytes, but there are ${showCount(size)}`,
      );
    const bytes = read(0, size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  });
}

/** [rows, columns] -> [columns, rows] */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j]!;
  return out;
}

/** Columns [from, to) of a matrix with rows of `width`. */
function cut(matrix: Float32Array, width: number, from: number, to: number): Float32Array {
  const rows = matrix.length / width;
  const out = new Float32Array(rows * (to - from));
  for (let i = 0; i < rows; i++) out.set(matrix.subarray(i * width + from, i * width + to), i * (to - from));
  return out;
}

/** Four blocks input, candidate, forget, output in the model's order: input, output, forget, candidate. */
export function reordered(values: Float32Array, block: number): Float32Array {
  const out = new Float32Array(values.length);
  [0, 3, 2, 1].forEach((from, to) => {
    out.set(values.subarray(from * block, (from + 1) * block), to * block);
  });
  return out;
}

/** The characters by id, from the file that was named or from the whole one in the folder. */
function charactersOf(folder: string, vocabulary: number, named?: string): string[] {
  const candidates =
    named === undefined
      ? readdirSync(folder)
          .filter((name) => /^vocab.*\.json$/.test(name))
          .sort()
          .map((name) => join(folder, name))
      : [named];
  if (candidates.length === 0)
    throw new GraftError('file-not-found', {
      path: join(folder, 'vocab.json'),
      what: 'vocabulary of the model',
      hint: 'Name it with --tokenizer FILE.',
    });
  const found = candidates.map((path) => ({ path, ...readVocabulary(path, vocabulary) }));
  const whole = found.filter(({ problem }) => problem === undefined);
  if (whole.length === 1) return whole[0]!.characters;
  if (whole.length > 1)
    throw new GraftError('missing-argument', {
      command: 'graft import',
      argument: '--tokenizer FILE',
      meaning: `the vocabulary; ${whole.map(({ path }) => basename(path)).join(', ')} would do`,
    });
  const { path, problem } = found[0]!;
  throw badFile('charRNN vocabulary', path, problem!, {
    hint: 'Repair it and name the repaired file with --tokenizer FILE.',
  });
}

function readVocabulary(path: string, size: number): { characters: string[]; problem?: string } {
  const result = z.record(z.string(), z.int().min(0)).safeParse(readJson(path, 'charRNN vocabulary'));
  if (!result.success) return { characters: [], problem: 'it is no object of characters and their ids' };
  const characters: string[] = [];
  for (const [key, id] of Object.entries(result.data)) {
    if ([...key].length !== 1)
      return { characters, problem: `the key ${JSON.stringify(key)} of id ${id} is not one character` };
    if (id >= size || characters[id] !== undefined)
      return { characters, problem: `id ${id} of ${JSON.stringify(key)} is taken or beyond ${size - 1}` };
    characters[id] = key;
  }
  for (let id = 0; id < size; id++)
    if (characters[id] === undefined) return { characters, problem: `id ${id} has no character` };
  return { characters };
}
