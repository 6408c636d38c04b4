/**
 * A length behind a note: `2`, `/2`, `3/2`, `//`. Digits are few, so that lengths stay numbers.
 */
const length = String.raw`\d{0,3}(?:\/+\d{0,3})?`;

/**
 * The musical units of ABC notation (abc standard 2.1), tried in order at each place. Only constructs that Rust's and
 * JavaScript's expressions share, for tokenizers carry it.
 */
export const abcUnitPattern = [
  // Header and field lines and comments, as a whole.
  String.raw`(?<=^|\n)[A-Z]:(?![|:])[^\n]*`,
  String.raw`(?<=^|\n)[mrsw]:(?![|:])[^\n]*`,
  String.raw`%[^\n]*`,
  // Chord symbols and annotations, inline fields, decorations.
  String.raw`"[^"\n]*"`,
  String.raw`\[[A-Za-z]:[^\]\n]*\]`,
  String.raw`![^!\n]{1,32}!`,
  String.raw`\+[^+\n]{1,32}\+`,
  // Bar lines, with the number of an ending; a number may also follow an opening bracket.
  String.raw`\[\|\]?|[|:]+\]?\d*|\[\d[\d,\-]*`,
  // Tuplets, notes, rests.
  String.raw`\(\d(?::\d?){0,2}`,
  String.raw`(?:\^\^?|__?|=)?[A-Ga-g][,']*${length}`,
  `[xyzXZ]${length}`,
  // The end of a chord with its length; broken rhythm.
  String.raw`\]${length}`,
  '>{1,3}|<{1,3}',
  // Everything else, a character at a time.
  String.raw`[\s\S]`,
].join('|');

const units = new RegExp(abcUnitPattern, 'gu');

/** A text in ABC notation cut into musical units, which joined give the text again. */
export const abcUnits = (text: string): string[] => text.match(units) ?? [];
