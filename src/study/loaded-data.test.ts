import { expect, test } from 'vitest';
import { type Loaded, nameOf, toldApart } from './loaded-data.ts';

const NAMED_BY_BOTH = 'names (kind: place,surname, language: italian)';

test.each([
  ['names', 'names'],
  ['names/italian', 'names (italian)'],
  [{ dataset: 'names', select: { language: 'italian' } }, 'names (language: italian)'],
  [{ dataset: 'names', select: { language: 'italian', kind: ['place', 'surname'] } }, NAMED_BY_BOTH],
  [{ dataset: 'names', select: { kind: ['place', 'surname'], language: 'italian' } }, NAMED_BY_BOTH],
  [{ path: './names' }, 'names'],
])('%j is called %s', (spec, name) => {
  expect(nameOf({ name: 'names' }, spec)).toBe(name);
});

const set = (name: string, hash: string) =>
  ({ prepared: {}, input: { name, spec: name, hash: hash.repeat(64) } }) as Loaded;

test('sets of one name are told apart by their content, and from the own data of a study', () => {
  const names = toldApart([set('a', '1'), set('a', '2'), set('source', '3'), set('b', '4')], 'evaluate_on');
  expect(names.map(({ input }) => input.name)).toEqual(['a', 'a (22222222)', 'source (33333333)', 'b']);
});

test('the same set twice is an error', () => {
  expect(() => toldApart([set('a', '1'), set('a', '1')], 'evaluate_on')).toThrow(
    /the name 'a' and the same content cannot be combined.*evaluate_on\.1/,
  );
});
