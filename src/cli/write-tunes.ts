import { extname } from 'node:path';
import type { Notation } from '../data/data-set.ts';
import { isGraftError } from '../errors.ts';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import { readWords } from '../formats/music/event-words.ts';
import { writeMidi } from '../formats/music/midi.ts';
import { readAbc } from '../formats/music/read-abc.ts';
import { type Song, songOf } from '../formats/music/song.ts';

/** What became of tunes that were to be written. */
export interface WrittenTunes {
  readonly files: readonly string[];
  /** Numbers, from 1 on, of the tunes that are none. */
  readonly invalid: readonly number[];
}

/** All tunes in one file in ABC notation, numbered by their `X:` and parted by empty lines; those that do not parse, too. */
export function writeAbcTunes(path: string, tunes: readonly string[]): WrittenTunes {
  const invalid: number[] = [];
  const texts = tunes.map((text, i) => {
    if (soundOf(text, 'abc') === undefined) invalid.push(i + 1);
    // An empty line would end the tune, and an `X:` begin another.
    const body = text
      .replace(/^X:[^\n]*\n?/, '')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('X:'))
      .join('\n');
    return `X:${i + 1}\n${body}\n`;
  });
  writeFileAtomic(path, texts.join('\n'));
  return { files: [path], invalid };
}

/** Each tune that parses as a MIDI file: `path` itself for one tune, else `path` with the tune's number before its ending. */
export function writeMidiTunes(path: string, tunes: readonly string[], notation: Notation): WrittenTunes {
  const files: string[] = [];
  const invalid: number[] = [];
  const ending = extname(path);
  const digits = String(tunes.length).length;
  tunes.forEach((text, i) => {
    const song = soundOf(text, notation);
    if (song === undefined) {
      invalid.push(i + 1);
      return;
    }
    const file =
      tunes.length === 1
        ? path
        : `${path.slice(0, path.length - ending.length)}-${String(i + 1).padStart(digits, '0')}${ending}`;
    writeFileAtomic(file, writeMidi(song));
    files.push(file);
  });
  return { files, invalid };
}

function soundOf(text: string, notation: Notation): Song | undefined {
  try {
    return notation === 'abc' ? songOf(readAbc(text)) : readWords(text);
  } catch (error) {
    if (isGraftError(error, 'bad-file')) return undefined;
    throw error;
  }
}
