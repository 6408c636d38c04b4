import { expect, test } from 'vitest';
import type { TextSet } from './data-set.ts';
import { selectItems } from './select-items.ts';

const set: TextSet = {
  kind: 'text',
  name: 'names',
  unit: 'item',
  count: 5,
  documents: ['Anna', 'Luca', 'Jan', 'Rossi', 'x'],
  attributes: {
    language: ['english', 'italian', 'polish', 'italian', 'english'],
    part: ['given', 'given', 'given', 'surname', 'given'],
  },
  labels: { values: Int32Array.from([0, 1, 0, 1, -1]), names: ['3', '5'] },
  provenance: { files: [], steps: [] },
};

test('values per attribute, lists, numbers, labels and lone words', () => {
  expect(selectItems(set, { language: 'italian' }).documents).toEqual(['Luca', 'Rossi']);
  expect(selectItems(set, { language: ['italian', 'polish'], part: 'given' }).documents).toEqual([
    'Luca',
    'Jan',
  ]);
  expect(selectItems(set, { label: 3 }).documents).toEqual(['Anna', 'Jan']);
  expect(selectItems(set, 'polish').documents).toEqual(['Jan']);
  expect(selectItems(set, { language: 'italian' }).provenance.steps).toEqual(['selected language = italian']);
});

test.each([
  [{ langage: 'italian' }, "unknown attribute of names 'langage'. Did you mean 'language'?"],
  [{ language: 'itallian' }, "unknown language of names 'itallian'. Did you mean 'italian'?"],
  ['surnam', "unknown part of names 'surnam'. Did you mean 'surname'?"],
  [{ language: 'polish', part: 'surname' }, 'no item has language = polish, part = surname'],
])('%j', (selection, message) => {
  expect(() => selectItems(set, selection)).toThrow(message);
});

test('a word that several attributes have is not guessed', () => {
  const twice = { ...set, attributes: { ...set.attributes, other: Array(5).fill('polish') } };
  expect(() => selectItems(twice, 'polish')).toThrow('write select: { language: polish }');
});
