import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { splitTunes } from '../data/sources/abc-tunes.ts';
import { readMidi } from '../formats/music/midi.ts';
import { writeAbcTunes, writeMidiTunes } from './write-tunes.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-tunes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tunes = ['X:1\nM:2/4\nK:D\nDE|\n\nFG|\n', 'X:1\nK:C\n[CE\n', 'T:no number\nK:G\nG\n'];

test('tunes in one .abc file are numbered, and those that are none are named', () => {
  const path = join(folder, 'a.abc');
  expect(writeAbcTunes(path, tunes)).toEqual({ files: [path], invalid: [2] });
  const text = readFileSync(path, 'utf8');
  expect(text.match(/^X:.*$/gm)).toEqual(['X:1', 'X:2', 'X:3']);
  expect(splitTunes(text)).toHaveLength(3);
  expect(splitTunes(text)[0]).toBe('X:1\nM:2/4\nK:D\nDE|\nFG|\n');
});

test('each tune that parses becomes a MIDI file', () => {
  const { files, invalid } = writeMidiTunes(join(folder, 'a.mid'), tunes, 'abc');
  expect(invalid).toEqual([2]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.mid'))).toEqual(['a-1.mid', 'a-3.mid']);
  expect(readMidi(readFileSync(files[0]!), files[0]!).notes.map(({ pitch }) => pitch)).toEqual([
    62, 64, 66, 67,
  ]);
  const one = writeMidiTunes(join(folder, 'b.mid'), ['p60 d12'], 'events');
  expect(one.files).toEqual([join(folder, 'b.mid')]);
});
