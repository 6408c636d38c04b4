import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { imageAt } from './data-set.ts';
import { glyphs } from './glyphs.ts';
import { selectItems } from './select-items.ts';

/** Characters that differ little or only in size, as classes of one. */
const alike = ['Cc', 'Kk', 'Oo0', 'Pp', 'Ss', 'Uu', 'Vv', 'Ww', 'Xx', 'Zz', 'Il1'];
const merged = (character: string) => alike.find((set) => set.includes(character)) ?? character;

/**
 * Share of the Latin characters of each style that the nearest image (Euclidean) of all other typefaces names
 * rightly: [as 62 classes, with look-alikes merged].
 */
function recognition(): Record<string, [number, number]> {
  const latin = selectItems(glyphs(), { script: 'latin' });
  const { character, style } = latin.attributes!;
  const groups = latin.groups!;
  const images = Array.from({ length: latin.count }, (_, i) => imageAt(latin, i));
  const counts: Record<string, [number, number, number]> = {};
  for (let i = 0; i < latin.count; i++) {
    const image = images[i]!;
    let least = Number.POSITIVE_INFINITY;
    let nearest = -1;
    for (let j = 0; j < latin.count; j++) {
      if (groups[j] === groups[i]) continue;
      const other = images[j]!;
      let distance = 0;
      for (let row = 0; row < 784 && distance < least; row += 28) {
        for (let k = row; k < row + 28; k++) distance += (image[k]! - other[k]!) ** 2;
      }
      if (distance < least) [least, nearest] = [distance, j];
    }
    counts[style![i]!] ??= [0, 0, 0];
    const count = counts[style![i]!]!;
    count[0]++;
    if (character![nearest] === character![i]) count[1]++;
    if (merged(character![nearest]!) === merged(character![i]!)) count[2]++;
  }
  return Object.fromEntries(Object.entries(counts).map(([name, [n, a, b]]) => [name, [a / n, b / n]]));
}

test('the documented recognition of characters across typefaces is what is measured', () => {
  const text = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8');
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  for (const [style, [exact, withMerged]] of Object.entries(recognition())) {
    expect(text).toMatch(new RegExp(`\\| ${style} +\\| ${percent(exact)} +\\| ${percent(withMerged)} +\\|`));
  }
}, 900_000);
