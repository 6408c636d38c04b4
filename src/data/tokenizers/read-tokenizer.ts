import { z } from 'zod';
import { GraftError } from '../../errors.ts';
import { schemaProblem } from '../../formats/schema-problem.ts';
import { bpeTokenizer } from './bpe-tokenizer.ts';
import { byteCharacters } from './byte-alphabet.ts';
import { byteTokenizer } from './byte-tokenizer.ts';
import { characterTokenizer } from './character-tokenizer.ts';
import { huggingFaceTokenizer } from './hugging-face-tokenizer.ts';
import { byteToken } from './piece-tokenizer.ts';
import { endOfText, type Marks, type Tokenizer } from './tokenizer.ts';
import { unitKind, unitsTokenizer } from './units-tokenizer.ts';

/** Ids lie below this: the pipeline makes lists as long as the largest. The largest vocabularies there are have 262,144. */
const MOST_TOKENS = 2 ** 22;

const tokenId = z.int().min(0).lt(MOST_TOKENS);
const vocabulary = z.record(z.string(), tokenId);

/** A stage of the pipeline; what its type needs besides is looked at where it is built. */
const stage = z.looseObject({ type: z.string().max(100) }).nullish();

const tokenizerJson = z.object({
  added_tokens: z.array(z.object({ id: tokenId, content: z.string(), special: z.boolean() })).default([]),
  normalizer: stage,
  pre_tokenizer: stage,
  post_processor: stage,
  decoder: stage,
  model: z.looseObject({ type: z.string().default('BPE'), byte_fallback: z.boolean().nullish() }),
});

const bpeModel = z.object({
  vocab: vocabulary,
  merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
});

/** Models that the pipeline runs, by the members that it relies on. */
const models: Record<string, z.ZodType> = {
  BPE: bpeModel,
  Unigram: z.object({ vocab: z.array(z.tuple([z.string(), z.number()])).min(1) }),
  WordPiece: z.object({ vocab: vocabulary, unk_token: z.string() }),
};

const byteLevel = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false),
  use_regex: z.boolean().default(true),
});

/**
 * The tokenizer of a Hugging Face `tokenizer.json`: those that Graft writes (characters, bytes, byte-level BPE) and
 * every other byte-level BPE with GPT-2's words and no normaliser by Graft's own code, all others by Hugging Face's.
 *
 * @param marks ids of beginning, end and padding where the model's configuration names them; otherwise one special
 * token stands for all three.
 */
export function readTokenizerJson(text: string, path: string, marks?: Marks): Tokenizer {
  const json = parseJson(text, path);
  const file = check(json, path, tokenizerJson, 'tokenizer.json');
  const { type } = file.model;
  if (!Object.hasOwn(models, type)) throw unsupported(path, `its model is ${type}`);
  const model = check(file.model, path, models[type]!, 'tokenizer.json', 'model.');
  const own = type === 'BPE' ? readOwn(file, model as z.output<typeof bpeModel>, path) : undefined;
  if (own !== undefined) return marks === undefined ? own : { ...own, special: marks };
  const { added_tokens: added, ...rest } = file;
  return huggingFaceTokenizer(
    { ...(json as object), model: { ...file.model, ...(model as object) } },
    { ...rest, added_tokens: added },
    marks ?? firstSpecial(file),
    path,
  );
}

/** The first special token marks all three, as in files that Graft writes. */
function firstSpecial(file: z.output<typeof tokenizerJson>): Marks {
  const end = file.added_tokens.find(({ special }) => special)?.id;
  return end === undefined ? {} : { bos: end, eos: end, pad: end };
}

/** The tokenizer where it is one that Graft writes; undefined where it is another program's. */
function readOwn(
  file: z.output<typeof tokenizerJson>,
  model: z.output<typeof bpeModel>,
  path: string,
): Tokenizer | undefined {
  const words = file.pre_tokenizer;
  if (file.normalizer != null || file.added_tokens.some((token) => !token.special)) return undefined;
  const units = readUnits(file, model);
  if (units !== undefined) return units;
  if (
    file.model.ignore_merges === true ||
    file.model.continuing_subword_prefix ||
    file.model.end_of_word_suffix
  )
    return undefined;
  const vocab = { ...model.vocab };
  for (const { id, content } of file.added_tokens) {
    if (!Object.hasOwn(vocab, content)) vocab[content] = id;
  }
  const special = file.added_tokens.map((token) => token.content);
  const merges = model.merges.map((merge, i) =>
    typeof merge === 'string' ? mergeOf(merge, i, path) : merge,
  );
  if (words == null && merges.length === 0) {
    return readCharacters(model.vocab, file.model.byte_fallback ?? false, special.includes(endOfText));
  }
  const level = byteLevel.safeParse(words);
  if (!level.success) return undefined;
  if (level.data.use_regex) return bpeTokenizer({ vocab, merges }, endFirst(special), path);
  if (merges.length === 0 && byteCharacters.every((character, byte) => vocab[character] === byte)) {
    return byteTokenizer({ ends: special.includes(endOfText) });
  }
  return undefined;
}

const split = z.object({ type: z.literal('Split'), pattern: z.object({ Regex: z.string() }) });

/** A vocabulary of musical units, as `unitsTokenizer` writes it. */
function readUnits(
  file: z.output<typeof tokenizerJson>,
  { vocab, merges }: z.output<typeof bpeModel>,
): Tokenizer | undefined {
  const found = split.safeParse(file.pre_tokenizer);
  const kind = found.success ? unitKind(found.data.pattern.Regex) : undefined;
  if (kind === undefined || merges.length > 0 || file.model.ignore_merges !== true) return undefined;
  const entries = Object.entries(vocab).sort((a, b) => a[1] - b[1]);
  const count = entries.length - 256;
  const ordered = entries.every(
    ([token, id], i) => id === i && (i < count || token === byteToken(i - count)),
  );
  if (!ordered || count < 0) return undefined;
  const ends = file.added_tokens.some(({ content }) => content === endOfText);
  return unitsTokenizer(
    kind,
    entries.slice(0, count).map(([token]) => token),
    ends,
  );
}

function readCharacters(
  vocab: Record<string, number>,
  fallback: boolean,
  ends: boolean,
): Tokenizer | undefined {
  const entries = Object.entries(vocab).sort((a, b) => a[1] - b[1]);
  const count = entries.length - (fallback ? 256 : 0);
  const ordered = entries.every(([token, id], i) => {
    if (id !== i) return false;
    return i < count ? [...token].length === 1 : token === byteToken(i - count);
  });
  if (!ordered || count < 1) return undefined;
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

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GraftError(
      'bad-file',
      { path, format: 'tokenizer.json', problem: (cause as Error).message },
      { cause },
    );
  }
}

function check<T>(value: unknown, path: string, schema: z.ZodType<T>, format: string, at = ''): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new GraftError('bad-file', {
    path,
    format,
    problem: schemaProblem(issue),
    offset: issue.path.length === 0 ? 'the top level' : at + issue.path.join('.'),
  });
}

function unsupported(path: string, reason: string): GraftError {
  return new GraftError('unsupported', {
    what: `the tokenizer in ${path}`,
    reason,
    hint: 'Graft reads tokenizers with a BPE, Unigram or WordPiece model.',
  });
}
