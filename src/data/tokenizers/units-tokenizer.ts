import { GraftError } from '../../errors.ts';
import { abcUnitPattern } from '../../formats/music/abc-units.ts';
import { eventUnitPattern } from '../../formats/music/event-words.ts';
import type { Notation } from '../data-set.ts';
import { pieceTokenizer } from './piece-tokenizer.ts';
import { endOfText, type Tokenizer } from './tokenizer.ts';
import { unitsJson } from './tokenizer-json.ts';

const patterns: Readonly<Record<Notation, string>> = { abc: abcUnitPattern, events: eventUnitPattern };

/** Header lines of free text (titles, sources, ...): they are spelled. */
const freeText = /^[A-JNOSTWw-z]:/;

/** Units are tokens from this number of occurrences on; others are spelled. */
const LEAST = 2;

/** The notation whose units a pattern cuts. */
export const unitKind = (pattern: string): Notation | undefined =>
  (Object.keys(patterns) as Notation[]).find((kind) => patterns[kind] === pattern);

/**
 * One token for each musical unit (ABC: notes with accidental, octave and length, bar lines, chord symbols, tuplets,
 * whole lines of key, metre and the like; MIDI: words of events) that occurs at least twice in the training text, and
 * one for each of its characters. Ids: characters in code point order, units from frequent to rare, 256 byte tokens
 * that spell unseen characters, the end token.
 */
export function trainUnitsTokenizer(kind: Notation, texts: Iterable<string>, ends: boolean): Tokenizer {
  const counts = new Map<string, number>();
  const characters = new Set<string>();
  for (const text of texts) {
    for (const unit of unitsOf(kind, text)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
    for (const character of text) if (!/\p{Surrogate}/u.test(character)) characters.add(character);
  }
  if (characters.size === 0)
    throw new GraftError('bad-data', {
      what: 'tokenizer training text',
      problem: 'it has no characters',
    });
  const code = (text: string) => text.codePointAt(0)!;
  const units = [...counts]
    .filter(([unit, count]) => [...unit].length > 1 && count >= LEAST && !freeText.test(unit))
    .filter(([unit]) => !/\p{Surrogate}/u.test(unit) && !/^<0x[0-9A-F]{2}>$/.test(unit) && unit !== endOfText)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([unit]) => unit);
  return unitsTokenizer(kind, [...[...characters].sort((a, b) => code(a) - code(b)), ...units], ends);
}

const unitsOf = (kind: Notation, text: string): string[] =>
  text.match(new RegExp(patterns[kind], 'gu')) ?? [];

/** The tokenizer of a given vocabulary of units and characters: entry i has id i. */
export function unitsTokenizer(kind: Notation, vocabulary: readonly string[], ends: boolean): Tokenizer {
  return pieceTokenizer({
    kind,
    vocabulary,
    fallback: true,
    ends,
    cut: (text) => unitsOf(kind, text),
    json: (vocab, special) => unitsJson(vocab, special, patterns[kind]),
  });
}
