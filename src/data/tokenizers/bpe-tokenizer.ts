import { GraftError } from '../../errors.ts';
import { byteCharacters, bytesOfToken } from './byte-alphabet.ts';
import { mergeWord } from './merge-word.ts';
import { endOfText, type Tokenizer } from './tokenizer.ts';
import { byteLevelJson } from './tokenizer-json.ts';
import { type BpeModel, trainBpe } from './train-bpe.ts';
import { utf8Bytes, utf8Text } from './utf8.ts';
import { splitWords } from './words.ts';

/** Words kept with their ids, so that frequent words are merged once. */
const cachedWords = 50_000;

/** A byte-level BPE trained on `texts`, with the end token as its last id; `vocabularySize` counts everything. */
export function trainBpeTokenizer(
  texts: Iterable<string>,
  options: { vocabularySize: number; ends?: boolean },
): Tokenizer {
  const ends = options.ends ?? true;
  const model = trainBpe(texts, options.vocabularySize - (ends ? 1 : 0));
  if (ends) model.vocab[endOfText] = Object.keys(model.vocab).length;
  return bpeTokenizer(model, ends ? [endOfText] : []);
}

/**
 * The tokenizer of a byte-level BPE with GPT-2's words. `special` names the tokens of the vocabulary that no text
 * gives; the first of them marks beginning, end and padding. Ids are those of Hugging Face's `tokenizers` for text
 * that does not spell a special token; one that does is encoded as ordinary text here.
 *
 * @param where the file, for messages.
 */
export function bpeTokenizer(model: BpeModel, special: readonly string[] = [], where?: string): Tokenizer {
  const { size, ids, tokens } = checkVocabulary(model.vocab, where);
  const isSpecial = new Set(special);
  const bytes = tokens.map((token) => (isSpecial.has(token) ? new Uint8Array(0) : bytesOfToken(token)!));
  const byteIds = byteCharacters.map((character) => ids.get(character)!);
  const ranks = new Map<number, { rank: number; id: number }>();
  model.merges.forEach(([left, right], rank) => {
    const [a, b, id] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === undefined || b === undefined || id === undefined) {
      throw broken(`merge ${rank + 1} ('${left} ${right}') has a part or a result without an id`, where);
    }
    if (!ranks.has(a * size + b)) ranks.set(a * size + b, { rank, id });
  });
  const cache = new Map<string, readonly number[]>();
  const encodeWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known) return known;
    const merged = mergeWord(
      Array.from(utf8Bytes(word), (byte) => byteIds[byte]!),
      { ranks, size },
    );
    if (cache.size < cachedWords) cache.set(word, merged);
    return merged;
  };
  const end = special[0] === undefined ? undefined : ids.get(special[0]);
  return {
    kind: 'bpe',
    vocabularySize: size,
    special: end === undefined ? {} : { bos: end, eos: end, pad: end },
    tokenBytes: Int32Array.from(bytes, (b) => b.length),
    encode: (text) => Int32Array.from(splitWords(text).flatMap(encodeWord)),
    decode: (tokenIds) =>
      utf8Text(Buffer.concat(Array.from(tokenIds, (id) => bytes[id] ?? new Uint8Array(0)))),
    toJSON: () =>
      byteLevelJson(
        model.vocab,
        model.merges,
        special.map((content) => ({ id: ids.get(content)!, content })),
        true,
      ),
  };

  function checkVocabulary(vocab: Record<string, number>, file: string | undefined) {
    const entries = Object.entries(vocab);
    const list = new Array<string>(entries.length);
    for (const [token, id] of entries) {
      if (!Number.isInteger(id) || id < 0 || id >= entries.length || list[id] !== undefined) {
        throw broken(
          `token '${token}' has id ${id}; ids must be 0 to ${entries.length - 1}, each once`,
          file,
        );
      }
      if (!special.includes(token) && bytesOfToken(token) === undefined) {
        throw broken(`token '${token}' (id ${id}) has characters outside the byte-level alphabet`, file);
      }
      list[id] = token;
    }
    const missing = byteCharacters.findIndex((character) => !Object.hasOwn(vocab, character));
    if (missing >= 0) {
      throw broken(
        `byte 0x${missing.toString(16).padStart(2, '0')} ('${byteCharacters[missing]}') has no token`,
        file,
      );
    }
    return { size: entries.length, ids: new Map(entries), tokens: list };
  }
}

function broken(problem: string, file: string | undefined): GraftError {
  return file === undefined
    ? new GraftError('bad-data', { what: 'byte-level BPE', problem })
    : new GraftError('bad-file', { path: file, format: 'byte-level BPE tokenizer', problem });
}
