import { createHash } from 'node:crypto';
import { type DataSet, splitNames } from './data-set.ts';

const cache = new WeakMap<DataSet, string>();

/**
 * SHA-256 (hex) over the decoded content: kind, shapes, pixels or texts, labels, attributes, groups and predefined
 * splits. Name, licence and the files that the content came from do not count. Kept per object in memory.
 */
export function contentHash(set: DataSet): string {
  const known = cache.get(set);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  // Every part is preceded by its name and length, so that no two contents give the same bytes.
  const part = (name: string, bytes: Uint8Array) =>
    hash.update(`${name} ${bytes.byteLength}\n`).update(bytes);
  const strings = (name: string, values: readonly string[]) => {
    hash.update(`${name} ${values.length}\n`);
    for (const value of values) part('', Buffer.from(JSON.stringify(value)));
  };
  const integers = (name: string, values: Int32Array) => {
    // Little-endian everywhere, whatever the machine.
    const bytes = Buffer.alloc(values.length * 4);
    for (let i = 0; i < values.length; i++) bytes.writeInt32LE(values[i]!, i * 4);
    part(name, bytes);
  };
  if (set.kind === 'image') {
    part(`image ${set.count}x${set.channels}x${set.height}x${set.width}`, set.pixels);
  } else {
    strings(`text ${set.unit}`, set.documents);
  }
  if (set.labels) {
    integers('labels', set.labels.values);
    strings('label names', set.labels.names);
  }
  for (const name of Object.keys(set.attributes ?? {}).sort()) {
    strings(`attribute ${JSON.stringify(name)}`, set.attributes![name]!);
  }
  if (set.groups) strings('groups', set.groups);
  for (const split of splitNames) {
    const members = set.predefined?.[split];
    if (members) integers(`predefined ${split}`, members);
  }
  const digest = hash.digest('hex');
  cache.set(set, digest);
  return digest;
}
