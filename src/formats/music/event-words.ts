import { badFile, quote } from '../bad-file.ts';
import { LONGEST_SONG, type Song, type SongNote } from './song.ts';

/** Words of a MIDI file's events: letters and numbers, each with the space before it. */
export const eventUnitPattern = ' ?[^ ]+| ';

const format = 'event words';
/** Parts of a quarter note: whole numbers for 16ths, triplets and 32nd triplets. */
const GRID = 12;
/** The longest wait and note that one word says: four whole notes. */
const LONGEST = 16 * GRID;
const MOST = 1_000_000;
/** Quarter notes a minute. */
const FASTEST = 9999;

/**
 * A song as words: `m6/8` a metre, `k2` a key with two sharps (`k-1` a flat, `k0m` minor), `t120` quarter notes a minute,
 * `w6` six twelfths of a quarter pass, `p62` a note begins and `d12` how long it sounds. Times are rounded to twelfths of
 * a quarter note, dynamics are left out, and what lasts longer than four whole notes is cut. Tempos are at most 9,999, and
 * metres of more than 99 beats are left out.
 */
export function wordsOf({ notes, tempos, metres, keys }: Song): string {
  const step = (at: number) => Math.round(at * GRID);
  const events = [
    ...metres
      .filter(({ beats }) => beats < 100)
      .map(({ at, beats, unit }) => ({ at: step(at), order: 0, words: [`m${beats}/${unit}`] })),
    ...keys.map(({ at, sharps, minor }) => ({
      at: step(at),
      order: 1,
      words: [`k${sharps}${minor ? 'm' : ''}`],
    })),
    ...tempos.map(({ at, perMinute }) => ({
      at: step(at),
      order: 2,
      words: [`t${Math.min(FASTEST, Math.max(1, Math.round(perMinute)))}`],
    })),
    ...notes.map(({ at, length, pitch }) => ({
      at: step(at),
      order: 3 + pitch,
      words: [`p${pitch}`, `d${Math.min(LONGEST, Math.max(1, step(length)))}`],
    })),
  ].sort((a, b) => a.at - b.at || a.order - b.order);
  const words: string[] = [];
  let now = 0;
  for (const { at, words: own } of events) {
    for (let wait = at - now; wait > 0; wait -= LONGEST) words.push(`w${Math.min(wait, LONGEST)}`);
    now = at;
    words.push(...own);
  }
  return words.join(' ');
}

/** The song of such words. Fails with `bad-file` at a word that is none, and where there is no note. */
export function readWords(text: string, path = 'words'): Song {
  const notes: SongNote[] = [];
  const tempos: { at: number; perMinute: number }[] = [];
  const metres: { at: number; beats: number; unit: number }[] = [];
  const keys: { at: number; sharps: number; minor: boolean }[] = [];
  const words = text.trim().split(/ +/);
  let now = 0;
  let pitch: number | undefined;
  for (const [i, word] of words.entries()) {
    const fail = (problem: string) =>
      badFile(format, path, `${quote(word)} ${problem}`, { offset: `word ${i + 1}` });
    if (i > MOST) throw fail(`is one of more than ${MOST} words`);
    const match = /^(?:([wdpt])(\d{1,4})|m(\d{1,2})\/(\d{1,3})|k(-?[0-7])(m?))$/.exec(word);
    if (match === null) throw fail('is no event');
    const [, kind, number, beats, unit, sharps, minor] = match;
    const value = Number(number);
    if ((pitch !== undefined) !== (kind === 'd'))
      throw fail('stands where a length should, or the other way round');
    if (kind === 'w') {
      now += value / GRID;
      if (now > LONGEST_SONG) throw fail('goes beyond the longest song');
    } else if (kind === 'p') {
      if (value > 127) throw fail('is above 127');
      pitch = value;
    } else if (kind === 'd') {
      if (value < 1) throw fail('is no length');
      notes.push({ at: now, length: value / GRID, pitch: pitch!, velocity: 90 });
      pitch = undefined;
    } else if (kind === 't') {
      if (value < 1) throw fail('is no tempo');
      tempos.push({ at: now, perMinute: value });
    } else if (beats !== undefined) {
      if (beats === '0' || ![1, 2, 4, 8, 16, 32, 64, 128].includes(Number(unit))) throw fail('is no metre');
      metres.push({ at: now, beats: Number(beats), unit: Number(unit) });
    } else keys.push({ at: now, sharps: Number(sharps), minor: minor === 'm' });
  }
  if (pitch !== undefined || notes.length === 0)
    throw badFile(format, path, notes.length === 0 ? 'it has no note' : 'its last note has no length');
  return { notes, tempos, metres, keys };
}
