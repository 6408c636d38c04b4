import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '../errors.ts';
import type { Media } from './report-data.ts';

const PNG_SIGNATURE = '89504e470d0a1a0a';

/**
 * A file of a step to look at: a PNG picture, or a JSON list of texts (strings, or `{ text, copied }`). Fails with
 * `file-not-found` and `bad-file`.
 */
export function readMedia(folder: string, file: string): Media {
  const path = join(folder, file);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new GraftError('file-not-found', { path, what: 'file of a trial' }, { cause });
  }
  return file.endsWith('.json') ? readTexts(path, bytes) : readPng(path, bytes);
}

function readPng(path: string, bytes: Buffer): Media {
  if (bytes.length < 33 || bytes.subarray(0, 8).toString('hex') !== PNG_SIGNATURE)
    throw new GraftError('bad-file', { path, format: 'PNG', problem: 'it does not begin like one' });
  return {
    kind: 'image',
    png: bytes.toString('base64'),
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
  };
}

function readTexts(path: string, bytes: Buffer): Media {
  const bad = (problem: string) =>
    new GraftError('bad-file', { path, format: 'JSON list of texts', problem });
  let list: unknown;
  try {
    list = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw bad('it is not JSON');
  }
  if (!Array.isArray(list)) throw bad('it is not a list');
  return {
    kind: 'text',
    items: list.map((item: unknown, i) => {
      if (typeof item === 'string') return { text: item };
      const { text, copied, notation } = (item ?? {}) as {
        text?: unknown;
        copied?: unknown;
        notation?: unknown;
      };
      if (typeof text !== 'string') throw bad(`entry ${i} has no text`);
      return {
        text,
        ...(typeof copied === 'string' && copied !== '' ? { copied } : {}),
        ...(notation === 'abc' || notation === 'events' ? { notation } : {}),
      };
    }),
  };
}

/** Bytes that media take in a report. */
export function mediaSize(media: Media): number {
  return media.kind === 'image'
    ? media.png.length
    : media.items.reduce((sum, { text, copied }) => sum + text.length + (copied?.length ?? 0) + 40, 0);
}
