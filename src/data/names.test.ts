import { describe, expect, test } from 'vitest';
import { names } from './names.ts';
import { selectItems } from './select-items.ts';

const set = names();
const language = set.attributes!.language!;
const kind = set.attributes!.kind!;

describe('names', () => {
  test('has 500 and more different names in each of 23 languages, 4,000 and more in English and Italian', () => {
    const byLanguage = new Map<string, Set<string>>();
    set.documents.forEach((name, i) => {
      byLanguage.set(language[i]!, (byLanguage.get(language[i]!) ?? new Set()).add(name));
    });
    expect(byLanguage.size).toBe(23);
    expect([...byLanguage].filter(([, items]) => items.size < 500)).toEqual([]);
    expect(byLanguage.get('english')!.size).toBe(4495);
    expect(byLanguage.get('italian')!.size).toBe(4693);
    expect([...byLanguage.keys()]).toEqual(expect.arrayContaining(['polish', 'vietnamese', 'russian']));
  });

  test('no name repeats within a language and kind', () => {
    const keys = set.documents.map((name, i) => `${language[i]} ${kind[i]} ${name}`);
    expect(new Set(keys).size).toBe(set.count);
    expect([...new Set(kind)].sort()).toEqual(['given-name', 'place', 'surname']);
  });

  test('names are clean: composed letters, single spaces, no digits or brackets', () => {
    const odd = set.documents.filter(
      (name) =>
        name !== name.normalize('NFC') ||
        name !== name.trim() ||
        !/^[\p{L}\p{M}' ׳-]{2,40}$/u.test(name) ||
        name.includes('  '),
    );
    expect(odd).toEqual([]);
  });

  test('a language or a kind can be selected', () => {
    const vietnamese = selectItems(set, 'vietnamese');
    expect(vietnamese.count).toBe(2514);
    expect(vietnamese.documents).toContain('Nguyễn');
    const places = selectItems(set, { language: ['polish', 'italian'], kind: 'place' });
    expect(places.documents).toEqual(expect.arrayContaining(['Aleksandrów Kujawski', 'Abbiategrasso']));
    expect(new Set(places.attributes!.language)).toEqual(new Set(['polish', 'italian']));
  });
});
