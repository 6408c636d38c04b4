/** Ticks of a whole note: whole numbers for 128ths and for tuplets of 3, 5, 7 and 9. */
export const WHOLE = 40_320;

/** `beats` notes of 1/`unit`. */
export interface Metre {
  readonly beats: number;
  readonly unit: number;
}

/** Length of a bar in ticks. */
export const barTicks = ({ beats, unit }: Metre): number => (beats * WHOLE) / unit;

export interface Key {
  /** As it is written: `D`, `Am`, `Emix`. */
  readonly name: string;
  /** Sharps of the signature; negative: flats. */
  readonly sharps: number;
  /** Accidentals that the key adds to its signature, by letter (0 = C ... 6 = B), in semitones. */
  readonly extra: Readonly<Record<number, number>>;
}

/** Semitones above C of the letters C to B. */
export const LETTERS: readonly number[] = [0, 2, 4, 5, 7, 9, 11];

/** Letters in the order in which sharps come: F C G D A E B. */
const SHARPS = [3, 0, 4, 1, 5, 2, 6];

/** What a key does to a letter (0 = C ... 6 = B), in semitones. */
export function alterationOf({ sharps, extra }: Key, letter: number): number {
  const own = extra[letter];
  if (own !== undefined) return own;
  const place = SHARPS.indexOf(letter);
  if (sharps > 0) return place < sharps ? 1 : 0;
  return 6 - place < -sharps ? -1 : 0;
}

/** The letters that a signature alters, in the order in which they are written. */
export const signatureLetters = (sharps: number): number[] =>
  sharps >= 0 ? SHARPS.slice(0, sharps) : [...SHARPS].reverse().slice(0, -sharps);

/** Pitch classes of a key's scale. */
export const scaleOf = (key: Key): Set<number> =>
  new Set(LETTERS.map((semitones, letter) => (semitones + alterationOf(key, letter) + 12) % 12));

/** One note head. */
export interface Head {
  /** Letters above C4 (0), on the staff. */
  readonly step: number;
  /** MIDI number: C4 is 60. */
  readonly pitch: number;
  /** The accidental that is written, in semitones; absent where none is. */
  readonly accidental?: number;
}

/** What stands in a tune, in order. */
export type TuneElement =
  | {
      readonly kind: 'note';
      /** Several for a chord, none for a rest. */
      readonly heads: readonly Head[];
      readonly ticks: number;
      /** Ticks that the written note has: more or less than it lasts in a tuplet. */
      readonly written: number;
      readonly tied: boolean;
      readonly grace: readonly Head[];
      /** Chord symbol or annotation above it. */
      readonly above?: string;
      /** Number over the first note of a tuplet. */
      readonly tuplet?: number;
      /** Takes no room on the staff. */
      readonly hidden?: boolean;
    }
  | {
      readonly kind: 'bar';
      /** As it is written: `|`, `||`, `:|`, ... */
      readonly text: string;
      /** Times through that an ending is for: [1], [2], [1, 3]. */
      readonly ending?: readonly number[];
    }
  /** A part of the tune begins. */
  | { readonly kind: 'part'; readonly name: string }
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'metre'; readonly metre: Metre | undefined }
  | { readonly kind: 'line' };

/** A melody with chords. */
export interface Tune {
  readonly title: string;
  /** At the beginning; undefined where it is free. */
  readonly metre: Metre | undefined;
  readonly key: Key;
  /** Quarter notes a minute. */
  readonly tempo: number;
  readonly elements: readonly TuneElement[];
}
