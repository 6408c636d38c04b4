import { GraftError } from '../../errors.ts';
import { fallbackIds, tokenTexts } from './token-texts.ts';
import { endOfText, type Tokenizer } from './tokenizer.ts';
import { characterJson } from './tokenizer-json.ts';
import { utf8Bytes, utf8Text } from './utf8.ts';

/** How a character tokenizer is made. */
export interface CharacterOptions {
  /**
   * What becomes of characters that the training text does not have. 'bytes': they are spelled by one token per
   * UTF-8 byte, from 256 byte tokens that the vocabulary then holds too (as SentencePiece's byte fallback does), so
   * that every text has a proper likelihood and none is lost. 'refuse': they are an error; the vocabulary is exactly
   * the characters of the training text.
   */
  unseen?: 'bytes' | 'refuse';
  /** Whether there is a token for beginning and end of items. */
  ends?: boolean;
}

/**
 * One token per character (Unicode code point) of the training text, in code point order from id 0; then, with
 * unseen = 'bytes', byte tokens; then the end token. Lone surrogates count as unseen.
 */
export function trainCharacterTokenizer(texts: Iterable<string>, options: CharacterOptions = {}): Tokenizer {
  const seen = new Set<number>();
  for (const text of texts) {
    for (const character of text) seen.add(character.codePointAt(0)!);
  }
  const characters = [...seen]
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .sort((a, b) => a - b)
    .map((code) => String.fromCodePoint(code));
  if (characters.length === 0) {
    throw new GraftError('bad-data', {
      what: 'tokenizer training text',
      problem: 'it has no characters',
    });
  }
  return characterTokenizer(characters, options);
}

/** The character tokenizer of a given vocabulary: character i has id i. */
export function characterTokenizer(
  characters: readonly string[],
  { unseen = 'bytes', ends = false }: CharacterOptions = {},
): Tokenizer {
  const fallback = unseen === 'bytes';
  const firstByte = characters.length;
  const afterBytes = firstByte + (fallback ? 256 : 0);
  const vocabularySize = afterBytes + (ends ? 1 : 0);
  const ids = new Map(characters.map((character, id) => [character, id]));
  const tokenBytes = new Int32Array(vocabularySize);
  characters.forEach((character, id) => {
    tokenBytes[id] = Buffer.byteLength(character, 'utf8');
  });
  tokenBytes.fill(1, firstByte, afterBytes);

  const encode = (text: string): Int32Array => {
    const out: number[] = [];
    for (const character of text) {
      const id = ids.get(character);
      if (id !== undefined) out.push(id);
      else if (fallback) for (const byte of utf8Bytes(character)) out.push(firstByte + byte);
      else throw unseenCharacter(character, text);
    }
    return Int32Array.from(out);
  };
  const decode = (tokens: ArrayLike<number>): string => {
    let text = '';
    let bytes: number[] = [];
    const flush = () => {
      if (bytes.length > 0) text += utf8Text(Uint8Array.from(bytes));
      bytes = [];
    };
    for (let i = 0; i < tokens.length; i++) {
      const id = tokens[i]!;
      if (id >= firstByte && id < afterBytes) {
        bytes.push(id - firstByte);
      } else {
        flush();
        text += characters[id] ?? '';
      }
    }
    flush();
    return text;
  };
  return {
    kind: 'character',
    vocabularySize,
    special: ends ? { bos: afterBytes, eos: afterBytes, pad: afterBytes } : {},
    tokenBytes,
    encode,
    decode,
    toJSON: () => {
      const vocab = Object.fromEntries(ids);
      if (fallback) for (let byte = 0; byte < 256; byte++) vocab[byteToken(byte)] = firstByte + byte;
      return characterJson(vocab, ends ? [{ id: afterBytes, content: endOfText }] : [], fallback);
    },
  };
}

/**
 * A character tokenizer that refuses unseen characters as one that spells them in bytes: its ids stay, the byte tokens come
 * behind them. Fails with `unsupported` for every other tokenizer.
 */
export function withByteTokens(tokenizer: Tokenizer): Tokenizer {
  const texts = tokenTexts(tokenizer);
  const characters = texts.flatMap((bytes) => (bytes === undefined ? [] : [utf8Text(bytes)]));
  const ends = tokenizer.special.eos !== undefined;
  if (tokenizer.kind !== 'character' || fallbackIds(tokenizer).size > 0)
    throw new GraftError('unsupported', {
      what: 'byte tokens beside the vocabulary',
      reason:
        tokenizer.kind === 'character'
          ? 'it has them already'
          : `it is one of ${tokenizer.kind} tokens, not of characters`,
    });
  return characterTokenizer(characters, { unseen: 'bytes', ends });
}

/** The name of a byte token in `tokenizer.json`. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function unseenCharacter(character: string, text: string): GraftError {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return new GraftError('bad-data', {
    what: 'text',
    problem: `the character ${JSON.stringify(character)} (U+${code}, at ${text.indexOf(character)}) is not in the tokenizer's vocabulary`,
    hint: "Train the tokenizer with unseen = 'bytes', or use the byte tokenizer; a model that was imported takes --unseen bytes.",
  });
}
