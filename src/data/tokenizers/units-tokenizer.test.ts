import { describe, expect, test } from 'vitest';
import { abcUnits } from '../../formats/music/abc-units.ts';
import { readTokenizerJson } from './read-tokenizer.ts';
import { trainUnitsTokenizer } from './units-tokenizer.ts';

const tune = (title: string) =>
  `X:1\nT:${title}\nM:6/8\nK:D\nA|"D" def fed|(3fga [1^c3/2=c/2 z2:|\\\n[2"A7"_B,2 {d}[DF]4 c'-c'>d|]\n`;

test('a tune is cut into headers, notes, bar lines, endings, chord symbols and tuplets', () => {
  expect(abcUnits(tune('Any')).filter((unit) => unit !== ' ' && unit !== '\n')).toEqual(
    // biome-ignore format: a line of the tune a line
    [
      'X:1', 'T:Any', 'M:6/8', 'K:D',
      'A', '|', '"D"', 'd', 'e', 'f', 'f', 'e', 'd', '|', '(3', 'f', 'g', 'a', '[1', '^c3/2', '=c/2', 'z2', ':|', '\\',
      '[2', '"A7"', '_B,2', '{', 'd', '}', '[', 'D', 'F', ']4', "c'", '-', "c'", '>', 'd', '|]',
    ],
  );
  // A letter before a repeat sign is a note, not a field.
  expect(abcUnits('K:D\nd:|\n')).toEqual(['K:D', '\n', 'd', ':|', '\n']);
});

describe('a tokenizer of musical units', () => {
  const tokenizer = trainUnitsTokenizer('abc', [tune('One'), tune('Two')], true);

  test('has a token for a whole note, metre or key, and spells titles and what it has not seen', () => {
    expect(tokenizer.encode('M:6/8\n^c3/2')).toHaveLength(3);
    expect(tokenizer.encode('T:One')).toHaveLength(5);
    expect(tokenizer.encode('M:9/8')).toHaveLength(5 + 0);
    expect(tokenizer.encode('^f7')).toHaveLength(3);
    expect(tokenizer.special.eos).toBe(tokenizer.vocabularySize - 1);
  });

  test('gives every text back, and its bytes by tokens', () => {
    for (const text of [tune('Three'), 'Straße 😀 "', '\ud800x', '']) {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      const bytes = ids.reduce((sum, id) => sum + tokenizer.tokenBytes[id]!, 0);
      expect(bytes).toBe(Buffer.byteLength(text, 'utf8'));
    }
  });

  test('comes back from tokenizer.json', () => {
    const json = JSON.stringify(tokenizer.toJSON());
    const again = readTokenizerJson(json, 'tokenizer.json');
    expect(again.kind).toBe('abc');
    expect(again.vocabularySize).toBe(tokenizer.vocabularySize);
    expect([...again.encode(tune('Four'))]).toEqual([...tokenizer.encode(tune('Four'))]);
    expect(JSON.stringify(again.toJSON())).toBe(json);
  });
});
