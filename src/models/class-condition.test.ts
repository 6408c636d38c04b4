import { expect, test } from 'vitest';
import { stream } from '../random.ts';
import { chosenLabels, classesOf, proportionalLabels } from './class-condition.ts';

test('samples have classes in the proportions of the examples', () => {
  const labels = proportionalLabels([4, 4, 4, 1], 8, stream(1));
  expect([...labels].sort()).toEqual([1, 1, 4, 4, 4, 4, 4, 4]);
  expect(proportionalLabels([4, 4, 4, 1], 8, stream(1))).toEqual(labels);
});

test('chosen classes come in turn, and unknown ones are named', () => {
  const model = { family: 'gan', classes: ['a', 'b', 'c'] };
  expect([...chosenLabels(model, ['c', 'a'], 5)]).toEqual([2, 0, 2, 0, 2]);
  expect(() => chosenLabels(model, ['d'], 1)).toThrow(/'d'.*a, b, c/s);
  expect(() => chosenLabels({ family: 'gan' }, ['a'], 1)).toThrow('not trained by class');
});

test('a conditional configuration needs classes, another has none', () => {
  expect(classesOf({ conditional: false, classes: ['a'] })).toBeUndefined();
  expect(classesOf({ conditional: true, classes: ['a'] })).toEqual(['a']);
  expect(() => classesOf({ conditional: true })).toThrow('classes of a conditional model');
});
