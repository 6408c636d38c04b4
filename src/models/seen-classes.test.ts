import { expect, test } from 'vitest';
import { seenClasses, unseenClasses } from './seen-classes.ts';

const model = { classes: ['a', 'b', 'c', 'd'] };
const adapted = (...classes: string[]) => ({ technique: 'fine-tune', items: 20, target: 'letters', classes });

test('the classes that a table has examples of stand in the order of the model', () => {
  const label = { shape: [], data: Int32Array.of(2, 0, 2) };
  expect(seenClasses(model, { count: 3, fields: { label } })).toEqual(['a', 'c']);
  expect(seenClasses({}, { count: 3, fields: { label } })).toBeUndefined();
  expect(seenClasses(model, { count: 3, fields: {} })).toBeUndefined();
});

test('classes without examples in the last training are told, with those that an earlier one had', () => {
  expect(unseenClasses(model, { classes: ['a', 'b', 'c', 'd'] })).toBeUndefined();
  expect(unseenClasses(model, { classes: ['a', 'b', 'd'] })).toEqual({
    names: ['c'],
    training: 'training',
    earlier: [],
  });
  expect(unseenClasses(model, { classes: ['a', 'b'], adapted: [adapted('a', 'd'), adapted('a')] })).toEqual({
    names: ['b', 'c', 'd'],
    training: 'fine-tune on 20 items',
    earlier: ['b', 'd'],
  });
});

test('of models without classes, and of those that do not say what they saw, nothing is claimed', () => {
  expect(unseenClasses({}, { classes: ['a'] })).toBeUndefined();
  expect(unseenClasses(model, {})).toBeUndefined();
  const { classes: _, ...older } = adapted();
  expect(unseenClasses(model, { classes: ['a'], adapted: [older] })).toBeUndefined();
});
