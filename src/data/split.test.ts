import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImageSet, isWellFormed, splitNames, type TextSet } from './data-set.ts';
import { removeOverlap } from './remove-overlap.ts';
import { cutSharedPassages } from './shared-passages.ts';
import { splitData } from './split.ts';
import { cutWindows } from './windows.ts';

const provenance = { files: [], steps: [] };
const lines = (documents: string[], more: Partial<TextSet> = {}): TextSet => ({
  kind: 'text',
  name: 'lines',
  unit: 'item',
  count: documents.length,
  documents,
  provenance,
  ...more,
});
const prose = (documents: string[], more: Partial<TextSet> = {}): TextSet =>
  lines(documents, { unit: 'running', name: 'prose', ...more });
const numbered = (n: number, of = (i: number) => `item ${i}`) =>
  lines(Array.from({ length: n }, (_, i) => of(i)));

describe('splitData on items', () => {
  test('every item is in exactly one split or counted as removed; no content in two', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 20, maxLength: 90 }), fc.nat(), (values, seed) => {
        fc.pre(new Set(values).size >= 12);
        const splits = splitData(lines(values.map(String)), { seed });
        const all = splitNames.flatMap((name) => splits[name].documents);
        expect(new Set(all).size).toBe(all.length);
        expect(new Set(all)).toEqual(new Set(values.map(String)));
        const { duplicatesRemoved, unassigned } = splits.report;
        expect(unassigned).toBe(0);
        const removed = splitNames.reduce((sum, name) => sum + duplicatesRemoved[name], 0);
        expect(all.length + removed).toBe(values.length);
      }),
    );
  });

  test('fractions and seed decide', () => {
    const splits = splitData(numbered(1000));
    expect(splits.report.counts).toEqual({ train: 700, validation: 100, test: 200 });
    expect(splitData(numbered(1000)).test.documents).toEqual(splits.test.documents);
    expect(splitData(numbered(1000), { seed: 1 }).test.documents).not.toEqual(splits.test.documents);
    const part = splitData(numbered(1000), { train: 0.5, validation: 0, test: 0.1 });
    expect(part.report.counts).toEqual({ train: 500, validation: 0, test: 100 });
    expect(part.report.unassigned).toBe(400);
  });

  test('groups stay whole', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(15), { minLength: 60, maxLength: 200 }), fc.nat(), (groups, seed) => {
        fc.pre(new Set(groups).size >= 10);
        const set = { ...numbered(groups.length), groups: groups.map((g) => `typeface ${g}`) };
        const splits = splitData(set, { seed });
        const owners = splitNames.map((name) => new Set(splits[name].groups));
        for (const [a, b] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ] as const) {
          expect([...owners[a]!].filter((group) => owners[b]!.has(group))).toEqual([]);
        }
        expect(splits.report.rule).toBe('group');
      }),
    );
  });

  test('a predefined test set is respected, and its copies leave train', () => {
    const set = lines(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a', 'x'], {
      predefined: { train: Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7]), test: Int32Array.from([8, 9]) },
    });
    const splits = splitData(set, { train: 0.75, validation: 0.25, test: 0 });
    expect(splits.test.documents).toEqual(['a', 'x']);
    expect(splits.report.rule).toBe('predefined');
    expect(splits.report.duplicatesRemoved.train + splits.report.duplicatesRemoved.validation).toBe(1);
    expect([...splits.train.documents, ...splits.validation.documents].sort()).toEqual([...'bcdefgh']);
  });

  test('a predefined validation set without a test set is respected, and test comes out of train', () => {
    const set = lines([...'abcdefghijklmnopqrst'], {
      predefined: {
        train: Int32Array.from({ length: 16 }, (_, i) => i),
        validation: Int32Array.of(16, 17, 18, 19),
      },
    });
    const splits = splitData(set, { train: 0.6, validation: 0.1, test: 0.2 });
    expect(splits.validation.documents).toEqual([...'qrst']);
    expect(splits.report).toMatchObject({
      rule: 'predefined',
      published: ['validation'],
      counts: { train: 12, validation: 4, test: 4 },
    });
    expect([...splits.train.documents, ...splits.test.documents].sort()).toEqual([...'abcdefghijklmnop']);
  });

  test('so it is for running text', () => {
    const documents = ['one', 'two', 'six', 'ten'].map((word) => `${word} `.repeat(30));
    const set: TextSet = {
      ...lines(documents),
      unit: 'running',
      predefined: { train: Int32Array.of(0, 1, 2), validation: Int32Array.of(3) },
    };
    const splits = splitData(set, { train: 0.6, validation: 0.1, test: 0.3 });
    expect(splits.validation.documents).toEqual([documents[3]]);
    expect(splits.report.published).toEqual(['validation']);
    expect([splits.train.documents.length, splits.test.documents.length]).toEqual([2, 1]);
  });

  test('duplicates can be kept', () => {
    const splits = splitData(lines(Array(100).fill('same')), { duplicates: 'keep' });
    expect(splits.report.counts).toEqual({ train: 70, validation: 10, test: 20 });
  });

  test('images are compared by pixels', () => {
    const images: ImageSet = {
      kind: 'image',
      name: 'dots',
      channels: 1,
      height: 1,
      width: 1,
      count: 300,
      pixels: Uint8Array.from({ length: 300 }, (_, i) => i % 100),
      provenance,
    };
    const splits = splitData(images);
    const all = splitNames.flatMap((name) => [...splits[name].pixels]);
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test.each([
    [{ train: 0.9, validation: 0.2, test: 0.1 }, 'add up to at most 1'],
    [{ train: 0 }, 'with train above 0'],
    [{ test: -0.1 }, 'fractions from 0 to 1'],
    [{ test: Number.NaN }, 'fractions from 0 to 1'],
  ])('%j is refused', (options, message) => {
    expect(() => splitData(numbered(10), options)).toThrow(message);
  });

  test('an empty test set is an error that says why', () => {
    expect(() => splitData(lines(Array(10).fill('same')))).toThrow('no items are left for train');
    const one = { ...numbered(10), groups: Array(10).fill('one') };
    expect(() => splitData(one)).toThrow(
      'no items are left for test (10 texts, 1 groups that must stay whole)',
    );
  });
});

const textWithPairs = fc
  .array(fc.constantFrom('a', 'ü', '😀', '\u{1d11e}'), { minLength: 8, maxLength: 40 })
  .map((characters) => characters.join(''));

describe('splitData on running text', () => {
  test('is cut in reading order at floor(length * fraction)', () => {
    const text = Array.from({ length: 1003 }, (_, i) => String.fromCharCode(97 + ((i * i + i) % 23))).join(
      '',
    );
    const splits = splitData(prose([text]), { train: 0.9, validation: 0.1, test: 0, duplicates: 'keep' });
    expect(splits.train.documents).toEqual([text.slice(0, 902)]);
    expect(splits.validation.documents).toEqual([text.slice(902)]);
    expect(splits.report.rule).toBe('passage');
  });

  test('the splits laid end to end are the text, surrogate pairs whole', () => {
    fc.assert(
      fc.property(fc.array(textWithPairs, { minLength: 1, maxLength: 4 }), (documents) => {
        const splits = splitData(prose(documents));
        expect(splitNames.flatMap((name) => splits[name].documents).join('')).toBe(documents.join(''));
        const passages = splitNames.flatMap((name) => splits[name].documents);
        expect(passages.every(isWellFormed)).toBe(true);
      }),
    );
  });

  test('ten or more documents are kept whole', () => {
    const documents = Array.from({ length: 20 }, (_, i) => `speech ${i} `.repeat(10));
    const splits = splitData(prose(documents), { duplicates: 'keep' });
    expect(splits.report.rule).toBe('document');
    expect(splitNames.flatMap((name) => splits[name].documents).sort()).toEqual([...documents].sort());
    expect(splits.test.documents.length).toBe(4);
  });

  test('stretches that test shares are cut out of train', () => {
    const shared = 'Shall I compare thee to a summer day? Thou art more lovely and more temperate.';
    const filler = (seed: number, n: number) =>
      Array.from({ length: n }, (_, i) => String.fromCharCode(97 + ((i * i * seed + 7 * i) % 26))).join('');
    const train = `${filler(3, 300)}\n${shared}\n${filler(5, 300)}`;
    const cut = cutSharedPassages([train], [`${filler(11, 200)}[${shared}]${filler(13, 100)}`]);
    expect(cut.passages).toEqual([`${filler(3, 300)}\n`, `\n${filler(5, 300)}`]);
    expect(cut.characters).toBe(shared.length);
    expect(cut.stretches).toBe(1);
  });
});

test('cutSharedPassages finds exactly the shared windows of 50', () => {
  const word = fc.constantFrom('ab', 'ba', 'a', 'b');
  const text = fc.array(word, { maxLength: 200 }).map((words) => words.join(''));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), (texts, held) => {
      const heldWindows = new Set(
        held.flatMap((t) => Array.from({ length: Math.max(0, t.length - 49) }, (_, i) => t.slice(i, i + 50))),
      );
      const cut = cutSharedPassages(texts, held);
      let characters = 0;
      const rest = texts.map((t) => {
        const marked = new Uint8Array(t.length);
        for (let i = 0; i + 50 <= t.length; i++)
          if (heldWindows.has(t.slice(i, i + 50))) marked.fill(1, i, i + 50);
        characters += marked.reduce((sum, m) => sum + m, 0);
        return [...t].filter((_, i) => !marked[i]).join('');
      });
      expect(cut.characters).toBe(characters);
      const joined = texts.map(() => '');
      cut.passages.forEach((passage, p) => {
        joined[cut.origin[p]!] += passage;
      });
      expect(joined).toEqual(rest);
    }),
  );
});

describe('removeOverlap', () => {
  test('no held-out item is left in source training data', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), fc.array(fc.nat(30)), (source, held) => {
        const { set, report } = removeOverlap(lines(source.map(String)), [lines(held.map(String))]);
        expect(set.documents).toEqual(source.filter((x) => !held.includes(x)).map(String));
        expect(report.items).toBe(source.length - set.count);
      }),
    );
  });

  test('groups that the target holds out go too, within one data set', () => {
    const source = lines(['a', 'b', 'c'], { groups: ['x', 'y', 'y'] });
    const held = lines(['q'], { groups: ['y'] });
    expect(removeOverlap(source, [held]).report).toEqual({ items: 0, groupItems: 2, characters: 0 });
    expect(removeOverlap(source, [{ ...held, name: 'another' }]).set).toBe(source);
  });

  test('running text loses the stretches that the target holds out', () => {
    const verse = 'Now is the winter of our discontent made glorious summer by this sun of York';
    const { set, report } = removeOverlap(prose([`Enter Gloucester. ${verse}; and all the clouds`]), [
      lines([verse]),
    ]);
    expect(report.characters).toBe(verse.length);
    expect(set.documents).toEqual(['Enter Gloucester. ', '; and all the clouds']);
    expect(set.count).toBe(2);
  });
});

describe('cutWindows', () => {
  test('windows laid end to end are the text, but for a rest of less than half a window', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        (text, length) => {
          const windows = cutWindows(prose([text]), length);
          const characters = [...text];
          const joined = windows.documents.join('');
          expect(text.startsWith(joined)).toBe(true);
          expect((characters.length - [...joined].length) * 2).toBeLessThan(Math.max(length, 1));
          windows.documents.slice(0, -1).forEach((w) => {
            expect([...w].length).toBe(length);
          });
          expect(windows.unit).toBe('item');
          expect(windows.count).toBe(windows.documents.length);
        },
      ),
    );
  });

  test('attributes and groups follow', () => {
    const set = prose(['aaaa', 'bb'], { attributes: { file: ['1', '2'] }, groups: ['1', '2'] });
    const windows = cutWindows(set, 2);
    expect(windows.documents).toEqual(['aa', 'aa', 'bb']);
    expect(windows.groups).toEqual(['1', '1', '2']);
    expect(windows.attributes!.file).toEqual(['1', '1', '2']);
  });
});
