import { expect, test } from 'vitest';
import type { TextSet } from '../data/data-set.ts';
import { characterTokenizer } from '../data/tokenizers/character-tokenizer.ts';
import { encodeSet } from './encoding.ts';

const texts = (documents: readonly string[]): TextSet => ({
  kind: 'text',
  name: 'texts',
  unit: 'item',
  count: documents.length,
  documents,
  provenance: { files: [], steps: [] },
});

test('without a beginning mark the first token is given, and its bytes are not predicted', () => {
  const tokenizer = characterTokenizer(['a', 'é'], { unseen: 'refuse' });
  const { table, text } = encodeSet(texts(['éaa', 'aé', 'a']), {
    kind: 'text',
    tokenizer,
    context: 2,
    ends: false,
    first: 'given',
  });
  expect([...table.fields.tokens!.data]).toEqual([1, 0, 0, 0]);
  expect([...table.fields.targets!.data]).toEqual([0, 0, 1, -1]);
  expect([...text!.item]).toEqual([0, 1]);
  expect([...text!.bytes]).toEqual([2, 2, 0]);
});

test('with a beginning mark all bytes are predicted', () => {
  const tokenizer = characterTokenizer(['a', 'é'], { unseen: 'refuse', ends: true });
  const { text } = encodeSet(texts(['éaa', 'a']), { kind: 'text', tokenizer, context: 3, ends: false });
  expect([...text!.bytes]).toEqual([4, 1]);
});
