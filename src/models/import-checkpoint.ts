import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GraftError } from '../errors.ts';
import { readFileChecked, withFile } from '../formats/read-file-checked.ts';
import { type ContentKind, sniffContent } from '../formats/sniff-content.ts';
import { looksLikeTfjs } from '../formats/tfjs-layers.ts';
import { isCharRnn, readCharRnn } from './char-rnn.ts';
import { type Checkpoint, loadAdapted, loadCheckpoint } from './checkpoint.ts';
import { isAdapterFolder } from './hugging-face/peft.ts';
import { readTokenizerAt } from './hugging-face/tokenizer-files.ts';
import { pickled } from './hugging-face/weight-files.ts';
import { importOnnx } from './imported/import-onnx.ts';
import { importedRoles } from './imported/imported-schema.ts';
import type { OnnxImportOptions } from './imported/onnx-import-options.ts';
import { looksLikeLlama2c, readLlama2c } from './llama2c.ts';

export interface ImportOptions {
  /** llama2.c, charRNN: file of the tokenizer; by default the one `tok*.bin`, or the whole `vocab*.json`, in the folder. */
  readonly tokenizer?: string;
  /** LoRA adapter: folder of its model; by default the one that it names. */
  readonly base?: string;
  /** ONNX and TensorFlow.js: what the model does, and what else the file does not say. */
  readonly onnx?: OnnxImportOptions;
}

/** A model that was read from another program's files. */
export interface Imported {
  readonly checkpoint: Checkpoint;
  /** What the files were, for the card: `transformers folder (llama)`. */
  readonly format: string;
}

/**
 * Reads a model of another program: a folder of `transformers`, a LoRA adapter of `peft`, a `.bin` of llama2.c, a
 * character LSTM of ml5.js, or an ONNX file or `model.json` of TensorFlow.js, which need to be told their role. Fails with
 * `unsupported` for pickles and for everything else, with `conflict` where an option is given that the format does not take.
 */
export function importCheckpoint(path: string, options: ImportOptions = {}): Imported {
  if (!existsSync(path))
    throw new GraftError('file-not-found', { path, what: 'model', hint: 'Give a file or a folder.' });
  return statSync(path).isDirectory() ? importFolder(path, options) : importFile(path, options);
}

function importFolder(path: string, options: ImportOptions): Imported {
  if (isAdapterFolder(path)) {
    refuseOthers(options, ['base'], 'a LoRA adapter');
    const checkpoint = loadAdapted(path, options.base);
    return { checkpoint, format: `LoRA adapter of a ${checkpoint.model.family}` };
  }
  if (isCharRnn(path)) {
    refuseOthers(options, ['tokenizer'], 'a charRNN folder');
    return { checkpoint: readCharRnn(path, options.tokenizer), format: 'charRNN folder of ml5.js' };
  }
  const inside = readdirSync(path);
  const layers = join(path, 'model.json');
  if (inside.includes('model.json') && looksLikeTfjs(layers)) return importOnnxCheckpoint(layers, options);
  if (inside.includes('config.json')) {
    refuseOthers(options, [], 'a folder with config.json');
    const checkpoint = loadCheckpoint(path);
    return { checkpoint, format: `folder of a ${checkpoint.model.family}` };
  }
  const models = inside.filter(
    (name) => name.endsWith('.onnx') || (name.endsWith('.bin') && isLlama2c(join(path, name))),
  );
  if (models.length === 1) return importFile(join(path, models[0]!), options);
  if (models.length > 1)
    throw new GraftError('bad-data', {
      what: path,
      problem: `holds several models: ${models.slice(0, 8).join(', ')}${models.length > 8 ? ', …' : ''}`,
      hint: 'Give the file of one of them.',
    });
  // What is missing is said by the reader of folders.
  return { checkpoint: loadCheckpoint(path), format: 'folder' };
}

function importFile(path: string, options: ImportOptions): Imported {
  const content = withFile(path, 'model', (read, size) => sniffContent(read(0, Math.min(512, size))));
  if (content.kind === 'pickle' || content.kind === 'torch') throw pickled(path);
  if (path.endsWith('.onnx') || looksLikeTfjs(path)) return importOnnxCheckpoint(path, options);
  if (isLlama2c(path)) {
    refuseOthers(options, ['tokenizer'], 'a model of llama2.c');
    return {
      checkpoint: readLlama2c(path, options.tokenizer ?? tokenizerBeside(path)),
      format: 'llama2.c checkpoint',
    };
  }
  // ONNX has no signature: a file of another name is one where a person says what it does.
  if (options.onnx !== undefined && content.kind === 'binary') return importOnnxCheckpoint(path, options);
  throw new GraftError('unsupported', {
    what: path,
    reason: `it is ${content.label}, no model file that is known`,
    hint:
      converted[content.kind] ??
      "Give a folder with config.json and safetensors, as transformers' save_pretrained writes it, a .bin of llama2.c, an .onnx file, or the model.json of TensorFlow.js.",
  });
}

/** How models in other kinds of files come in. */
const converted: Partial<Record<ContentKind, string>> = {
  hdf5: 'A model of Keras: convert it with tensorflowjs_converter --input_format=keras in.h5 out, or to ONNX with tf2onnx.',
  zip: 'A .keras file: load it with Keras and convert it to ONNX, model.export("out.onnx", format="onnx").',
  safetensors: 'Give the folder that holds its config.json as well.',
};

/** What a person says about a model, as it is said on the command line. */
const words = { tokenizer: '--tokenizer', base: '--base', onnx: '--as' } as const;

/** Fails where something was said that nothing would be made of. */
function refuseOthers(options: ImportOptions, taken: readonly (keyof ImportOptions)[], what: string): void {
  for (const key of Object.keys(words) as (keyof typeof words)[])
    if (options[key] !== undefined && !taken.includes(key))
      throw new GraftError('conflict', {
        first: words[key],
        second: what,
        reason: `${what} does not need it, and nothing would be made of it`,
      });
}

function importOnnxCheckpoint(path: string, options: ImportOptions): Imported {
  const { onnx, tokenizer } = options;
  if (onnx === undefined)
    throw new GraftError('missing-argument', {
      command: 'graft import',
      argument: `--as ${importedRoles.join('|')}`,
      meaning: 'what the model of an ONNX file or of TensorFlow.js does',
    });
  refuseOthers(options, onnx.role === 'next-token' ? ['onnx', 'tokenizer'] : ['onnx'], `--as ${onnx.role}`);
  const { model, weights, format } = importOnnx(path, onnx);
  const text = model.sampler.kind === 'autoregressive';
  if (text && tokenizer === undefined)
    throw new GraftError('missing-argument', {
      command: 'graft import',
      argument: '--tokenizer FILE',
      meaning: `the tokenizer.json of the language model, with ${model.sampler.vocabulary} tokens, or the folder that has it`,
    });
  const binary = model.likelihood?.support === 'binary';
  const checkpoint: Checkpoint = {
    model,
    weights,
    data: text ? { unit: 'running' } : { values: binary ? { binarise: 0.5 } : 'unit' },
    ...(text ? { tokenizer: readTokenizerAt(tokenizer!) } : {}),
  };
  return { checkpoint, format: `${format} (${onnx.role})` };
}

const isLlama2c = (path: string): boolean => statSync(path).isFile() && looksLikeLlama2c(path);

/** The one file beside the model that begins like a tokenizer of llama2.c. */
function tokenizerBeside(path: string): string {
  const folder = dirname(path);
  const found = readdirSync(folder).filter((name) => /^tok.*\.bin$/.test(name));
  if (found.length === 1) {
    readFileChecked(join(folder, found[0]!), 'llama2.c tokenizer');
    return join(folder, found[0]!);
  }
  throw new GraftError('missing-argument', {
    command: 'graft import',
    argument: '--tokenizer FILE',
    meaning: `the tokenizer of ${path}; ${found.length === 0 ? 'no tok*.bin is beside it' : `${found.join(', ')} are beside it`}`,
  });
}
