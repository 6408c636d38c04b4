import type { ImageSet } from '../../src/data/data-set.ts';
import { itemKeys } from '../../src/data/item-keys.ts';

/** Characters that many typefaces draw alike. */
const lookAlikes = ['Il1', 'O0'];

/**
 * The class of each character as a classifier of single images can know it: characters that are the same image in at least
 * half of the typefaces that have both (`A`, Cyrillic `А` and Greek `Α`) are one class, and so are look-alikes. A class
 * is named by its characters.
 */
export function glyphShapes(glyphs: ImageSet): ReadonlyMap<string, string> {
  const characters = glyphs.attributes!.character!;
  const faces = characters.map((_, i) => `${glyphs.attributes!.family![i]} ${glyphs.attributes!.weight![i]}`);
  const facesOf = new Map<string, Set<string>>();
  const members = new Map<string, number[]>();
  itemKeys(glyphs).forEach((key, i) => {
    members.set(key, [...(members.get(key) ?? []), i]);
    facesOf.set(characters[i]!, (facesOf.get(characters[i]!) ?? new Set()).add(faces[i]!));
  });
  const equal = new Map<string, number>();
  for (const items of members.values())
    for (const i of items)
      for (const j of items)
        if (characters[i]! < characters[j]!) {
          const pair = characters[i]! + characters[j]!;
          equal.set(pair, (equal.get(pair) ?? 0) + 1);
        }
  const same = [...equal].flatMap(([pair, count]) => {
    const [a, b] = [...pair] as [string, string];
    const both = [...facesOf.get(a)!].filter((face) => facesOf.get(b)!.has(face)).length;
    return 2 * count >= both ? [pair] : [];
  });
  const classes = new Map([...facesOf.keys()].map((character) => [character, new Set([character])]));
  for (const group of [...same, ...lookAlikes]) {
    const union = new Set([...group].flatMap((character) => [...classes.get(character)!]));
    for (const character of union) classes.set(character, union);
  }
  return new Map([...classes].map(([character, union]) => [character, [...union].sort().join('')]));
}
