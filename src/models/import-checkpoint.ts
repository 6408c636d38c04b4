import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTokenizerJson } from '../data/tokenizers/read-tokenizer.ts';
import { GraftError } from '../errors.ts';
import { readFileChecked, withFile } from '../formats/read-file-checked.ts';
import { sniffContent } from '../formats/sniff-content.ts';
import { looksLikeTfjs } from '../formats/tfjs-layers.ts';
import { isCharRnn, readCharRnn } from './char-rnn.ts';
import { type Checkpoint, loadAdapted, loadCheckpoint } from './checkpoint.ts';
import { isAdapterFolder } from './hugging-face/peft.ts';
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
 * character LSTM of ml5.js, or an ONNX file or `model.json` of TensorFlow.js, which need to be told their role. Fails with `unsupported` for pickles and for
 * everything else.
 */
export function importCheckpoint(path: string, options: ImportOptions = {}): Imported {
  if (!existsSync(path))
    throw new GraftError('file-not-found', { path, what: 'model', hint: 'Give a file or a folder.' });
  if (statSync(path).isDirectory()) {
    if (isAdapterFolder(path)) {
      const checkpoint = loadAdapted(path, options.base);
      return { checkpoint, format: `LoRA adapter of a ${checkpoint.model.family}` };
    }
    if (isCharRnn(path))
      return { checkpoint: readCharRnn(path, options.tokenizer), format: 'charRNN folder of ml5.js' };
    const inside = readdirSync(path);
    const layers = join(path, 'model.json');
    if (inside.includes('model.json') && looksLikeTfjs(layers)) return importOnnxCheckpoint(layers, options);
    const models = inside.filter((name) => name.endsWith('.bin') && isLlama2c(join(path, name)));
    if (inside.includes('config.json') || models.length !== 1) {
      const checkpoint = loadCheckpoint(path);
      return { checkpoint, format: `folder of a ${checkpoint.model.family}` };
    }
    return importCheckpoint(join(path, models[0]!), options);
  }
  const { kind } = withFile(path, 'model', (read, size) => sniffContent(read(0, Math.min(512, size))));
  if (kind === 'pickle' || kind === 'torch') throw pickled(path);
  if (options.onnx !== undefined || path.endsWith('.onnx') || looksLikeTfjs(path))
    return importOnnxCheckpoint(path, options);
  if (isLlama2c(path))
    return {
      checkpoint: readLlama2c(path, options.tokenizer ?? tokenizerBeside(path)),
      format: 'llama2.c checkpoint',
    };
  throw new GraftError('unsupported', {
    what: path,
    reason: 'it is no model file that is known',
    hint: "Give a folder with config.json and safetensors, as transformers' save_pretrained writes it, a .bin of llama2.c, an .onnx file, or the model.json of TensorFlow.js.",
  });
}

function importOnnxCheckpoint(path: string, { onnx, tokenizer }: ImportOptions): Imported {
  if (onnx === undefined)
    throw new GraftError('missing-argument', {
      command: 'graft import',
      argument: `--as ${importedRoles.join('|')}`,
      meaning: 'what the model of an ONNX file or of TensorFlow.js does',
    });
  const { model, weights, format } = importOnnx(path, onnx);
  const text = model.sampler.kind === 'autoregressive';
  if (text && tokenizer === undefined)
    throw new GraftError('missing-argument', {
      command: 'graft import',
      argument: '--tokenizer FILE',
      meaning: `the tokenizer.json of the language model, with ${model.sampler.vocabulary} tokens`,
    });
  const binary = model.likelihood?.support === 'binary';
  const checkpoint: Checkpoint = {
    model,
    weights,
    data: text ? { unit: 'running' } : { values: binary ? { binarise: 0.5 } : 'unit' },
    ...(text
      ? {
          tokenizer: readTokenizerJson(
            new TextDecoder().decode(readFileChecked(tokenizer!, 'tokenizer.json')),
            tokenizer!,
          ),
        }
      : {}),
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
