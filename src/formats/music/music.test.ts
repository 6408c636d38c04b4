import { describe, expect, test } from 'vitest';
import { errorCode } from '../../../test/error-code.ts';
import { checkSong, checkTune } from './check-tune.ts';
import { readWords, wordsOf } from './event-words.ts';
import { readMidi, writeMidi } from './midi.ts';
import { readAbc } from './read-abc.ts';
import { songOf } from './song.ts';
import { scaleOf, WHOLE } from './tune.ts';

const head = 'X:1\nT:Test\nM:4/4\nL:1/4\nK:G\n';
const notesOf = (body: string, before = head) =>
  readAbc(before + body).elements.flatMap((e) => (e.kind === 'note' ? [e] : []));
const pitches = (body: string, before = head) =>
  notesOf(body, before).map(({ heads }) => heads.map((h) => h.pitch));
const lengths = (body: string, before = head) =>
  notesOf(body, before).map(({ ticks }) => (ticks / WHOLE) * 4);

describe('ABC notation', () => {
  test('pitches: octaves, the key, accidentals until the next bar line', () => {
    expect(pitches("C c c' C, F f")).toEqual([[60], [72], [84], [48], [66], [78]]);
    expect(pitches('F =F F|F ^^C C __B')).toEqual([[66], [65], [65], [66], [62], [62], [69]]);
    expect(pitches('B e [CEG]', 'X:1\nK:F\n')).toEqual([[70], [76], [60, 64, 67]]);
    expect([...scaleOf(readAbc('X:1\nK:Bm\nB\n').key)].sort((a, b) => a - b)).toEqual([1, 2, 4, 6, 7, 9, 11]);
    expect(readAbc('X:1\nK:A dorian\nA\n').key.sharps).toBe(1);
    expect(readAbc('X:1\nK:Eb\nE\n').key.sharps).toBe(-3);
    // The accidentals of an explicit key are all that there is of its signature.
    expect(pitches('G c f B', 'X:1\nK:D exp _b ^g\n').flat()).toEqual([68, 72, 77, 70]);
    expect(pitches('G c f B', 'X:1\nK:D _b ^g\n').flat()).toEqual([68, 73, 78, 70]);
  });

  test('lengths: unit, multiples, broken rhythm, tuplets, ties, rests of whole bars', () => {
    expect(lengths('G G2 G/ G3/2 G// z3')).toEqual([1, 2, 0.5, 1.5, 0.25, 3]);
    expect(lengths('G>A G<A G>>A')).toEqual([1.5, 0.5, 0.5, 1.5, 1.75, 0.25]);
    expect(lengths('(3GAB (2GA G')).toEqual(
      [2 / 3, 2 / 3, 2 / 3, 1.5, 1.5, 1].map((n) => expect.closeTo(n, 9)),
    );
    expect(lengths('[GB]2 [G2B2] Z2|')).toEqual([2, 2, 4, 4]);
    expect(lengths('G', 'X:1\nM:2/4\nK:C\n')).toEqual([0.25]);
    expect(lengths('G', 'X:1\nM:3/4\nK:C\n')).toEqual([0.5]);
    // A metre within the tune changes the unit no more.
    expect(lengths('G|\nM:2/4\nG|\nL:1/4\nG', 'X:1\nM:3/4\nK:C\n')).toEqual([0.5, 0.5, 1]);
    const { notes } = songOf(readAbc(`${head}G2-G2|\n`));
    expect(notes.map(({ at, length }) => [at, length])).toEqual([[0, 4]]);
  });

  test('bars that add up: upbeats and what completes them stand at the edges of parts', () => {
    const bars = (body: string) => {
      const { bars: all, fullBars } = checkTune(readAbc(head + body));
      return [all, fullBars];
    };
    expect(bars('D|GABc|d4|G3:|')).toEqual([4, 4]);
    expect(bars('GABc|d3|G4|')).toEqual([3, 2]);
    expect(bars('GABcd|d4|')).toEqual([2, 1]);
    expect(bars('GAB|\nP:B\nc|GABc|')).toEqual([3, 3]);
    expect(bars('GABc|\nM:3/4\nGAB|GAB|')).toEqual([3, 3]);
    expect(checkTune(readAbc(`${head}G^GA=f|`))).toMatchObject({ notes: 4, notesInKey: 2 });
  });

  test('what is no tune is an error with its line', () => {
    for (const body of ['G&A', '[GB', '{G', '"G', 'G]', '>G', '-', 'G0', '(1G', 'V:1\nG\nV:2\nG', '::x', ''])
      expect([body, errorCode(() => readAbc(head + body))]).toEqual([body, 'bad-file']);
    expect(errorCode(() => readAbc('X:1\nGAB|\n'))).toBe('bad-file');
    expect(errorCode(() => readAbc('X:1\nM:3/7\nK:C\nGAB|\n'))).toBe('bad-file');
    expect(() => readAbc(`${head}GAB\nG?&`)).toThrow(/line 7/);
  });
});

describe('MIDI', () => {
  test('changes of key and metre stand where they are, the tempo is that of the head', () => {
    const { keys, metres, tempos } = songOf(
      readAbc('X:1\nM:4/4\nL:1/4\nQ:1/4=90\nK:G\nG4|\nM:3/4\nK:Dm\nQ:1/4=200\nA3|\n'),
    );
    expect(keys).toEqual([
      { at: 0, sharps: 1, minor: false },
      { at: 4, sharps: -1, minor: true },
    ]);
    expect(metres).toEqual([
      { at: 0, beats: 4, unit: 4 },
      { at: 4, beats: 3, unit: 4 },
    ]);
    expect(tempos).toEqual([{ at: 0, perMinute: 90 }]);
  });

  const song = songOf(readAbc('X:1\nM:6/8\nL:1/8\nQ:3/8=80\nK:Em\nB|:"Em"e2f g3|[EB]6:|\n'));

  test('what is written is read again', () => {
    const again = readMidi(writeMidi(song), 'a.mid');
    expect(again.metres).toEqual([{ at: 0, beats: 6, unit: 8 }]);
    expect(again.keys).toEqual([{ at: 0, sharps: 1, minor: true }]);
    expect(again.tempos[0]!.perMinute).toBeCloseTo(120, 2);
    expect(again.notes).toHaveLength(song.notes.length);
    again.notes.forEach((note, i) => {
      expect(note.pitch).toBe(song.notes[i]!.pitch);
      expect(note.at).toBeCloseTo(song.notes[i]!.at, 3);
      expect(note.length).toBeCloseTo(song.notes[i]!.length, 3);
    });
  });

  test('running status, several tracks, notes that end by velocity 0 or not at all, sizes beyond the file', () => {
    const chunk = (name: string, bytes: number[]) => [...Buffer.from(name), 0, 0, 0, bytes.length, ...bytes];
    const file = Uint8Array.from([
      ...chunk('MThd', [0, 1, 0, 2, 0, 96]),
      ...chunk('MTrk', [0, 0x90, 60, 100, 96, 60, 0, 0, 64, 90, 48, 0xff, 0x2f, 0]),
      ...chunk('XFIH', [1, 2, 3]),
      ...chunk(
        'MTrk',
        [0, 0xf0, 2, 1, 2, 0, 0x99, 35, 99, 0, 0xc0, 5, 96, 0x91, 67, 80, 96, 0x81, 67, 0, 0, 0xff, 0x2f, 0],
      ),
    ]);
    expect(readMidi(file, 'a.mid').notes).toEqual([
      { at: 0, length: 1, pitch: 60, velocity: 100 },
      { at: 1, length: 0.5, pitch: 64, velocity: 90 },
      { at: 1, length: 1, pitch: 67, velocity: 80 },
    ]);
    // Behind the tempo it goes on without a status of its own; at the beginning of a track it cannot.
    const track = (...events: number[]) =>
      Uint8Array.from([
        ...chunk('MThd', [0, 0, 0, 1, 0, 96]),
        ...chunk('MTrk', [...events, 0, 0xff, 0x2f, 0]),
      ]);
    const tempo = [0, 0xff, 0x51, 3, 7, 161, 32];
    expect(readMidi(track(0, 0x90, 60, 90, ...tempo, 96, 60, 0), 'a.mid').notes).toEqual([
      { at: 0, length: 1, pitch: 60, velocity: 90 },
    ]);
    expect(errorCode(() => readMidi(track(...tempo, 0, 60, 90), 'a.mid'))).toBe('bad-file');
    const longer = Uint8Array.from(file);
    longer[21] = 200;
    expect(errorCode(() => readMidi(longer, 'a.mid'))).toBe('bad-file');
    expect(errorCode(() => readMidi(file.subarray(0, 40), 'a.mid'))).toBe('bad-file');
  });

  test('as words and back, on a grid of twelfths of a quarter note', () => {
    const words = wordsOf(song);
    expect(words).toMatch(/^m6\/8 k1m t120 p71 d6 w6 p76 d12 w12 p78 d6 w6 p79 d18 w18 p64 d36 p71 d36/);
    const again = readWords(words);
    expect(wordsOf(again)).toBe(words);
    expect(wordsOf(readMidi(writeMidi(again), 'a.mid'))).toBe(words);
    // What a file may say and words may not.
    const extreme = wordsOf({
      ...again,
      tempos: [{ at: 0, perMinute: 1e6 }],
      metres: [{ at: 0, beats: 200, unit: 8 }],
    });
    expect(readWords(extreme)).toMatchObject({ tempos: [{ perMinute: 9999 }], metres: [] });
    for (const bad of ['', 'p60', 'd12', 'p60 w3', 'p200 d3', 'm3/5 p60 d1', 'x', 'p60 d0'])
      expect([bad, errorCode(() => readWords(bad))]).toEqual([bad, 'bad-file']);
  });

  test('notes across bar lines and outside the key are counted', () => {
    expect(checkSong(readWords('m4/4 k1 t120 p67 d48 w48 p66 d24 w24 p65 d48'))).toEqual({
      bars: 3,
      fullBars: 2,
      notes: 3,
      notesInKey: 2,
    });
  });
});
