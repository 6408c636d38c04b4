import { endOfText, type Tokenizer, type TokenizerJson } from './tokenizer.ts';
import { utf8Bytes, utf8Text } from './utf8.ts';

/** What tokenizers of a fixed vocabulary of pieces differ in. */
export interface Pieces {
  readonly kind: Tokenizer['kind'];
  /** Entry i has id i. */
  readonly vocabulary: readonly string[];
  /** Whether 256 byte tokens behind the vocabulary spell what it does not have. */
  readonly fallback: boolean;
  /** Whether there is a token, the last one, for beginning and end of items. */
  readonly ends: boolean;
  /** Cuts a text into pieces, which joined give it again; a piece that is no token is taken character by character. */
  cut(text: string): Iterable<string>;
  /** The error for a character that is no token, where nothing spells it. */
  unseen?(character: string, text: string): Error;
  /** As `tokenizer.json`. */
  json(
    vocabulary: Record<string, number>,
    special: readonly { id: number; content: string }[],
  ): TokenizerJson;
}

/** The tokenizer of a fixed vocabulary of pieces. Ids: the vocabulary, byte tokens where there are any, the end token. */
export function pieceTokenizer({ kind, vocabulary, fallback, ends, cut, unseen, json }: Pieces): Tokenizer {
  const firstByte = vocabulary.length;
  const end = firstByte + (fallback ? 256 : 0);
  const vocabularySize = end + (ends ? 1 : 0);
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]));
  const tokenBytes = new Int32Array(vocabularySize);
  vocabulary.forEach((piece, id) => {
    tokenBytes[id] = Buffer.byteLength(piece, 'utf8');
  });
  tokenBytes.fill(1, firstByte, end);
  return {
    kind,
    vocabularySize,
    special: ends ? { bos: end, eos: end, pad: end } : {},
    tokenBytes,
    encode(text) {
      const out: number[] = [];
      for (const piece of cut(text)) {
        const whole = ids.get(piece);
        if (whole !== undefined) out.push(whole);
        else
          for (const character of piece) {
            const id = ids.get(character);
            if (id !== undefined) out.push(id);
            else if (fallback) for (const byte of utf8Bytes(character)) out.push(firstByte + byte);
            else throw unseen!(character, text);
          }
      }
      return Int32Array.from(out);
    },
    decode(tokens) {
      let text = '';
      let bytes: number[] = [];
      const flush = () => {
        if (bytes.length > 0) text += utf8Text(Uint8Array.from(bytes));
        bytes = [];
      };
      for (let i = 0; i < tokens.length; i++) {
        const id = tokens[i]!;
        if (id >= firstByte && id < end) bytes.push(id - firstByte);
        else {
          flush();
          text += vocabulary[id] ?? '';
        }
      }
      flush();
      return text;
    },
    toJSON() {
      const vocab = Object.fromEntries(ids);
      if (fallback) for (let byte = 0; byte < 256; byte++) vocab[byteToken(byte)] = firstByte + byte;
      return json(vocab, ends ? [{ id: end, content: endOfText }] : []);
    },
  };
}

/** The name of a byte token in `tokenizer.json`. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
