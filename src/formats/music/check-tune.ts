import { barQuarters, type Song } from './song.ts';
import { barTicks, type Key, type Metre, scaleOf, type Tune, WHOLE } from './tune.ts';

/** What can be counted of a tune. */
export interface TuneFacts {
  /** Bars of a metre, and those that have its length. */
  readonly bars: number;
  readonly fullBars: number;
  /** Notes (of chords all), and those of the scale of their key. */
  readonly notes: number;
  readonly notesInKey: number;
}

/** Two lengths are one where they differ by less than rounding makes of tuplets. */
const SAME = WHOLE / 4096;

interface Bar {
  readonly ticks: number;
  readonly metre: Metre | undefined;
  /** Whether a part of the tune begins or ends with it: there may be an upbeat or what completes one. */
  readonly edge: boolean;
}

/**
 * Counts bars and notes. A bar counts as full where it has the length of its metre; the first and last bar of a part
 * (between repeat signs, double bars, endings, labels of parts, changes of metre, and of key at a bar line) may be shorter, for upbeats, and a bar without a
 * note is none.
 */
export function checkTune(tune: Tune): TuneFacts {
  const bars: Bar[] = [];
  let metre = tune.metre;
  let key: Key = tune.key;
  let scale = scaleOf(key);
  let ticks = 0;
  let begins = true;
  let notes = 0;
  let notesInKey = 0;
  const close = (ends: boolean) => {
    if (ticks > 0) bars.push({ ticks, metre, edge: begins || ends });
    if (ticks > 0 || ends) begins = ends;
    ticks = 0;
  };
  for (const element of tune.elements) {
    if (element.kind === 'note') {
      ticks += element.ticks;
      for (const { pitch } of element.heads) {
        notes++;
        if (scale.has(((pitch % 12) + 12) % 12)) notesInKey++;
      }
    } else if (element.kind === 'bar') close(element.text !== '|' || element.ending !== undefined);
    else if (element.kind === 'part') close(true);
    else if (element.kind === 'metre') {
      close(true);
      metre = element.metre;
    } else if (element.kind === 'key') {
      key = element.key;
      scale = scaleOf(key);
      if (ticks === 0) begins = true;
    }
  }
  close(true);
  const measured = bars.filter((bar) => bar.metre !== undefined);
  const isFull = ({ ticks: length, metre: own, edge }: Bar) => {
    const wanted = barTicks(own!);
    return Math.abs(length - wanted) < SAME || (edge && length < wanted);
  };
  return {
    bars: measured.length,
    fullBars: measured.filter(isFull).length,
    notes,
    notesInKey,
  };
}

/**
 * The same counts of music by events. Without bar lines, a bar is full where no note sounds across its end, in steps of
 * the metre from the last change of it; its key is that of its signature.
 */
export function checkSong(song: Song): TuneFacts {
  const last = song.notes.reduce((end, { at, length }) => Math.max(end, at + length), 0);
  const segments = song.metres.map((metre, i) => {
    const size = barQuarters(metre);
    const length = Math.max(0, Math.min(song.metres[i + 1]?.at ?? last, last) - metre.at);
    return {
      at: metre.at,
      size,
      bars: Math.min(MOST_BARS, Math.ceil(length / size - ROUNDING)),
      broken: new Set<number>(),
    };
  });
  let segment = -1;
  let key = -1;
  let scale: Set<number> | undefined;
  let notesInKey = 0;
  for (const { at, length, pitch } of song.notes) {
    while ((segments[segment + 1]?.at ?? Number.POSITIVE_INFINITY) <= at + ROUNDING) segment++;
    while ((song.keys[key + 1]?.at ?? Number.POSITIVE_INFINITY) <= at + ROUNDING) {
      key++;
      scale = scaleOf({ name: '', sharps: song.keys[key]!.sharps, extra: {} });
    }
    if (scale === undefined || scale.has(pitch % 12)) notesInKey++;
    const own = segments[segment];
    if (own === undefined) continue;
    const bar = Math.floor((at - own.at) / own.size + ROUNDING);
    if (at + length > own.at + (bar + 1) * own.size + ROUNDING) own.broken.add(bar);
  }
  const bars = segments.reduce((sum, one) => sum + one.bars, 0);
  const fullBars = bars - segments.reduce((sum, one) => sum + Math.min(one.bars, one.broken.size), 0);
  return { bars, fullBars, notes: song.notes.length, notesInKey };
}

/** Times in quarters are one where they differ by less. */
const ROUNDING = 1e-6;
const MOST_BARS = 100_000;
