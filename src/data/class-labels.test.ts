import { expect, test } from 'vitest';
import { classesFor, classLabels, joinClasses } from './class-labels.ts';
import type { ImageSet } from './data-set.ts';

function labelled(names: readonly string[], values: readonly number[]): ImageSet {
  return {
    kind: 'image',
    name: 'set',
    count: values.length,
    channels: 1,
    height: 1,
    width: 1,
    pixels: new Uint8Array(values.length),
    labels: { names, values: Int32Array.from(values) },
    provenance: { files: [], steps: [] },
  };
}

test('classes are found by name where the model knows all of them, else by position', () => {
  expect([...classLabels(labelled(['b', 'a'], [0, 1, 1]), ['a', 'b', 'c'])]).toEqual([1, 0, 0]);
  expect([...classLabels(labelled(['x', 'b'], [0, 1, 1]), ['a', 'b', 'c'])]).toEqual([0, 1, 1]);
});

test('sets without classes, with items without a class, or with too many are refused', () => {
  const { labels: _, ...bare } = labelled(['a'], [0]);
  expect(() => classLabels(bare, ['a'])).toThrow('has no classes');
  expect(() => classLabels(labelled(['a'], [0, -1, -1]), ['a'])).toThrow('2 items without a class');
  expect(() => classLabels(labelled(['x', 'y', 'z'], [0]), ['a', 'b'])).toThrow(
    '3 classes, but the model knows 2',
  );
});

test('a model has the classes of its source, and further places where the target has more', () => {
  const source = labelled(['a', 'b'], [0, 1]);
  expect(classesFor(source, labelled(['b'], [0]))).toEqual(['a', 'b']);
  expect(classesFor(source, labelled(['x', 'y', 'a', 'w'], [0]))).toEqual(['a', 'b', 'class 3', 'w']);
  expect(joinClasses(['x', 'y'], ['a', 'b', 'c'])).toEqual(['x', 'y', 'c']);
  const { labels: _, ...bare } = source;
  expect(() => classesFor(bare, source)).toThrow('has no classes');
});
