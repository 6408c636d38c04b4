import { GraftError } from '../errors.ts';
import { isWellFormed, subset, type TextSet } from './data-set.ts';

/**
 * Examples of running text: each passage cut into consecutive windows of `length` characters (Unicode code points),
 * as a set of items. What remains at a passage's end is kept as a shorter window when it has at least half the length
 * (or when the passage is shorter than one window), else left out. Windows do not overlap.
 */
export function cutWindows(set: TextSet, length: number): TextSet {
  if (!Number.isInteger(length) || length < 1) {
    throw new GraftError('invalid-value', {
      what: 'window length',
      received: length,
      allowed: 'an integer of at least 1 (characters)',
    });
  }
  if (set.unit !== 'running') return set;
  const documents: string[] = [];
  const origin: number[] = [];
  set.documents.forEach((text, i) => {
    const ends = characterEnds(text);
    const count = ends ? ends.length : text.length;
    const at = (character: number) => (ends ? (character === 0 ? 0 : ends[character - 1]!) : character);
    for (let start = 0; start < count; start += length) {
      const end = Math.min(start + length, count);
      if (start > 0 && (end - start) * 2 < length) break;
      documents.push(text.slice(at(start), at(end)));
      origin.push(i);
    }
  });
  const { predefined: _, ...rest } = set;
  const windows = subset(rest, origin, `cut in windows of ${length} characters`);
  return { ...windows, unit: 'item', count: documents.length, documents };
}

/** Where each character ends, in UTF-16 units; undefined where every unit is a character of its own. */
function characterEnds(text: string): Int32Array | undefined {
  if (!/[\ud800-\udbff]/.test(text) && isWellFormed(text)) return undefined;
  const ends: number[] = [];
  let position = 0;
  for (const character of text) {
    position += character.length;
    ends.push(position);
  }
  return Int32Array.from(ends);
}
