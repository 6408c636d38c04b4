import { Tokenizer as Pipeline } from '@huggingface/tokenizers';
import { GraftError } from '../../errors.ts';
import { byteToken, tokenReader } from './token-texts.ts';
import type { Marks, Tokenizer } from './tokenizer.ts';

/** What is looked at of a `tokenizer.json` besides running it. */
export interface TokenizerFile {
  readonly model: { readonly type: string; readonly byte_fallback?: boolean | null | undefined };
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly decoder?: unknown;
  readonly added_tokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
}

/** Ids beyond this are no vocabulary. */
const MOST_TOKENS = 10_000_000;

/**
 * The tokenizer of any `tokenizer.json` with a BPE, Unigram, WordPiece or word-level model, run by
 * `@huggingface/tokenizers`: normalisers, pre-tokenisers with their patterns, byte fallback, added tokens, decoders.
 * Ids are those of Hugging Face's `tokenizers` without special tokens; text that spells a special token is ordinary
 * text here, other added tokens are found. A normaliser that changes text (NFC, lower case) makes decoding give the
 * changed text.
 *
 * @param json the parsed file, which `toJSON` gives back as it was.
 * @param marks ids of beginning, end and padding, which the file itself does not name.
 */
export function huggingFaceTokenizer(
  json: object,
  file: TokenizerFile,
  marks: Marks,
  path: string,
): Tokenizer {
  const special = new Set(file.added_tokens.filter((t) => t.special).map(({ id }) => id));
  const run = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new GraftError(
        'bad-file',
        { path, format: 'tokenizer.json', problem: problemOf(cause) },
        { cause },
      );
    }
  };
  const settings = { clean_up_tokenization_spaces: false };
  // Without special tokens, so that text that spells one is ordinary text.
  const encoder = run(
    () =>
      new Pipeline(
        { ...json, added_tokens: file.added_tokens.filter((token) => !token.special), post_processor: null },
        settings,
      ),
  );
  const decoder = run(() => new Pipeline({ ...json, added_tokens: file.added_tokens }, settings));
  const vocabulary = run(() => decoder.get_vocab());
  let size = 0;
  for (const id of vocabulary.values()) size = Math.max(size, id + 1);
  if (size === 0 || size > MOST_TOKENS)
    throw new GraftError('bad-file', {
      path,
      format: 'tokenizer.json',
      problem: `its largest id is ${size - 1}; 0 to ${MOST_TOKENS - 1} are possible`,
    });
  const tokenBytes = new Int32Array(size);
  const read = tokenReader(file);
  for (const [token, id] of vocabulary)
    if (typeof token === 'string' && !special.has(id)) tokenBytes[id] = read(token).length;
  for (const [mark, id] of Object.entries(marks))
    if (id !== undefined && (!Number.isInteger(id) || id < 0))
      throw new GraftError('invalid-value', {
        what: `the ${mark} token`,
        received: id,
        allowed: 'an id of the vocabulary',
        where: path,
      });
  return {
    kind: file.model.type === 'BPE' ? 'bpe' : 'pieces',
    vocabularySize: size,
    special: marks,
    tokenBytes,
    encode(text) {
      if (text === '') return new Int32Array(0);
      const { ids } = run(() => encoder.encode(text, { add_special_tokens: false }));
      const unknown = ids.findIndex((id: number | undefined) => id === undefined);
      if (unknown >= 0)
        throw new GraftError('bad-data', {
          what: 'text',
          problem: 'has characters that the tokenizer has no token for, and it has no unknown token either',
          where: path,
        });
      return Int32Array.from(ids);
    },
    decode(ids) {
      const known = Array.from(ids).filter((id) => id >= 0 && id < size && !special.has(id));
      if (known.length === 0) return '';
      const text = run(() => decoder.decode(known, { skip_special_tokens: true }));
      return file.model.byte_fallback ? withMarks(known, text) : text;
    },
    toJSON: () => json,
  };

  /**
   * The text again where it has byte order marks (U+FEFF): the library's reader of bytes drops one that begins a run of
   * byte tokens. A character that nothing else is stands for it while the rest is decoded.
   */
  function withMarks(ids: readonly number[], text: string): string {
    const tokens = ids.map((id) => decoder.id_to_token(id) ?? '');
    const isMark = (i: number) => mark.every((byte, k) => tokens[i + k] === byte);
    if (!tokens.some((_, i) => isMark(i))) return text;
    let stand = 0xe000;
    while (text.includes(String.fromCharCode(stand))) stand++;
    const changed: string[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const begins = isMark(i) && !byteToken.test(changed.at(-1) ?? '');
      changed.push(begins ? String.fromCharCode(stand) : tokens[i]!);
      if (begins) i += mark.length - 1;
    }
    return run(() => decoder.decoder!(changed)).replaceAll(String.fromCharCode(stand), '\ufeff');
  }
}

/** What the library says is wrong; it may quote what the file has in place of a name, whatever that is. */
function problemOf(cause: unknown): string {
  const { message } = cause as Error;
  const stage = /^Unknown (\w+) type: /.exec(message)?.[1];
  if (stage !== undefined && !/: \w{1,60}$/.test(message)) return `a ${stage} in it has no type`;
  return message.length > 300 ? `${message.slice(0, 300)}…` : message.replaceAll('undefined', 'missing');
}

/** U+FEFF in UTF-8. */
const mark = ['<0xEF>', '<0xBB>', '<0xBF>'];
