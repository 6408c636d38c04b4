import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readMidi } from '../../src/formats/music/midi.ts';

/** Written by `midi/generate.py` with mido. */
const reference: { file: string; notes: [number, number, number, number][] } = JSON.parse(
  readFileSync(new URL('midi/reference.json', import.meta.url), 'utf8'),
);

test("a file of mido's gives mido's notes, without percussion, and its tempos, metre and key", () => {
  const song = readMidi(new Uint8Array(Buffer.from(reference.file, 'base64')), 'mido.mid');
  const notes = song.notes.map(({ at, length, pitch, velocity }) => [at, length, pitch, velocity]);
  const order = (a: readonly number[], b: readonly number[]) => a[0]! - b[0]! || a[2]! - b[2]!;
  expect(notes.sort(order)).toEqual([...reference.notes].sort(order));
  expect(song.metres).toEqual([{ at: 0, beats: 6, unit: 8 }]);
  expect(song.keys).toEqual([{ at: 0, sharps: -6, minor: true }]);
  expect(song.tempos.map(({ at, perMinute }) => [at, Math.round(perMinute)])).toEqual([
    [0, 132],
    [4, 90],
  ]);
});
