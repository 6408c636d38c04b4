import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteTokenizer } from './byte-tokenizer.ts';
import { trainCharacterTokenizer } from './character-tokenizer.ts';
import { encodeItem, type Tokenizer } from './tokenizer.ts';

const tokenizers: Record<string, Tokenizer> = {
  byte: byteTokenizer(),
  'byte with ends': byteTokenizer({ ends: true }),
  character: trainCharacterTokenizer(['The quick brown fox;\n', 'ö€😀']),
  'character with ends': trainCharacterTokenizer(['abc'], { ends: true }),
};
/** Any string of UTF-16 units, with many that are not well-formed. */
const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  fc
    .array(fc.constantFrom('\ud83d', '\ude00', 'a', '\ufeff', '<|endoftext|>'))
    .map((parts) => parts.join('')),
);

describe.each(Object.entries(tokenizers))('%s', (_, tokenizer) => {
  test('decode(encode(x)) is x for every string', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('ids are in the vocabulary, none is special, and their bytes add up', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const ids = tokenizer.encode(text);
        const special = Object.values(tokenizer.special);
        expect([...ids].every((id) => id >= 0 && id < tokenizer.vocabularySize)).toBe(true);
        expect([...ids].some((id) => special.includes(id))).toBe(false);
        const bytes = ids.reduce((sum, id) => sum + tokenizer.tokenBytes[id]!, 0);
        expect(bytes).toBe(Buffer.byteLength(text, 'utf8'));
      }),
    );
    expect(tokenizer.tokenBytes.length).toBe(tokenizer.vocabularySize);
  });
});

describe('character tokenizer', () => {
  test('ids follow code points; byte tokens come after, the end token last', () => {
    const tokenizer = trainCharacterTokenizer(['cab😀'], { ends: true });
    expect(tokenizer.vocabularySize).toBe(4 + 256 + 1);
    expect([...tokenizer.encode('abc😀')]).toEqual([0, 1, 2, 3]);
    expect([...tokenizer.encode('é')]).toEqual([4 + 0xc3, 4 + 0xa9]);
    expect([...encodeItem(tokenizer, 'a')]).toEqual([260, 0, 260]);
    expect(tokenizer.decode([260, 0, 4 + 0xc3, 260])).toBe('a\ufffd');
  });

  test("unseen = 'refuse' has exactly the characters of the text, and says which one it lacks", () => {
    const tokenizer = trainCharacterTokenizer(['hello'], { unseen: 'refuse' });
    expect(tokenizer.vocabularySize).toBe(4);
    expect(tokenizer.decode(tokenizer.encode('hole'))).toBe('hole');
    expect(() => tokenizer.encode('hélo')).toThrow(
      'the character "é" (U+00E9, at 1) is not in the tokenizer',
    );
  });

  test('no text, no vocabulary', () => {
    expect(() => trainCharacterTokenizer(['', ''])).toThrow('it has no characters');
  });
});
