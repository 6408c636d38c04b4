import { badFile, quote } from '../bad-file.ts';
import { type Fail, keyOf, metreOf, signed, tempoOf, unitOf } from './abc-fields.ts';
import { abcUnits } from './abc-units.ts';
import {
  alterationOf,
  type Head,
  type Key,
  LETTERS,
  type Metre,
  type Tune,
  type TuneElement,
  WHOLE,
} from './tune.ts';

const format = 'ABC';
/** Longest length of a note, in wholes, and most elements of a tune. */
const LONGEST = 64;
const MOST = 100_000;

/** Notes of a tuplet of p are played in the time of q; undefined: 2, or 3 in compound metres. */
const IN_TIME_OF: readonly (number | undefined)[] = [
  undefined,
  undefined,
  3,
  2,
  3,
  undefined,
  2,
  undefined,
  3,
  undefined,
];

/** `3/2`, `/`, `//`, '' -> factor of the unit length. */
function lengthOf(text: string, fail: Fail): number {
  if (text === '') return 1;
  const [, numerator, slashes, denominator] = /^(\d*)(\/*)(\d*)$/.exec(text)!;
  const above = numerator === '' ? 1 : Number(numerator);
  const below = denominator === '' ? 2 ** slashes!.length : Number(denominator);
  if (above === 0 || below === 0 || below > 1024) throw fail(`the length ${quote(text)} is none`);
  return above / below;
}

const NOTE = /^(\^\^?|__?|=)?([A-Ga-g])([,']*)(.*)$/;

/**
 * A tune in ABC notation (abc standard 2.1): one voice with chords, tuplets, broken rhythm, ties, grace notes, endings,
 * changes of key, metre and unit length. Decorations, slurs and words are passed over. Fails with `bad-file` at what it
 * does not understand, on further voices, and where there is no key or no note.
 */
export function readAbc(text: string, path = 'tune'): Tune {
  let line = 1;
  const fail = (problem: string) => badFile(format, path, problem, { offset: `line ${line}` });
  const elements: TuneElement[] = [];
  let title = '';
  let metre: Metre | undefined;
  let unit: number | undefined;
  let key: Key | undefined;
  let tempo: ReturnType<typeof tempoOf>;
  let first: { metre: Metre | undefined; key: Key } | undefined;
  // State of the bar and of what is being put together.
  const inBar = new Map<number, number>();
  let above: string | undefined;
  let grace: Head[] | undefined;
  let graces: Head[] = [];
  let chord: { heads: Head[]; factor: number } | undefined;
  let tuplet: { left: number; factor: number; show?: number } | undefined;
  let broken = 0;
  let voice: string | undefined;
  let notes = 0;

  const unitTicks = () => unit ?? WHOLE / 8;
  const push = (element: TuneElement) => {
    if (elements.length >= MOST) throw fail(`it has more than ${MOST} elements`);
    elements.push(element);
  };
  const head = (unitText: string): { head: Head; rest: string } => {
    const [, sign, letterText, octaves, rest] = NOTE.exec(unitText)!;
    const letter = 'CDEFGAB'.indexOf(letterText!.toUpperCase());
    const shift =
      (letterText! >= 'a' ? 1 : 0) +
      (octaves!.match(/'/g)?.length ?? 0) -
      (octaves!.match(/,/g)?.length ?? 0);
    if (Math.abs(shift) > 5) throw fail(`the note ${quote(unitText)} is out of reach`);
    const step = letter + 7 * shift;
    const accidental = sign === undefined ? undefined : signed(sign);
    if (accidental !== undefined) inBar.set(step, accidental);
    const alteration = inBar.get(step) ?? alterationOf(key!, letter);
    return {
      head: {
        step,
        pitch: 60 + 12 * shift + LETTERS[letter]! + alteration,
        ...(accidental === undefined ? {} : { accidental }),
      },
      rest: rest!,
    };
  };
  const sound = (heads: readonly Head[], factor: number, hidden = false) => {
    const written = unitTicks() * factor * (broken === 0 ? 1 : broken);
    broken = 0;
    const shown = tuplet?.show;
    const ticks = written * (tuplet?.factor ?? 1);
    if (tuplet !== undefined)
      tuplet = tuplet.left > 1 ? { left: tuplet.left - 1, factor: tuplet.factor } : undefined;
    if (ticks > LONGEST * WHOLE) throw fail('a note is too long');
    notes += heads.length > 0 ? 1 : 0;
    push({
      kind: 'note',
      heads,
      ticks,
      written,
      tied: false,
      grace: graces,
      ...(above === undefined ? {} : { above }),
      ...(shown === undefined ? {} : { tuplet: shown }),
      ...(hidden ? { hidden } : {}),
    });
    above = undefined;
    graces = [];
  };
  const lastNote = (what: string): { at: number; note: Extract<TuneElement, { kind: 'note' }> } => {
    const at = elements.length - 1;
    const note = elements[at];
    if (note?.kind !== 'note') throw fail(`${what} follows no note`);
    return { at, note };
  };
  const field = (letter: string, value: string) => {
    const own = value.replace(/%.*$/, '');
    const begun = key !== undefined && first !== undefined;
    if (letter === 'T' && title === '') title = own.trim();
    else if (letter === 'M') {
      metre = metreOf(own, fail);
      if (begun) push({ kind: 'metre', metre });
    } else if (letter === 'L') unit = unitOf(own, fail);
    else if (letter === 'K') {
      key = keyOf(own, fail);
      if (begun) push({ kind: 'key', key });
    } else if (letter === 'Q') {
      if (!begun) tempo = tempoOf(own) ?? tempo;
    } else if (letter === 'P' && begun) push({ kind: 'part', name: own.trim() });
    else if (letter === 'V') {
      const name = own.trim().split(/\s/)[0]!;
      if (voice !== undefined && voice !== name) throw fail('it has a second voice');
      voice = name;
    }
  };
  const begin = () => {
    if (key === undefined) throw fail('it has no key before its first note');
    first ??= { metre, key };
    // Changes of metre leave it as it is.
    unit ??= metre !== undefined && metre.beats / metre.unit < 0.75 ? WHOLE / 16 : WHOLE / 8;
  };

  const all = abcUnits(text);
  for (let i = 0; i < all.length; i++) {
    const own = all[i]!;
    const start = own[0]!;
    if (own === '\n') {
      if (first !== undefined && all[i - 1] !== '\\' && elements.at(-1)?.kind !== 'line')
        push({ kind: 'line' });
      line++;
      continue;
    }
    if (start === '%' || own === ' ' || own === '\t' || own === '\\' || own === '`' || own === '\r') continue;
    if (/^[A-Za-z]:/.test(own) && !/^[A-Za-z]:[|:]/.test(own)) {
      field(start, own.slice(2));
      continue;
    }
    begin();
    if (grace !== undefined && own !== '}') {
      if (own === '/') continue;
      if (!NOTE.test(own)) throw fail(`${quote(own)} stands among grace notes`);
      grace.push(head(own).head);
      continue;
    }
    if (chord !== undefined && start !== ']') {
      if (!NOTE.test(own)) {
        if (own === '-' || start === '"' || start === '!' || /^[.~uv()]$/.test(own)) continue;
        throw fail(`${quote(own)} stands in a chord`);
      }
      const { head: one, rest } = head(own);
      if (chord.heads.length === 0) chord.factor = lengthOf(rest, fail);
      chord.heads.push(one);
      continue;
    }
    if (start === '"') above = own.length > 1 && own.endsWith('"') ? own.slice(1, -1) : unclosed('"');
    else if (/^\[[A-Za-z]:/.test(own)) field(own[1]!, own.slice(3, -1));
    else if (own === '[') chord = { heads: [], factor: 1 };
    else if (/^\[\d/.test(own)) push({ kind: 'bar', text: '', ending: endings(own.slice(1)) });
    else if (/^(\[\||[|:])/.test(own)) {
      if (own === ':') throw fail("':' stands alone");
      const digits = /\d+$/.exec(own)?.[0];
      inBar.clear();
      push({
        kind: 'bar',
        text: digits === undefined ? own : own.slice(0, -digits.length),
        ...(digits === undefined ? {} : { ending: endings(digits) }),
      });
    } else if (start === ']') {
      if (chord === undefined || chord.heads.length === 0) throw fail("']' closes no chord");
      const { heads, factor } = chord;
      chord = undefined;
      sound(heads, factor * lengthOf(own.slice(1), fail));
    } else if (/^\(\d/.test(own)) {
      const [p, q, r] = own
        .slice(1)
        .split(':')
        .map((n) => (n === '' ? undefined : Number(n)));
      if (p === undefined || p < 2) throw fail(`the tuplet ${quote(own)} is none`);
      const compound = metre !== undefined && metre.beats % 3 === 0 && metre.beats > 3;
      const time = q || IN_TIME_OF[p] || (compound ? 3 : 2);
      tuplet = { left: r || p, factor: time / p, show: p };
    } else if (start === '>' || start === '<') {
      const { at, note } = lastNote(quote(own));
      const short = 1 / 2 ** own.length;
      const factor = start === '>' ? 2 - short : short;
      elements[at] = { ...note, ticks: note.ticks * factor, written: note.written * factor };
      broken = 2 - factor;
    } else if (own === '-') {
      const { at, note } = lastNote("'-'");
      elements[at] = { ...note, tied: true };
    } else if (own === '{') grace = [];
    else if (own === '}') {
      if (grace === undefined) throw fail("'}' closes no grace notes");
      graces = grace;
      grace = undefined;
    } else if (NOTE.test(own)) {
      const { head: one, rest } = head(own);
      sound([one], lengthOf(rest, fail));
    } else if (/^[zx]/.test(own)) sound([], lengthOf(own.slice(1), fail), start === 'x');
    else if (/^[ZX]/.test(own)) {
      const bars = lengthOf(own.slice(1), fail);
      if (metre === undefined || !Number.isInteger(bars)) throw fail(`the rest ${quote(own)} has no metre`);
      for (let k = 0; k < bars; k++) {
        if (k > 0) push({ kind: 'bar', text: '|' });
        sound([], ((metre.beats / metre.unit) * WHOLE) / unitTicks());
      }
    } else if (start !== 'y' && !/^(![^!]+!|\+[^+]+\+|[().~HLMOPSTuvJRij*;?@$])$/.test(own))
      throw fail(`${quote(own)} is no notation`);
  }
  if (grace !== undefined || chord !== undefined) throw fail('grace notes or a chord are not closed');
  if (key === undefined) throw fail('it has no key');
  if (notes === 0) throw fail('it has no note');
  const opening = first ?? { metre, key };
  const beat =
    tempo?.beat ??
    (opening.metre !== undefined && opening.metre.beats % 3 === 0 && opening.metre.unit > 4 ? 3 / 8 : 1 / 4);
  const quarters = Math.min(
    400,
    Math.max(20, tempo === undefined ? (beat === 1 / 4 ? 120 : 150) : tempo.perMinute * beat * 4),
  );
  return { title, metre: opening.metre, key: opening.key, tempo: quarters, elements };

  function unclosed(what: string): never {
    throw fail(`${what} is not closed`);
  }
  function endings(text: string): number[] {
    return text.split(/[,-]/).filter(Boolean).map(Number);
  }
}
