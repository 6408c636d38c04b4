import { bytesOfToken } from './byte-alphabet.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What of a `tokenizer.json` says how its tokens are written. */
export interface TokenWriting {
  readonly model: { readonly byte_fallback?: boolean | null | undefined };
  readonly pre_tokenizer?: unknown;
  readonly decoder?: unknown;
}

/** A byte as Llama-type vocabularies write it. */
export const byteToken = /^<0x[0-9A-F]{2}>$/;

/**
 * The bytes of text that a token of a vocabulary stands for: GPT-2's byte alphabet, `▁` for a space, `<0x41>` for a byte.
 * Tokens outside of the byte alphabet (added words) are their own text.
 */
export function tokenReader(file: TokenWriting): (token: string) => Uint8Array {
  const parts = JSON.stringify([file.pre_tokenizer ?? null, file.decoder ?? null]);
  if (parts.includes('"ByteLevel"')) return (token) => bytesOfToken(token) ?? Buffer.from(token);
  const spaces = parts.includes('▁') || parts.includes('"Metaspace"');
  return (token) => {
    if (file.model.byte_fallback && byteToken.test(token)) return Uint8Array.of(Number(token.slice(1, -1)));
    return Buffer.from(spaces ? token.replaceAll('▁', ' ') : token);
  };
}

type Vocabulary = Readonly<Record<string, number>> | readonly (readonly [string, number])[];

/**
 * The bytes that each token of a tokenizer stands for, [vocabularySize], whatever the way in which its vocabulary writes
 * them; undefined for special tokens and ids without a token.
 */
export function tokenTexts(tokenizer: Tokenizer): (Uint8Array | undefined)[] {
  const file = fileOf(tokenizer);
  const read = tokenReader(file);
  const texts = new Array<Uint8Array | undefined>(tokenizer.vocabularySize).fill(undefined);
  for (const [token, id] of entriesOf(file)) texts[id] = read(token);
  for (const { id, content, special } of file.added_tokens ?? [])
    texts[id] = special ? undefined : Buffer.from(content);
  return texts;
}

/** The ids that spell, byte by byte, text which no other token has. */
export function fallbackIds(tokenizer: Tokenizer): Set<number> {
  const file = fileOf(tokenizer);
  if (!file.model.byte_fallback) return new Set();
  return new Set(entriesOf(file).flatMap(([token, id]) => (byteToken.test(token) ? [id] : [])));
}

type File = TokenWriting & {
  readonly model: { readonly vocab: Vocabulary };
  readonly added_tokens?: readonly { id: number; content: string; special: boolean }[];
};

const fileOf = (tokenizer: Tokenizer): File => tokenizer.toJSON() as File;

const entriesOf = ({ model: { vocab } }: File): readonly (readonly [string, number])[] =>
  Array.isArray(vocab)
    ? (vocab as readonly (readonly [string, number])[]).map(([token], id) => [token, id] as const)
    : Object.entries(vocab as Readonly<Record<string, number>>);
