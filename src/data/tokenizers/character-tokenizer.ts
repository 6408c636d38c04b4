import { GraftError } from '../../errors.ts';
import { pieceTokenizer } from './piece-tokenizer.ts';
import { fallbackIds, tokenTexts } from './token-texts.ts';
import type { Tokenizer } from './tokenizer.ts';
import { characterJson } from './tokenizer-json.ts';
import { utf8Text } from './utf8.ts';

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
  return pieceTokenizer({
    kind: 'character',
    vocabulary: characters,
    fallback,
    ends,
    cut: (text) => text,
    unseen: unseenCharacter,
    json: (vocab, special) => characterJson(vocab, special, fallback),
  });
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

function unseenCharacter(character: string, text: string): GraftError {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return new GraftError('bad-data', {
    what: 'text',
    problem: `the character ${JSON.stringify(character)} (U+${code}, at ${text.indexOf(character)}) is not in the tokenizer's vocabulary`,
    hint: "Train the tokenizer with unseen = 'bytes', or use the byte tokenizer; a model that was imported takes --unseen bytes.",
  });
}
