import { basename, join } from 'node:path';
import { badFile } from '../../formats/bad-file.ts';
import { isFolder, listFiles } from '../../formats/list-files.ts';
import { wordsOf } from '../../formats/music/event-words.ts';
import { readMidi } from '../../formats/music/midi.ts';
import type { SourceFile, TextSet } from '../data-set.ts';
import { readSource } from './source-file.ts';

/**
 * A MIDI file or a folder of them: each file an item, written as words for its events (`wordsOf`). Every item carries its
 * file as attribute.
 */
export function readMidiSource(name: string, path: string): TextSet {
  const folder = isFolder(path);
  const names = folder
    ? listFiles(path, 'folder of MIDI files').filter((file) => /\.midi?$/i.test(file))
    : [basename(path)];
  if (names.length === 0) throw badFile('folder of MIDI files', path, 'it has no file that ends in .mid');
  const files: SourceFile[] = [];
  const documents = names.map((file) => {
    const own = folder ? join(path, file) : path;
    const { bytes, file: source } = readSource(own, 'MIDI', file);
    files.push(source);
    const song = readMidi(bytes, own);
    if (song.notes.length === 0) throw badFile('MIDI', own, 'it has no note');
    return wordsOf(song);
  });
  return {
    kind: 'text',
    name,
    unit: 'item',
    count: documents.length,
    documents,
    notation: 'events',
    ...(names.length > 1 && { attributes: { file: names.map((file) => file.replace(/\.midi?$/i, '')) } }),
    provenance: { files, steps: ['MIDI events as words, in twelfths of a quarter note'] },
  };
}
