import { createHash } from 'node:crypto';
import { type DataSet, imageAt } from './data-set.ts';

/**
 * One key per item: equal exactly where the content is equal, byte for byte. Images of different shapes never
 * match; labels and attributes do not count.
 */
export function itemKeys(set: DataSet): string[] {
  if (set.kind === 'text') return set.documents.map((text) => `text ${text}`);
  const shape = `${set.channels}x${set.height}x${set.width} `;
  return Array.from(
    { length: set.count },
    (_, i) => shape + createHash('sha256').update(imageAt(set, i)).digest('base64'),
  );
}
