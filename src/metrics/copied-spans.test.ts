import { expect, test } from 'vitest';
import { stream } from '../random.ts';
import { longestCopiedSpans } from './copied-spans.ts';
import { suffixArray } from './suffix-array.ts';

const random = stream(3);

/** Suffixes in order, by comparing them one with another. */
function sortedSuffixes(text: Int32Array): number[] {
  const compare = (a: number, b: number): number => {
    for (let k = 0; ; k++) {
      if (a + k === text.length) return -1;
      if (b + k === text.length) return 1;
      if (text[a + k] !== text[b + k]) return text[a + k]! - text[b + k]!;
    }
  };
  return [...text.keys()].sort((a, b) => (a === b ? 0 : compare(a, b)));
}

test.each([
  ['empty', 0, 1],
  ['one letter', 1, 1],
  ['all alike', 40, 1],
  ['two letters', 200, 2],
  ['many letters', 300, 50],
])('suffix array: %s', (name, length, letters) => {
  const text = random.child(name).integers(length, letters);
  expect([...suffixArray(text)]).toEqual(sortedSuffixes(text));
});

test('suffix array of a text that repeats itself', () => {
  const text = Int32Array.from({ length: 120 }, (_, i) => i % 7);
  expect([...suffixArray(text)]).toEqual(sortedSuffixes(text));
});

test('longest copied spans equal a search over all substrings', () => {
  const train = Array.from({ length: 15 }, (_, i) => [...random.child('train').child(i).integers(25, 4)]);
  const generated = Array.from({ length: 30 }, (_, i) => [...random.child('new').child(i).integers(12, 5)]);
  const holds = (document: number[], span: number[]) =>
    document.some((_, at) => span.every((token, k) => document[at + k] === token));
  const spans = longestCopiedSpans(train, generated);
  generated.forEach((sequence, i) => {
    let length = 0;
    let start = 0;
    for (let from = 0; from < sequence.length; from++)
      for (let to = from + length + 1; to <= sequence.length; to++)
        if (train.some((document) => holds(document, sequence.slice(from, to)))) {
          length = to - from;
          start = from;
        }
    const windows = sequence.map((_, from) => sequence.slice(from, from + length));
    const full = windows.filter((span) => span.length === length);
    const trainItem = train.findIndex((document) => full.some((span) => holds(document, span)));
    expect(spans[i]).toEqual({ length, start, trainItem });
  });
});

test('a span never runs over the end of a training sequence', () => {
  expect(
    longestCopiedSpans(
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [['b', 'c'], [], ['x']],
    ),
  ).toEqual([
    { length: 1, start: 0, trainItem: 0 },
    { length: 0, start: 0, trainItem: 0 },
    { length: 0, start: 0, trainItem: 0 },
  ]);
});
