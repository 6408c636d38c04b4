import { readBuiltInFile } from './built-in-file.ts';
import type { TextSet } from './data-set.ts';

const sha256 = '1b922de0362ab86df068952307574ebb1f276d494c56a517aeb1c60fd5145f9b';

/**
 * The built-in data set `names`: given names, surnames and places of 23 languages; each is one item, in its usual
 * spelling (composed Unicode letters, spaces, hyphens, straight apostrophes; 2 to 40 characters).
 *
 * Attributes: `language` (english, italian, …) and `kind` (given-name, surname, place). Within a language and kind no
 * name repeats; a few names are of two kinds or of several languages.
 *
 * @param folder package folder, where it is not the one of this module.
 * Errors: 'file-not-found' and 'bad-file', where the package is incomplete or damaged.
 */
export function names(folder?: string): TextSet {
  const { content, file } = readBuiltInFile('names.json.gz', sha256, folder);
  const { items } = JSON.parse(Buffer.from(content).toString()) as {
    items: Record<string, Record<string, string[]>>;
  };
  const documents: string[] = [];
  const language: string[] = [];
  const kind: string[] = [];
  for (const [languageName, kinds] of Object.entries(items)) {
    for (const [kindName, list] of Object.entries(kinds)) {
      for (const name of list) {
        documents.push(name);
        language.push(languageName);
        kind.push(kindName);
      }
    }
  }
  return {
    kind: 'text',
    name: 'names',
    unit: 'item',
    count: documents.length,
    documents,
    attributes: { language, kind },
    licence: 'MIT (lists of @faker-js/faker): data/NOTICE.md',
    provenance: { files: [file], steps: [] },
  };
}
