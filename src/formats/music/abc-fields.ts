import { quote } from '../bad-file.ts';
import { type Key, type Metre, WHOLE } from './tune.ts';

const MODES: Readonly<Record<string, number>> = {
  maj: 0,
  ion: 0,
  mix: -1,
  dor: -2,
  m: -3,
  min: -3,
  aeo: -3,
  phr: -4,
  loc: -5,
  lyd: 1,
};
/** Sharps of the major key of each letter, C to B. */
const MAJOR = [0, 2, 4, -1, 1, 3, 5];
/** Makes the error that says a problem with its place. */
export type Fail = (problem: string) => Error;

/** `M:`: `6/8`, `C`, `2+3/8`; undefined where it is free. */
export function metreOf(text: string, fail: Fail): Metre | undefined {
  const own = text.trim();
  if (own === '' || own === 'none') return undefined;
  if (own === 'C') return { beats: 4, unit: 4 };
  if (own === 'C|') return { beats: 2, unit: 2 };
  const match = /^\(?(\d{1,2}(?:\+\d{1,2}){0,6})\)?\/(\d{1,3})$/.exec(own);
  const beats = (match?.[1] ?? '0').split('+').reduce((sum, n) => sum + Number(n), 0);
  const unit = Number(match?.[2] ?? 0);
  if (beats < 1 || ![1, 2, 4, 8, 16, 32, 64, 128].includes(unit))
    throw fail(`the metre ${quote(own)} is none`);
  return { beats, unit };
}

/**
 * `K:`: a tonic with its mode, then accidentals that are added to the signature, or with `exp` are all that there is of it
 * (abc standard 2.1, section 3.1.14).
 */
export function keyOf(text: string, fail: Fail): Key {
  const own = text.trim();
  const match = /^(?:(none)|(HP|Hp)|([A-G])([#b]?)\s*([A-Za-z]*))(.*)$/.exec(own);
  if (match === null && own !== '') throw fail(`the key ${quote(own)} is none`);
  if (match === null || match[1] !== undefined) return { name: 'C', sharps: 0, extra: {} };
  if (match[2] !== undefined) return { name: match[2], sharps: 2, extra: {} };
  const letter = 'CDEFGAB'.indexOf(match[3]!);
  const word = match[5]!.toLowerCase();
  // Words behind a key that are no mode (clef, transpose) change no note.
  const mode = word === '' ? 0 : (MODES[word === 'm' ? 'm' : word.slice(0, 3)] ?? 0);
  const explicit = word.startsWith('exp');
  const sharps = explicit ? 0 : MAJOR[letter]! + (match[4] === '#' ? 7 : match[4] === 'b' ? -7 : 0) + mode;
  if (Math.abs(sharps) > 7) throw fail(`the key ${quote(own)} has ${Math.abs(sharps)} accidentals`);
  const extra: Record<number, number> = {};
  for (const [, sign, note] of match[6]!.matchAll(/(\^\^?|__?|=)([A-Ga-g])/g))
    extra['CDEFGAB'.indexOf(note!.toUpperCase())] = signed(sign!);
  return { name: `${match[3]}${match[4]}${mode === 0 ? '' : match[5]}`, sharps, extra };
}

/** An accidental in semitones. */
export const signed = (sign: string): number =>
  sign === '=' ? 0 : sign.startsWith('^') ? sign.length : -sign.length;

/** `L:` in ticks: `1/8`, `1`. */
export function unitOf(text: string, fail: Fail): number {
  const match = /^\s*1(?:\/(\d{1,3}))?\s*$/.exec(text);
  const below = match === null ? 0 : Number(match[1] ?? 1);
  if (![1, 2, 4, 8, 16, 32, 64, 128].includes(below)) throw fail(`the unit length ${quote(text)} is none`);
  return WHOLE / below;
}

/** `Q:`: beats a minute, and a beat's part of a whole note where it is said; undefined for words alone. */
export function tempoOf(text: string): { beat: number | undefined; perMinute: number } | undefined {
  const match = /^\s*(?:"[^"]*"\s*)?(?:(\d{1,3})\/(\d{1,3})\s*=\s*)?(\d{1,4})\b/.exec(text);
  if (match === null || Number(match[3]) === 0) return undefined;
  const beat = match[1] === undefined || match[2] === '0' ? undefined : Number(match[1]) / Number(match[2]);
  return { beat, perMinute: Number(match[3]) };
}
