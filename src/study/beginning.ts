import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { isGraftError } from '../errors.ts';
import type { Encoding } from './encoding.ts';

/**
 * The token that every generated text starts from: the beginning mark; without one, what running text most likely
 * begins after: a line end, else a space, else the vocabulary's first token.
 */
export function beginning(encoding: Encoding): Int32Array {
  if (encoding.kind !== 'text') return Int32Array.of(0);
  const { bos } = encoding.tokenizer.special;
  if (bos !== undefined) return Int32Array.of(bos);
  for (const text of ['\n', ' ']) {
    const first = knownToken(encoding.tokenizer, text);
    if (first !== undefined) return Int32Array.of(first);
  }
  return Int32Array.of(0);
}

/** The first token of a text; undefined where the vocabulary does not have it. */
function knownToken(tokenizer: Tokenizer, text: string): number | undefined {
  try {
    return tokenizer.encode(text)[0];
  } catch (error) {
    if (!isGraftError(error, 'bad-data')) throw error;
    return undefined;
  }
}
