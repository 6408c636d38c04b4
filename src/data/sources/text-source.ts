import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { badFile } from '../../formats/bad-file.ts';
import { readLines, readText, readTextFolder } from '../../formats/plain-text.ts';
import type { SourceFile, TextSet } from '../data-set.ts';
import { splitTunes } from './abc-tunes.ts';
import { readSource } from './source-file.ts';

/** What one text of a plain text file is. */
export type TextUnit = 'line' | 'file' | 'running' | 'tune';

/** Files of a folder that speak about the data. */
const aboutFiles = /^(readme|licen[cs]e|copying|notice|citation|changelog)/i;
export const isAboutData = (name: string): boolean => aboutFiles.test(basename(name));

/**
 * A text file, or a folder of them. `unit`: 'running' (each file a document in reading order), 'file' (each file an
 * item), 'line' (each line that is not blank an item), 'tune' (each tune of ABC notation an item). Every item carries
 * its file as attribute; documents of several files are groups.
 */
export function readTextSource(
  name: string,
  path: string,
  unit: TextUnit,
  endings: readonly string[] = ['.txt', '.text', '.md', '.abc'],
): TextSet {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const names = isFolder
    ? readTextFolder(path, endings)
        .map((document) => document.name)
        .filter((file) => !isAboutData(file))
    : [basename(path)];
  if (names.length === 0) throw badFile('text folder', path, 'its only text files are about the data');
  const files: SourceFile[] = [];
  const documents: string[] = [];
  const origin: string[] = [];
  for (const fileName of names) {
    const filePath = isFolder ? join(path, fileName) : path;
    const { bytes, file } = readSource(filePath, 'text', fileName);
    files.push(file);
    const texts = textsOf(bytes, filePath, unit);
    documents.push(...texts);
    origin.push(...texts.map(() => fileName.replace(/\.[a-z]+(\.gz)?$/i, '')));
  }
  const several = names.length > 1;
  return {
    kind: 'text',
    name,
    unit: unit === 'running' ? 'running' : 'item',
    count: documents.length,
    documents,
    ...(unit === 'tune' && { notation: 'abc' as const }),
    ...(several && { attributes: { file: origin } }),
    ...(several && unit === 'running' && { groups: origin, groupNoun: 'file' }),
    provenance: { files, steps: [] },
  };
}

function textsOf(bytes: Uint8Array, path: string, unit: TextUnit): string[] {
  if (unit === 'line') return readLines(bytes, path);
  const text = readText(bytes, path);
  if (unit !== 'tune') return [text];
  const tunes = splitTunes(text);
  if (tunes.length === 0) {
    throw badFile('ABC', path, "it has no tune: no line begins with 'X:'", {
      hint: "Every tune of ABC notation begins with a line such as 'X:1'.",
    });
  }
  return tunes;
}
