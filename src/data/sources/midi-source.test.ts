import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWords, wordsOf } from '../../formats/music/event-words.ts';
import { writeMidi } from '../../formats/music/midi.ts';
import { readOwnData } from './read-own-data.ts';

test('MIDI files are known by their content, a folder of them and one of ABC by their names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-midi-'));
  try {
    const songs = ['m4/4 k0 t100 p60 d12 w12 p64 d24', 'm3/4 k-1 t90 p65 d36'];
    mkdirSync(join(folder, 'songs'));
    songs.forEach((words, i) => {
      writeFileSync(join(folder, `songs/${i}.mid`), writeMidi(readWords(words)));
    });
    const set = await readOwnData(join(folder, 'songs'), { images: {} });
    expect(set).toMatchObject({
      kind: 'text',
      unit: 'item',
      notation: 'events',
      documents: songs,
      attributes: { file: ['0', '1'] },
    });
    const one = await readOwnData(join(folder, 'songs/1.mid'), { images: {} });
    expect(one).toMatchObject({ documents: [songs[1]] });
    expect(wordsOf(readWords(songs[0]!))).toBe(songs[0]);

    mkdirSync(join(folder, 'tunes'));
    writeFileSync(join(folder, 'tunes/README.md'), 'Two tunes.\n');
    writeFileSync(join(folder, 'tunes/a.abc'), 'X:1\nK:C\nCDEF|\n\nX:2\nK:G\nGABc|\n');
    expect(await readOwnData(join(folder, 'tunes'), { images: {} })).toMatchObject({
      notation: 'abc',
      unit: 'item',
      count: 2,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
