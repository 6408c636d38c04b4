import type { Stream } from '../../src/random.ts';

/** A whole number from 0 to `bound` - 1. */
export const draw = (stream: Stream, bound: number): number => stream.integers(1, Math.max(1, bound))[0]!;

/** Values that a size, an offset or a count is altered to. */
const words = [0, 1, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
/** What stands in the place of a member of a JSON file. */
const hostile: readonly unknown[] = [
  0,
  -1,
  1.5,
  2 ** 20,
  1e9,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  '..',
  '/etc/passwd',
  'x'.repeat(5000),
  '__proto__',
  null,
  true,
  [],
  {},
  [[[]]],
  [1e9, 1e9],
  Array(2000).fill(0),
];

/** A part of the file: cut off at any place. */
export const cut = (bytes: Uint8Array, stream: Stream): Uint8Array =>
  bytes.subarray(0, draw(stream, bytes.length));

/** The file with one to four bytes or words of it changed, or with a piece taken out or repeated. */
export function mutated(bytes: Uint8Array, stream: Stream): Uint8Array {
  let out = Buffer.from(bytes);
  for (let i = 0, n = 1 + draw(stream.child('count'), 4); i < n; i++) {
    const own = stream.child(i);
    // Headers stand at the beginning and, in archives and tables, at the end: look there more often.
    const zone = draw(own.child('zone'), 3);
    const [from, to] = zone === 0 ? [0, out.length] : zone === 1 ? [0, 128] : [out.length - 128, out.length];
    const place = Math.min(
      out.length - 1,
      Math.max(0, from) + draw(own.child('place'), to - Math.max(0, from)),
    );
    const value = draw(own.child('value'), 2 ** 16);
    const word = words[value % words.length]!;
    const kind = draw(own.child('kind'), 6);
    if (place < 0) return out;
    if (kind <= 2) out[place] = value & 255;
    else if (kind === 3 && place + 4 <= out.length)
      value & 256 ? out.writeUInt32LE(word, place) : out.writeUInt32BE(word, place);
    else if (kind === 4) out = Buffer.concat([out.subarray(0, place), out.subarray(place + 1 + (value % 8))]);
    else out = Buffer.concat([out.subarray(0, place), out.subarray(Math.max(0, place - (value % 64)))]);
  }
  return new Uint8Array(out);
}

/** JSON with one or two of its members, anywhere in it, replaced by what does not belong there, or taken out. */
export function alteredJson(text: string, stream: Stream): string {
  const root: { value: unknown } = { value: JSON.parse(text) };
  for (let i = 0, n = 1 + draw(stream.child('count'), 2); i < n; i++) {
    const own = stream.child(i);
    let [holder, key]: [Record<string, unknown>, string] = [root, 'value'];
    for (let depth = 0; depth < 8; depth++) {
      const inside = holder[key];
      if (typeof inside !== 'object' || inside === null || draw(own.child(`stop ${depth}`), 6) === 0) break;
      const keys = Object.keys(inside);
      if (keys.length === 0) break;
      [holder, key] = [
        inside as Record<string, unknown>,
        keys[draw(own.child(`key ${depth}`), keys.length)]!,
      ];
    }
    const kind = draw(own.child('kind'), hostile.length + 1);
    if (kind === hostile.length && holder !== root) delete holder[key];
    else holder[key] = structuredClone(hostile[kind] ?? null);
  }
  return JSON.stringify(root.value);
}
