import { inflateRawSync } from 'node:zlib';
import { type Zippable, zipSync } from 'fflate';
import { GraftError } from '../errors.ts';
import { badFile, quote, showCount } from './bad-file.ts';
import { crc32 } from './crc32.ts';
import { decompressionLimit } from './decompression-limit.ts';
import { sniffContent } from './sniff-content.ts';
import { wrongContent } from './wrong-content.ts';

/** A file in a zip archive. */
export interface ZipEntry {
  /** Its path with `/` between the parts; never absolute, never with a `..`. */
  readonly name: string;
  /** Its size in bytes, compressed and as it comes out. */
  readonly compressedSize: number;
  readonly size: number;
  readonly deflated: boolean;
  readonly crc32: number;
  /** Where its own header starts. */
  readonly offset: number;
}

/**
 * Lists the files of a zip archive in the order of its directory, without decompressing any. `format` names what the
 * archive is meant to be (`zip`, `NPZ`).
 * Fails with `bad-file` on whatever could harm: paths that leave the folder, symbolic links, names given twice,
 * entries that overlap, more than `decompressionLimit` announced; and on encryption, parts and methods other than
 * stored and deflate. Zip64 is read. Source: PKWARE, 'APPNOTE.TXT', 6.3.
 */
export function listZip(bytes: Uint8Array, path: string, format = 'zip'): ZipEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = findDirectory(buffer, path, format);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = directory.offset;
  for (let i = 0; i < directory.count; i++) {
    const { entry, next } = readEntry(buffer, at, directory.end, path, format);
    at = next;
    if (entry.name.endsWith('/')) continue;
    if (names.has(entry.name))
      throw badFile(format, path, 'its name occurs twice', {
        offset: `entry ${quote(entry.name)}`,
        hint: 'Write it anew, with each name once.',
      });
    names.add(entry.name);
    entries.push(entry);
  }
  checkSizes(entries, bytes.length, path, format);
  checkOverlap(buffer, entries, directory.offset, path, format);
  return entries;
}

/** The content of one listed file: decompressed, its length and check sum verified. Fails with `bad-file`. */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, path: string, format = 'zip'): Uint8Array {
  const place = { offset: `entry ${quote(entry.name)}`, hint: 'It is damaged: write or fetch it again.' };
  const start = contentStart(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    entry,
    path,
    format,
  );
  const stored = bytes.subarray(start, start + entry.compressedSize);
  let content = stored;
  if (entry.deflated) {
    try {
      content = inflateRawSync(stored, { maxOutputLength: Math.max(1, entry.size) });
    } catch (error) {
      const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      const problem = tooLong
        ? `it decompresses to more than the ${showCount(entry.size)} bytes that the directory announces`
        : 'its compressed data are damaged';
      throw badFile(format, path, problem, place);
    }
  }
  if (content.length !== entry.size)
    throw badFile(
      format,
      path,
      `it has ${showCount(content.length)} bytes, but the directory announces ${showCount(entry.size)}`,
      place,
    );
  if (crc32(content) !== entry.crc32) throw badFile(format, path, 'its check sum is wrong', place);
  return content;
}

/**
 * A zip archive of the given files, in the given order, stored or deflated. The same files give the same bytes:
 * the date is 1980-01-01, and the compressor is plain JavaScript (zlib's output differs between processors).
 */
export function writeZip(files: ReadonlyMap<string, Uint8Array>, deflate = false): Uint8Array {
  const total = [...files.values()].reduce((sum, content) => sum + content.length, 0);
  if (total > 0xf0000000)
    throw new GraftError('unsupported', {
      what: `a zip archive of ${showCount(total)} bytes`,
      reason: 'the limit is 4 GB',
      hint: 'Write several.',
    });
  const input: Zippable = {};
  for (const [name, content] of files) {
    const problem = unsafeName(name);
    if (problem !== undefined)
      throw new GraftError('invalid-value', {
        what: 'a name in a zip archive',
        received: name,
        allowed: `relative paths: ${problem}`,
      });
    // A name such as `1` would be moved to the front of the object; the order is documented, so it is refused.
    if (/^\d+$/.test(name))
      throw new GraftError('invalid-value', {
        what: 'a name in a zip archive',
        received: name,
        allowed: 'names with an extension',
      });
    input[name] = content;
  }
  return zipSync(input, { level: deflate ? 6 : 0, mtime: new Date(1980, 0, 1) });
}

interface Directory {
  offset: number;
  end: number;
  count: number;
}

const endLength = 22;
const longestComment = 0xffff;

function findDirectory(buffer: Buffer, path: string, format: string): Directory {
  const content = sniffContent(buffer);
  if (content.kind === 'torch')
    throw badFile(format, path, `it is ${content.label}`, { offset: 'byte 0', hint: content.hint! });
  if (content.kind !== 'zip') throw wrongContent(format, path, 'it must be a zip archive', buffer, content);
  const end = findEnd(buffer);
  if (end === undefined)
    throw badFile(format, path, 'its directory is missing at the end', {
      offset: `byte ${buffer.length}`,
      hint: 'It is probably an incomplete download: fetch it again.',
    });
  let count = buffer.readUInt16LE(end + 10);
  let size = buffer.readUInt32LE(end + 12);
  let offset = buffer.readUInt32LE(end + 16);
  let limit = end;
  if (buffer.readUInt16LE(end + 4) !== 0 && buffer.readUInt16LE(end + 4) !== 0xffff)
    throw badFile(format, path, 'it is one part of several', {
      hint: 'Join the parts: zip -s 0 in.zip --out whole.zip.',
    });
  const locator = end - 20;
  if (locator >= 0 && buffer.readUInt32LE(locator) === 0x07064b50) {
    const record = Number(buffer.readBigUInt64LE(locator + 8));
    if (record > locator - 56 || buffer.readUInt32LE(record) !== 0x06064b50)
      throw badFile(format, path, 'its zip64 directory record is damaged', { offset: `byte ${locator}` });
    count = Number(buffer.readBigUInt64LE(record + 32));
    size = Number(buffer.readBigUInt64LE(record + 40));
    offset = Number(buffer.readBigUInt64LE(record + 48));
    limit = record;
  }
  if (offset + size > limit || count * 46 > size)
    throw badFile(
      format,
      path,
      `its directory of ${count === 1 ? '1 entry' : `${showCount(count)} entries`} and ${showCount(size)} bytes at ${showCount(offset)} does not fit the file`,
      { offset: `byte ${end}` },
    );
  return { offset, end: offset + size, count };
}

function findEnd(buffer: Buffer): number | undefined {
  const first = Math.max(0, buffer.length - endLength - longestComment);
  for (let at = buffer.length - endLength; at >= first; at--)
    if (
      buffer.readUInt32LE(at) === 0x06054b50 &&
      at + endLength + buffer.readUInt16LE(at + 20) === buffer.length
    )
      return at;
  return undefined;
}

function readEntry(buffer: Buffer, at: number, end: number, path: string, format: string) {
  if (at + 46 > end || buffer.readUInt32LE(at) !== 0x02014b50)
    throw badFile(format, path, 'its directory is damaged', { offset: `byte ${at}` });
  const flags = buffer.readUInt16LE(at + 8);
  const method = buffer.readUInt16LE(at + 10);
  const nameLength = buffer.readUInt16LE(at + 28);
  const extraLength = buffer.readUInt16LE(at + 30);
  const next = at + 46 + nameLength + extraLength + buffer.readUInt16LE(at + 32);
  if (next > end) throw badFile(format, path, 'its directory is damaged', { offset: `byte ${at}` });
  const name = buffer.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/');
  const fail = (problem: string, hint?: string) =>
    badFile(format, path, problem, {
      offset: `entry ${quote(name)}`,
      ...(hint === undefined ? {} : { hint }),
    });
  const unsafe = unsafeName(name);
  if (unsafe !== undefined) throw fail(unsafe, 'Unpack it, look at what it holds, and zip the files anew.');
  if ((buffer.readUInt32LE(at + 38) >>> 16) >>> 12 === 0xa) throw fail('it is a symbolic link');
  if (flags & 1) throw fail('it is encrypted', otherWay(format));
  if (method !== 0 && method !== 8)
    throw fail(
      `its compression method is ${method}`,
      `Allowed: 0 (stored) and 8 (deflate). ${otherWay(format)}`,
    );
  const extra = buffer.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
  const wide = zip64Field(extra);
  const take = (narrow: number): number => {
    if (narrow !== 0xffffffff || wide === undefined) return narrow;
    if (wide.length < wide.at + 8) throw fail('its zip64 sizes are damaged');
    wide.at += 8;
    return Number(wide.field.readBigUInt64LE(wide.at - 8));
  };
  // The order in the zip64 field: size, compressed size, offset; only those that are too large for 32 bits.
  const size = take(buffer.readUInt32LE(at + 24));
  const compressedSize = take(buffer.readUInt32LE(at + 20));
  const offset = take(buffer.readUInt32LE(at + 42));
  const entry: ZipEntry = {
    name,
    compressedSize,
    size,
    deflated: method === 8,
    crc32: buffer.readUInt32LE(at + 16),
    offset,
  };
  return { entry, next };
}

function zip64Field(extra: Buffer): { field: Buffer; at: number; length: number } | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return { field, at: 0, length: field.length };
  }
  return undefined;
}

/** How to give data that cannot be read from this archive. */
function otherWay(format: string): string {
  return format === 'NPZ'
    ? 'Save it with numpy.savez, uncompressed.'
    : 'Unpack it yourself and give the folder.';
}

/** Why a name must not be used as a path below a folder, if there is a reason. */
function unsafeName(name: string): string | undefined {
  if (name === '') return 'its name is empty';
  if (name.includes('\0')) return 'its name contains a NUL character';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'its path is absolute';
  return name.split('/').includes('..') ? "its path leaves the folder ('..')" : undefined;
}

function checkSizes(entries: ZipEntry[], length: number, path: string, format: string): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const limit = decompressionLimit(length);
  if (total > limit)
    throw badFile(
      format,
      path,
      `its ${showCount(length)} bytes announce ${showCount(total)} bytes of content; at most ${showCount(limit)} are allowed`,
      { offset: 'directory', hint: otherWay(format) },
    );
}

/** Each entry must have bytes of its own: overlapping ones are how a small archive announces a huge content. */
function checkOverlap(
  buffer: Buffer,
  entries: ZipEntry[],
  directory: number,
  path: string,
  format: string,
): void {
  let previousEnd = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    const end = contentStart(buffer, entry, path, format) + entry.compressedSize;
    if (entry.offset < previousEnd || end > directory)
      throw badFile(
        format,
        path,
        end > directory ? 'it runs into the directory' : 'it overlaps the entry before it',
        { offset: `entry ${quote(entry.name)}`, hint: 'No honest archive has that: do not trust it.' },
      );
    previousEnd = end;
  }
}

/** Where an entry's content starts: behind its own header, whose name and extra field have lengths of their own. */
function contentStart(buffer: Buffer, entry: ZipEntry, path: string, format: string): number {
  if (entry.offset + 30 > buffer.length || buffer.readUInt32LE(entry.offset) !== 0x04034b50)
    throw badFile(format, path, `there is no entry at byte ${entry.offset}`, {
      offset: `entry ${quote(entry.name)}`,
    });
  return entry.offset + 30 + buffer.readUInt16LE(entry.offset + 26) + buffer.readUInt16LE(entry.offset + 28);
}
