import { badFile, showCount } from '../bad-file.ts';
import { LONGEST_SONG, type Song, type SongNote } from './song.ts';

const format = 'MIDI';
/** Ticks of a quarter note in files that are written. */
const TICKS = 480;
/** Events that a file may have: enough for hours of music. */
const MOST_EVENTS = 2_000_000;

const text = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/**
 * A standard MIDI file (formats 0 and 1; all tracks and channels together, percussion of channel 10 left out). Sizes are
 * checked against the file before anything is read. Fails with `bad-file`; files of format 2 (unrelated patterns) and of
 * SMPTE time are refused.
 */
export function readMidi(bytes: Uint8Array, path: string): Song {
  const wrong = (problem: string, at?: number) =>
    badFile(format, path, problem, at === undefined ? {} : { offset: `byte ${at}` });
  if (bytes.length < 14 || text(bytes, 0) !== 'MThd') throw wrong("it does not begin with 'MThd'", 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = view.getUint32(4);
  const [type, tracks, division] = [view.getUint16(8), view.getUint16(10), view.getUint16(12)];
  if (header < 6 || 8 + header > bytes.length) throw wrong(`its header says ${showCount(header)} bytes`, 4);
  if (type > 1) throw wrong(`it is of format ${type}; formats 0 and 1 are read`, 8);
  if (division === 0 || division >= 0x8000) throw wrong('its times are not in parts of a quarter note', 12);

  const song = {
    notes: [] as SongNote[],
    tempos: [] as { at: number; perMinute: number }[],
    metres: [] as { at: number; beats: number; unit: number }[],
    keys: [] as { at: number; sharps: number; minor: boolean }[],
  };
  let at = 8 + header;
  let found = 0;
  let events = 0;
  while (at < bytes.length && found < tracks) {
    if (at + 8 > bytes.length) throw wrong('it ends within the head of a chunk', at);
    const name = text(bytes, at);
    const size = view.getUint32(at + 4);
    const end = at + 8 + size;
    if (end > bytes.length)
      throw wrong(
        `a chunk of ${showCount(size)} bytes ends beyond the ${showCount(bytes.length)} of the file`,
        at + 4,
      );
    // Chunks of other names are to be passed over.
    if (name === 'MTrk') {
      found++;
      readTrack(at + 8, end);
    }
    at = end;
  }
  if (found < tracks) throw wrong(`it says ${tracks} tracks and has ${found}`, 10);
  const inTime = <T extends { at: number }>(list: T[]): T[] => list.sort((a, b) => a.at - b.at);
  return {
    notes: song.notes.sort((a, b) => a.at - b.at || a.pitch - b.pitch || a.length - b.length),
    tempos: inTime(song.tempos),
    metres: inTime(song.metres),
    keys: inTime(song.keys),
  };

  function readTrack(begin: number, limit: number): void {
    let place = begin;
    let ticks = 0;
    let running = 0;
    const sounding = new Map<number, { ticks: number; velocity: number }[]>();
    const byte = (): number => {
      if (place >= limit) throw wrong('a track ends within an event', place);
      return bytes[place++]!;
    };
    const data = (): number => {
      const value = byte();
      if (value > 127) throw wrong('a data byte is above 127', place - 1);
      return value;
    };
    const variable = (): number => {
      let value = 0;
      for (let i = 0; i < 4; i++) {
        const part = byte();
        value = value * 128 + (part & 127);
        if (part < 128) return value;
      }
      throw wrong('a number has more than four bytes', place - 4);
    };
    const skip = (count: number): number => {
      if (place + count > limit)
        throw wrong(`an event of ${showCount(count)} bytes ends beyond its track`, place);
      place += count;
      return place - count;
    };
    const now = () => ticks / division;
    const end = (on: { ticks: number; velocity: number }, pitch: number) => {
      if (ticks > on.ticks)
        song.notes.push({
          at: on.ticks / division,
          length: (ticks - on.ticks) / division,
          pitch,
          velocity: on.velocity,
        });
    };
    while (place < limit) {
      if (++events > MOST_EVENTS) throw wrong(`it has more than ${showCount(MOST_EVENTS)} events`, place);
      ticks += variable();
      if (ticks > LONGEST_SONG * division)
        throw wrong(`it lasts more than ${showCount(LONGEST_SONG)} quarter notes`, place);
      const first = bytes[place] ?? 0;
      if (place >= limit) throw wrong('a track ends within an event', place);
      // Running status should end at events that are of no channel, but there are files in which it goes on behind them.
      if (first >= 0x80) {
        place++;
        if (first < 0xf0) running = first;
      } else if (running === 0) throw wrong('a data byte stands where an event begins', place);
      const status = first >= 0x80 ? first : running;
      if (status === 0xff) {
        const kind = byte();
        const length = variable();
        const from = skip(length);
        if (kind === 0x2f) break;
        if (kind === 0x51 && length === 3) {
          const micros = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!;
          if (micros > 0) song.tempos.push({ at: now(), perMinute: 60_000_000 / micros });
        } else if (kind === 0x58 && length >= 2 && bytes[from]! > 0 && bytes[from + 1]! <= 7)
          song.metres.push({ at: now(), beats: bytes[from]!, unit: 2 ** bytes[from + 1]! });
        else if (kind === 0x59 && length >= 2) {
          const sharps = view.getInt8(from);
          if (Math.abs(sharps) <= 7) song.keys.push({ at: now(), sharps, minor: bytes[from + 1] === 1 });
        }
      } else if (status === 0xf0 || status === 0xf7) skip(variable());
      else if (status > 0xf0)
        throw wrong(`event 0x${status.toString(16)} does not belong into a file`, place - 1);
      else {
        const [kind, channel] = [status >> 4, status & 15];
        const pitch = data();
        const value = kind === 0xc || kind === 0xd ? 0 : data();
        if ((kind !== 8 && kind !== 9) || channel === 9) continue;
        const key = channel * 128 + pitch;
        const open = sounding.get(key) ?? [];
        sounding.set(key, open);
        if (kind === 9 && value > 0) open.push({ ticks, velocity: value });
        else {
          const on = open.shift();
          if (on !== undefined) end(on, pitch);
        }
      }
    }
    // Notes that are never ended last until the track does.
    for (const [key, open] of sounding) for (const on of open) end(on, key % 128);
  }
}

/** A song as a MIDI file of format 0 with 480 ticks a quarter note. */
export function writeMidi({ notes, tempos, metres, keys }: Song): Uint8Array<ArrayBuffer> {
  const tick = (at: number) => Math.max(0, Math.round(at * TICKS));
  // At one time: settings, then ends of notes, then beginnings.
  const events: { at: number; order: number; bytes: number[] }[] = [];
  for (const { at, perMinute } of tempos) {
    const micros = Math.min(0xffffff, Math.max(1, Math.round(60_000_000 / perMinute)));
    events.push({
      at: tick(at),
      order: 0,
      bytes: [0xff, 0x51, 3, micros >> 16, (micros >> 8) & 255, micros & 255],
    });
  }
  for (const { at, beats, unit } of metres)
    events.push({
      at: tick(at),
      order: 0,
      bytes: [0xff, 0x58, 4, beats & 255, Math.round(Math.log2(unit)), 24, 8],
    });
  for (const { at, sharps, minor } of keys)
    events.push({ at: tick(at), order: 0, bytes: [0xff, 0x59, 2, sharps & 255, minor ? 1 : 0] });
  for (const { at, length, pitch, velocity } of notes) {
    const from = tick(at);
    events.push({
      at: from,
      order: 2,
      bytes: [0x90, pitch & 127, Math.min(127, Math.max(1, Math.round(velocity)))],
    });
    events.push({ at: Math.max(from + 1, tick(at + length)), order: 1, bytes: [0x80, pitch & 127, 64] });
  }
  events.sort((a, b) => a.at - b.at || a.order - b.order);
  const track: number[] = [];
  let last = 0;
  for (const { at, bytes } of events) {
    track.push(...variableBytes(at - last), ...bytes);
    last = at;
  }
  track.push(0, 0xff, 0x2f, 0);
  const out = new Uint8Array(22 + track.length);
  const view = new DataView(out.buffer);
  const ascii = (word: string, at: number) => {
    for (let i = 0; i < 4; i++) out[at + i] = word.charCodeAt(i);
  };
  ascii('MThd', 0);
  view.setUint32(4, 6);
  view.setUint16(8, 0);
  view.setUint16(10, 1);
  view.setUint16(12, TICKS);
  ascii('MTrk', 14);
  view.setUint32(18, track.length);
  out.set(track, 22);
  return out;
}

/** Seven bits a byte, all but the last with the highest bit set. */
function variableBytes(value: number): number[] {
  const out = [value & 127];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    out.unshift((rest & 127) | 128);
  return out.slice(-4);
}
