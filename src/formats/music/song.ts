import { playOrder } from './play-order.ts';
import { barTicks, type Key, type Metre, type Tune, WHOLE } from './tune.ts';

/** A note that sounds; times in quarter notes. */
export interface SongNote {
  readonly at: number;
  readonly length: number;
  /** MIDI number: C4 is 60. */
  readonly pitch: number;
  /** 1 to 127. */
  readonly velocity: number;
}

/** Music as it sounds: what a MIDI file holds. Times in quarter notes from the beginning, in order. */
export interface Song {
  readonly notes: readonly SongNote[];
  /** Quarter notes a minute. */
  readonly tempos: readonly { readonly at: number; readonly perMinute: number }[];
  readonly metres: readonly (Metre & { readonly at: number })[];
  readonly keys: readonly { readonly at: number; readonly sharps: number; readonly minor: boolean }[];
}

/** Quarter notes that a file may last: days of music. */
export const LONGEST_SONG = 1_000_000;

const QUARTER = WHOLE / 4;

/** A tune as it sounds: repeats played, ties joined, grace notes taken from the note that follows. */
export function songOf(tune: Tune): Song {
  const notes: SongNote[] = [];
  const metres: (Metre & { at: number })[] = tune.metre === undefined ? [] : [{ ...tune.metre, at: 0 }];
  const keys = [{ at: 0, ...signatureOf(tune.key) }];
  let now = 0;
  let held = new Map<number, number>();
  for (const element of playOrder(tune.elements)) {
    if (element.kind === 'metre' && element.metre !== undefined)
      metres.push({ ...element.metre, at: now / QUARTER });
    if (element.kind === 'key') keys.push({ at: now / QUARTER, ...signatureOf(element.key) });
    if (element.kind !== 'note') continue;
    const { heads, ticks, grace, tied } = element;
    const early = Math.min(grace.length * (QUARTER / 8), ticks / 2);
    grace.forEach(({ pitch }, k) => {
      const each = early / grace.length;
      notes.push({ at: (now + k * each) / QUARTER, length: each / QUARTER, pitch, velocity: 70 });
    });
    const next = new Map<number, number>();
    for (const { pitch } of heads) {
      const from = held.get(pitch);
      if (from !== undefined)
        notes[from] = { ...notes[from]!, length: notes[from]!.length + ticks / QUARTER };
      else
        notes.push({
          at: (now + early) / QUARTER,
          length: (ticks - early) / QUARTER,
          pitch: Math.min(127, Math.max(0, pitch)),
          velocity: 90,
        });
      if (tied) next.set(pitch, from ?? notes.length - 1);
    }
    held = next;
    now += ticks;
  }
  return {
    notes: notes.sort((a, b) => a.at - b.at || a.pitch - b.pitch),
    tempos: [{ at: 0, perMinute: tune.tempo }],
    metres,
    keys,
  };
}

const signatureOf = ({ name, sharps }: Key): { sharps: number; minor: boolean } => ({
  sharps,
  minor: /m(?!aj|ix)/i.test(name.slice(1)),
});

/** Quarter notes of a bar. */
export const barQuarters = (metre: Metre): number => barTicks(metre) / QUARTER;
