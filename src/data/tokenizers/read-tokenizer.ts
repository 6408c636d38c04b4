import { z } from 'zod';
import { GraftError } from '../../errors.ts';
import { bpeTokenizer } from './bpe-tokenizer.ts';
import { byteCharacters } from './byte-alphabet.ts';
import { byteTokenizer } from './byte-tokenizer.ts';
import { byteToken, characterTokenizer } from './character-tokenizer.ts';
import { endOfText, type Tokenizer } from './tokenizer.ts';

const vocabulary = z.record(z.string(), z.int().min(0));

const tokenizerJson = z.object({
  added_tokens: z.array(z.object({ id: z.int(), content: z.string(), special: z.boolean() })).default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  model: z.object({
    type: z.string().default('BPE'),
    byte_fallback: z.boolean().nullish(),
    vocab: vocabulary,
    merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
  }),
});

const byteLevel = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false),
  use_regex: z.boolean().default(true),
});

/**
 * The tokenizer of a Hugging Face `tokenizer.json`: those that Graft writes (characters, bytes, byte-level BPE) and
 * every other byte-level BPE with GPT-2's words and no normaliser. Others are refused as unsupported.
 */
export function readTokenizerJson(text: string, path: string): Tokenizer {
  const file = parse(text, path, tokenizerJson, 'tokenizer.json');
  const { model, normalizer, pre_tokenizer: words } = file;
  if (model.type !== 'BPE') throw unsupported(path, `its model is ${model.type}`);
  if (normalizer != null)
    throw unsupported(path, 'it has a normaliser, so decoding cannot give the text back');
  const vocab = { ...model.vocab };
  for (const { id, content } of file.added_tokens) {
    if (!Object.hasOwn(vocab, content)) vocab[content] = id;
  }
  const special = file.added_tokens.map((token) => token.content);
  const merges = model.merges.map((merge, i) =>
    typeof merge === 'string' ? mergeOf(merge, i, path) : merge,
  );
  if (words == null && merges.length === 0) {
    return readCharacters(model.vocab, model.byte_fallback ?? false, special.includes(endOfText), path);
  }
  const level = byteLevel.safeParse(words);
  if (!level.success)
    throw unsupported(path, 'its words are not those of GPT-2 (ByteLevel without prefix space)');
  if (level.data.use_regex) return bpeTokenizer({ vocab, merges }, endFirst(special), path);
  if (merges.length === 0 && byteCharacters.every((character, byte) => vocab[character] === byte)) {
    return byteTokenizer({ ends: special.includes(endOfText) });
  }
  throw unsupported(path, 'it merges bytes without cutting text into words first');
}

function readCharacters(
  vocab: Record<string, number>,
  fallback: boolean,
  ends: boolean,
  path: string,
): Tokenizer {
  const entries = Object.entries(vocab).sort((a, b) => a[1] - b[1]);
  const count = entries.length - (fallback ? 256 : 0);
  const ordered = entries.every(([token, id], i) => {
    if (id !== i) return false;
    return i < count ? [...token].length === 1 : token === byteToken(i - count);
  });
  if (!ordered || count < 1) {
    throw unsupported(path, 'its vocabulary is not single characters from id 0, then the byte tokens');
  }
  const characters = entries.slice(0, count).map(([token]) => token);
  return characterTokenizer(characters, { unseen: fallback ? 'bytes' : 'refuse', ends });
}

function mergeOf(line: string, index: number, path: string): [string, string] {
  const parts = line.split(' ');
  if (parts.length === 2 && parts[0] !== '' && parts[1] !== '') return [parts[0]!, parts[1]!];
  throw new GraftError('bad-file', {
    path,
    format: 'BPE merges',
    problem: `'${line.slice(0, 60)}' is not two tokens with one space between`,
    offset: `line ${index + 1}`,
  });
}

function endFirst(special: readonly string[]): string[] {
  return special.includes(endOfText) ? [endOfText, ...special.filter((s) => s !== endOfText)] : [...special];
}

function parse<T>(text: string, path: string, schema: z.ZodType<T>, format: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GraftError('bad-file', { path, format, problem: (cause as Error).message }, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new GraftError('bad-file', {
    path,
    format,
    problem: issue.message,
    offset: issue.path.length === 0 ? 'the top level' : issue.path.join('.'),
  });
}

function unsupported(path: string, reason: string): GraftError {
  return new GraftError('unsupported', {
    what: `the tokenizer in ${path}`,
    reason,
    hint: 'Graft reads character, byte and byte-level BPE (GPT-2) tokenizers.',
  });
}
