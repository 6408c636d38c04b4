import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { parseSpec } from '../../data/parse-spec.ts';
import { readTokenizerJson } from '../../data/tokenizers/read-tokenizer.ts';
import type { Marks, Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { GraftError } from '../../errors.ts';
import { isFolder } from '../../formats/list-files.ts';
import { readFileChecked } from '../../formats/read-file-checked.ts';
import { readMarks } from './config-fields.ts';

const text = (path: string): string => new TextDecoder().decode(readFileChecked(path, 'text'));

function parsed(path: string): unknown {
  try {
    return JSON.parse(text(path));
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError('bad-file', { path, format: 'JSON', problem: (cause as Error).message }, { cause });
  }
}

/**
 * The tokenizer of a model's folder: `tokenizer.json`, or GPT-2's `vocab.json` and `merges.txt`; its marks are those of
 * `tokenizer_config.json`, else of config.json. Undefined where there is none.
 */
export function readFolderTokenizer(
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Tokenizer | undefined {
  const path = join(folder, 'tokenizer.json');
  if (existsSync(path)) {
    const content = text(path);
    const first = readTokenizerJson(content, path);
    return readTokenizerJson(content, path, marksOf(folder, config, first));
  }
  const vocab = join(folder, 'vocab.json');
  const merges = join(folder, 'merges.txt');
  if (existsSync(vocab) && existsSync(merges)) {
    const lines = text(merges).split(/\r?\n/);
    const file = {
      added_tokens: [],
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
      decoder: { type: 'ByteLevel' },
      model: {
        type: 'BPE',
        vocab: parsed(vocab),
        merges: lines.filter((line) => line !== '' && !line.startsWith('#version')),
      },
    };
    const special = Object.entries(file.model.vocab as Record<string, number>)
      .filter(([content]) => /^<\|.*\|>$/.test(content))
      .map(([content, id]) => ({ id, content, special: true }));
    const content = JSON.stringify({ ...file, added_tokens: special });
    return readTokenizerJson(content, vocab, marksOf(folder, config, readTokenizerJson(content, vocab)));
  }
  const pieces = join(folder, 'tokenizer.model');
  if (existsSync(pieces))
    throw new GraftError('unsupported', {
      what: pieces,
      reason: 'the folder has no tokenizer.json',
      hint: `Make one: python -c "from transformers import AutoTokenizer as T; T.from_pretrained('in').save_pretrained('out')".`,
    });
  return undefined;
}

/**
 * The tokenizer of a folder that has one, or of a `tokenizer.json` with the marks that the files beside it name, or of any
 * other file in that format.
 */
export function readTokenizerAt(path: string): Tokenizer {
  const folder = isFolder(path) ? path : basename(path) === 'tokenizer.json' ? dirname(path) : undefined;
  if (folder === undefined) return readTokenizerJson(text(path), path);
  const found = readFolderTokenizer(folder, {});
  if (found !== undefined) return found;
  throw new GraftError('file-not-found', { path: join(folder, 'tokenizer.json'), what: 'tokenizer' });
}

const named = z.union([z.string(), z.object({ content: z.string() })]).nullish();

/** The ids of the marks, each an id that the tokenizer has. */
function marksOf(
  folder: string,
  config: Readonly<Record<string, unknown>>,
  { vocabularySize, toJSON }: Tokenizer,
): Marks {
  const ids = readMarks(config, join(folder, 'config.json'));
  const path = join(folder, 'tokenizer_config.json');
  const names = existsSync(path)
    ? parseSpec(z.object({ bos_token: named, eos_token: named, pad_token: named }), parsed(path), path)
    : undefined;
  const json = toJSON() as {
    added_tokens?: readonly { id: number; content: string }[];
    model: { vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[] };
  };
  const idOf = (mark: z.output<typeof named>, otherwise: number | undefined): number | undefined => {
    const content = typeof mark === 'string' ? mark : mark?.content;
    const { vocab } = json.model;
    const inVocabulary = (token: string): number | undefined => {
      if (!Array.isArray(vocab)) return (vocab as Readonly<Record<string, number>>)[token];
      const at = (vocab as readonly (readonly [string, number])[]).findIndex(([piece]) => piece === token);
      return at < 0 ? undefined : at;
    };
    const id =
      content === undefined
        ? otherwise
        : (json.added_tokens?.find((token) => token.content === content)?.id ?? inVocabulary(content));
    return id !== undefined && id < vocabularySize ? id : undefined;
  };
  const bos = idOf(names?.bos_token, ids.bos);
  const eos = idOf(names?.eos_token, ids.eos);
  const pad = idOf(names?.pad_token, ids.pad);
  return {
    ...(bos === undefined ? {} : { bos }),
    ...(eos === undefined ? {} : { eos }),
    ...(pad === undefined ? {} : { pad }),
  };
}

/** The `tokenizer_config.json` that makes `transformers` read `tokenizer.json`. */
export function tokenizerConfig(tokenizer: Tokenizer): Record<string, unknown> {
  const json = tokenizer.toJSON() as { added_tokens?: readonly { id: number; content: string }[] };
  const content = (id: number | undefined) =>
    id === undefined ? undefined : json.added_tokens?.find((token) => token.id === id)?.content;
  const { bos, eos, pad } = tokenizer.special;
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(
      [
        ['bos_token', content(bos)],
        ['eos_token', content(eos)],
        ['pad_token', content(pad)],
      ].filter(([, value]) => value !== undefined),
    ),
  };
}
