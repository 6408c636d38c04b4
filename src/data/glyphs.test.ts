import { describe, expect, test } from 'vitest';
import { type ImageSet, imageAt } from './data-set.ts';
import { glyphs } from './glyphs.ts';
import { itemKeys } from './item-keys.ts';
import { selectItems } from './select-items.ts';

const set = glyphs();
const of = (attribute: string): readonly string[] => set.attributes![attribute]!;
const distinct = (values: readonly string[]) => new Set(values).size;
const families = (part: ImageSet) => distinct(part.attributes!.family!);

describe('glyphs', () => {
  test('has 141 typefaces, 5 styles and 3 scripts', () => {
    expect(set).toMatchObject({ count: 20223, channels: 1, height: 28, width: 28 });
    expect(set.pixels.length).toBe(20223 * 28 * 28);
    expect(distinct(of('family'))).toBe(141);
    expect([...new Set(of('style'))].sort()).toEqual([
      'display',
      'handwriting',
      'monospace',
      'sans-serif',
      'serif',
    ]);
    expect([...new Set(of('script'))].sort()).toEqual(['cyrillic', 'greek', 'latin']);
    expect([...new Set(of('case'))].sort()).toEqual(['digit', 'lower', 'upper']);
    expect(set.labels!.names).toHaveLength(62 + 66 + 49);
  });

  test('has enough typefaces for a split by typeface in each usual source and target', () => {
    const counts = (selection: Record<string, string>) => {
      const part = selectItems(set, selection);
      return [families(part), part.count];
    };
    expect(counts({ style: 'sans-serif', script: 'latin' })).toEqual([43, 5137]);
    expect(counts({ style: 'serif', script: 'latin' })).toEqual([26, 3100]);
    expect(counts({ style: 'monospace', script: 'latin' })).toEqual([17, 1921]);
    expect(counts({ style: 'display', script: 'latin' })).toEqual([18, 1301]);
    expect(counts({ style: 'handwriting', script: 'latin' })).toEqual([37, 2728]);
    expect(counts({ script: 'cyrillic' })).toEqual([64, 4224]);
    expect(counts({ script: 'greek' })).toEqual([37, 1812]);
  });

  test('every image has ink, dark enough to stay when it is made black and white, and none is clipped', () => {
    const bare: number[] = [];
    const clipped: number[] = [];
    for (let i = 0; i < set.count; i++) {
      const image = imageAt(set, i);
      let ink = 0;
      let edge = 0;
      image.forEach((value, at) => {
        const [row, column] = [Math.floor(at / 28), at % 28];
        if (value >= 128) ink++;
        if (row === 0 || row === 27 || column === 0 || column === 27) edge = Math.max(edge, value);
      });
      if (ink < 12) bare.push(i);
      if (edge > 0) clipped.push(i);
    }
    expect(bare).toEqual([]);
    expect(clipped).toEqual([]);
  });

  test('equal images occur only in one typeface, where scripts share letters', () => {
    const seen = new Map<string, number>();
    const offenders: string[] = [];
    let shared = 0;
    itemKeys(set).forEach((key, i) => {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, i);
      else if (set.groups![first] !== set.groups![i] || of('script')[first] === of('script')[i]) {
        offenders.push(`${of('family')[i]} ${of('character')[i]}`);
      } else shared++;
    });
    expect(offenders).toEqual([]);
    expect(shared).toBe(1617);
  });

  test('labels, characters and groups agree with each other', () => {
    const { values, names } = set.labels!;
    expect(Array.from(values, (v) => names[v]!)).toEqual(of('character'));
    expect(set.groups).toHaveLength(set.count);
    // Designs that come in several styles stay together in a split.
    const groupsOf = (prefix: string) =>
      new Set(set.groups!.filter((_, i) => of('family')[i]!.startsWith(prefix)));
    expect(groupsOf('Roboto')).toEqual(new Set(['Roboto']));
    expect(groupsOf('Source ')).toEqual(new Set(['Source']));
    expect(groupsOf('Lato')).toEqual(new Set(['Lato']));
  });

  test('each character of a face stands at its place: capitals 17 pixels high on the baseline', () => {
    const part = selectItems(set, { family: 'Inter', weight: 'regular', character: ['H', 'x', 'p'] });
    const extents = Object.fromEntries(
      Array.from({ length: 3 }, (_, i) => {
        const rows = [...imageAt(part, i).entries()]
          .filter(([, v]) => v > 127)
          .map(([at]) => Math.floor(at / 28));
        return [part.attributes!.character![i], [Math.min(...rows), Math.max(...rows)]];
      }),
    );
    expect(extents).toEqual({ H: [4, 20], x: [8, 20], p: [8, 25] });
  });

  test('characters are recognised across typefaces: the nearest image of other typefaces has the same label', () => {
    const sans = selectItems(set, { style: 'sans-serif', script: 'latin', weight: 'regular' });
    const held = new Set(['Roboto', 'Lato', 'Open Sans', 'Josefin Sans', 'Work Sans']);
    const label = sans.labels!.values;
    let right = 0;
    let total = 0;
    for (let i = 0; i < sans.count; i++) {
      if (!held.has(sans.groups![i]!)) continue;
      let best = Number.POSITIVE_INFINITY;
      let nearest = -1;
      const image = imageAt(sans, i);
      for (let j = 0; j < sans.count; j++) {
        if (held.has(sans.groups![j]!)) continue;
        const other = imageAt(sans, j);
        let distance = 0;
        for (let k = 0; k < image.length && distance < best; k++) distance += (image[k]! - other[k]!) ** 2;
        if (distance < best) [best, nearest] = [distance, label[j]!];
      }
      total++;
      if (nearest === label[i]) right++;
    }
    expect(total).toBe(309);
    expect(right / total).toBeGreaterThan(0.95);
  });
});
