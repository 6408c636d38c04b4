import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainBpeTokenizer } from './bpe-tokenizer.ts';
import { byteTokenizer } from './byte-tokenizer.ts';
import { trainCharacterTokenizer } from './character-tokenizer.ts';
import { mergeWord } from './merge-word.ts';
import { readTokenizerJson } from './read-tokenizer.ts';
import { encodeItem, type Tokenizer, type TokenizerJson } from './tokenizer.ts';
import { trainTokenizer } from './train-tokenizer.ts';
import { splitWords } from './words.ts';

const tokenizers: Record<string, Tokenizer> = {
  byte: byteTokenizer(),
  'byte with ends': byteTokenizer({ ends: true }),
  character: trainCharacterTokenizer(['The quick brown fox;\n', 'ö€😀']),
  'character with ends': trainCharacterTokenizer(['abc'], { ends: true }),
  bpe: trainBpeTokenizer(['a man, a plan, a canal: Panama; ö€😀 ö€😀 '.repeat(3)], { vocabularySize: 300 }),
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

describe('byte-level BPE', () => {
  test('words laid end to end are the text', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(splitWords(text).join('')).toBe(text);
      }),
    );
  });

  test('merging is that of the definition: the lowest rank first, leftmost first', () => {
    const ranks = new Map([
      [1 * 10 + 1, { rank: 0, id: 4 }],
      [1 * 10 + 2, { rank: 1, id: 5 }],
      [4 * 10 + 4, { rank: 2, id: 6 }],
      [5 * 10 + 3, { rank: 3, id: 7 }],
      [4 * 10 + 5, { rank: 4, id: 8 }],
    ]);
    const byDefinition = (word: number[]): number[] => {
      let best: { rank: number; id: number; at: number } | undefined;
      for (let at = 0; at + 1 < word.length; at++) {
        const merge = ranks.get(word[at]! * 10 + word[at + 1]!);
        if (merge && (!best || merge.rank < best.rank)) best = { ...merge, at };
      }
      if (!best) return word;
      return byDefinition([...word.slice(0, best.at), best.id, ...word.slice(best.at + 2)]);
    };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 }), (word) => {
        expect(mergeWord(word, { ranks, size: 10 })).toEqual(byDefinition(word));
      }),
    );
  });

  test('a long text without spaces takes no quadratic time', () => {
    const text = 'ab'.repeat(200_000);
    const tokenizer = trainBpeTokenizer(['abababab abab'], { vocabularySize: 260 });
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test('stops when no pair occurs twice', () => {
    const tokenizer = trainBpeTokenizer(['abc abd'], { vocabularySize: 1000 });
    expect(Object.keys((tokenizer.toJSON() as TokenizerJson).model.vocab).slice(256)).toEqual([
      'ab',
      '<|endoftext|>',
    ]);
    expect(() => trainBpeTokenizer(['x'], { vocabularySize: 100 })).toThrow('vocabulary size is 99');
  });
});

describe('tokenizer files that are not what they should be', () => {
  const json = (change: (file: TokenizerJson) => unknown) =>
    JSON.stringify(change(tokenizers.bpe!.toJSON() as TokenizerJson));
  test.each([
    ['no JSON', '{', 'bad-file', 'is not a valid tokenizer.json file'],
    ['no model', '{"model": {}}', 'bad-file', 'at model.vocab'],
    [
      'another model',
      json((f) => ({ ...f, model: { ...f.model, type: 'Magic' } })),
      'unsupported',
      'its model is Magic',
    ],
    [
      'an unknown normaliser',
      json((f) => ({ ...f, normalizer: { type: 'Nonsense' } })),
      'bad-file',
      'Unknown Normalizer type',
    ],
    [
      'an unknown pre-tokenizer',
      json((f) => ({ ...f, pre_tokenizer: { type: 'Nonsense' } })),
      'bad-file',
      'Unknown PreTokenizer type',
    ],
    [
      'a gap in the ids',
      json((f) => ({ ...f, model: { ...f.model, vocab: { ...f.model.vocab, a: 4000 } } })),
      'bad-file',
      "token 'a' has id 4000",
    ],
    [
      'a merge without tokens',
      json((f) => ({ ...f, model: { ...f.model, merges: [['x', 'y']] } })),
      'bad-file',
      "merge 1 ('x y') has a part or a result without an id",
    ],
    [
      'a merge of three',
      json((f) => ({ ...f, model: { ...f.model, merges: ['x y z'] } })),
      'bad-file',
      'at line 1',
    ],
  ])('%s', (_, text, code, message) => {
    try {
      readTokenizerJson(text, 'tokenizer.json');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code });
      expect((error as Error).message).toContain(message);
    }
  });

  test('a vocabulary without some byte', () => {
    const file = {
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
      model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
    };
    expect(() => readTokenizerJson(JSON.stringify(file), 'tokenizer.json')).toThrow(
      "tokenizer.json is not a valid byte-level BPE tokenizer file: byte 0x00 ('Ā') has no token",
    );
  });
});

test('trainTokenizer makes what the spec names', () => {
  const texts = ['abc abc'];
  expect(trainTokenizer('byte', texts, true).vocabularySize).toBe(257);
  expect(trainTokenizer('character', texts, false).vocabularySize).toBe(4 + 256);
  expect(trainTokenizer({ character: { unseen: 'refuse' } }, texts, false).vocabularySize).toBe(4);
  expect(trainTokenizer({ bpe: { vocabulary: 257 } }, texts, false).vocabularySize).toBe(257);
});
