import { byteCharacters } from './byte-alphabet.ts';
import { endOfText, type Tokenizer } from './tokenizer.ts';
import { byteLevelJson } from './tokenizer-json.ts';
import { utf8Bytes, utf8Text } from './utf8.ts';

/** One token per UTF-8 byte, id = byte; with `ends`, id 256 marks beginning and end of items. */
export function byteTokenizer(options: { ends?: boolean } = {}): Tokenizer {
  const ends = options.ends ?? false;
  const vocabularySize = ends ? 257 : 256;
  const tokenBytes = new Int32Array(vocabularySize).fill(1, 0, 256);
  return {
    kind: 'byte',
    vocabularySize,
    special: ends ? { bos: 256, eos: 256, pad: 256 } : {},
    tokenBytes,
    encode: (text) => Int32Array.from(utf8Bytes(text)),
    decode: (ids) => utf8Text(Uint8Array.from(Array.from(ids).filter((id) => id < 256))),
    toJSON: () =>
      byteLevelJson(
        Object.fromEntries(byteCharacters.map((character, byte) => [character, byte])),
        [],
        ends ? [{ id: 256, content: endOfText }] : [],
        false,
      ),
  };
}
