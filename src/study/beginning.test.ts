import { expect, test } from 'vitest';
import { characterTokenizer } from '../data/tokenizers/character-tokenizer.ts';
import { beginning } from './beginning.ts';

test.each([
  ['its beginning mark', '\nab', true, 3],
  ['a line end', 'ab\n', false, 2],
  ['a space', 'ab ', false, 2],
  ['its first token', 'ab', false, 0],
])('a text begins with %s', (_, characters, ends, id) => {
  const tokenizer = characterTokenizer([...characters], { unseen: 'refuse', ends });
  expect([...beginning({ kind: 'text', tokenizer, context: 4, ends })]).toEqual([id]);
});
