import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { badFile, showCount } from './bad-file.ts';
import { decompressionLimit } from './decompression-limit.ts';
import { guessEncoding } from './guess-encoding.ts';
import { gunzipChecked, isGzip } from './gunzip-checked.ts';
import { listFiles } from './list-files.ts';
import { readFileChecked } from './read-file-checked.ts';
import { sniffContent } from './sniff-content.ts';
import { wrongContent } from './wrong-content.ts';

const format = 'UTF-8 text';

/** JavaScript's strings end shortly before 2^29 characters. */
const longestText = 500_000_000;

/**
 * The text of a UTF-8 file, plain or gzip-compressed, without byte order mark and with `\n` at the end of each line,
 * whatever the system that wrote it (`\r\n` and `\r` become `\n`).
 * Fails with `bad-file`: at the first byte that is not UTF-8, with the encoding that it probably is; at a NUL
 * character; on other kinds of file; on an empty one.
 */
export function readText(bytes: Uint8Array, path: string, kind = format): string {
  const plain = isGzip(bytes) ? gunzipChecked(bytes, decompressionLimit(bytes.length), kind, path) : bytes;
  if (plain.length > longestText)
    throw badFile(
      kind,
      path,
      `it has ${showCount(plain.length)} bytes; at most ${showCount(longestText)} are allowed`,
      {
        hint: 'Split it into several files and give their folder.',
      },
    );
  const content = sniffContent(plain);
  if (!textKinds.has(content.kind)) throw wrongContent(kind, path, 'it must be text', plain, content);
  if (!isUtf8(plain)) throw notUtf8(plain, path, kind);
  const nul = plain.indexOf(0);
  if (nul >= 0)
    throw badFile(kind, path, 'it contains a NUL character, so it is no text', {
      offset: placeOf(plain, nul),
      hint: 'Is it another kind of file, or damaged?',
    });
  // TextDecoder drops the byte order mark.
  return new TextDecoder().decode(plain).replace(/\r\n?/g, '\n');
}

/** `readText` on a file. */
export function readTextFile(path: string): string {
  return readText(readFileChecked(path, format), path);
}

/** The lines of a text that hold anything but blanks, without the blanks at their ends. */
export function readLines(bytes: Uint8Array, path: string): string[] {
  const lines = readText(bytes, path)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.length > 0);
  if (lines.length === 0)
    throw badFile(format, path, 'it has no line with anything on it', {
      hint: 'Give a file with one item a line.',
    });
  return lines;
}

/** `readLines` on a file. */
export function readLinesFile(path: string): string[] {
  return readLines(readFileChecked(path, format), path);
}

/** A document of a folder; `name` is its path below the folder. */
export interface TextDocument {
  readonly name: string;
  readonly text: string;
}

/**
 * The text files of a folder and its sub-folders, one document each, sorted by name (by code units, so the same on
 * every machine). Files with other endings and hidden ones are passed over.
 * Fails with `file-not-found`, `bad-file` (a file that is no text; none with such an ending).
 */
export function readTextFolder(
  path: string,
  endings: readonly string[] = ['.txt', '.md', '.abc'],
): TextDocument[] {
  const names = listFiles(path, 'text folder').filter((name) =>
    endings.some((ending) => name.toLowerCase().endsWith(ending)),
  );
  if (names.length === 0)
    throw badFile('text folder', path, `it has no file that ends in ${endings.join(', ')}`, {
      hint: 'Put one document in each file.',
    });
  return names.map((name) => ({ name, text: readTextFile(join(path, name)) }));
}

/** Kinds that a text may be taken for by its first bytes. */
const textKinds: ReadonlySet<string> = new Set([
  'text',
  'html',
  'svg',
  'binary',
  'idx',
  'safetensors',
  'bmp',
]);

function notUtf8(bytes: Uint8Array, path: string, kind: string) {
  const bad = firstBadByte(bytes);
  const place = { offset: placeOf(bytes, bad) };
  if (isCutOff(bytes, bad))
    return badFile(kind, path, 'it ends within a character', {
      ...place,
      hint: 'It is probably an incomplete download: fetch it again.',
    });
  const encoding = guessEncoding(bytes);
  const hint =
    encoding === undefined
      ? 'Convert it to UTF-8.'
      : `It is probably ${encoding}: iconv -f ${encoding} -t UTF-8 in.txt > out.txt.`;
  const byte = `0x${bytes[bad]!.toString(16).padStart(2, '0')}`;
  return badFile(kind, path, `byte ${byte} is not valid UTF-8 there`, { ...place, hint });
}

/** True when the bytes from `at` to the end are the beginning of a character that takes more. */
function isCutOff(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]!;
  const length =
    first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 1;
  const rest = bytes.subarray(at + 1);
  return rest.length < length - 1 && rest.every((byte) => (byte & 0xc0) === 0x80) && at > 0;
}

/** The position of the first byte that is not part of a valid UTF-8 sequence; the length where the last one is cut off. */
function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // The longest prefix that is valid, but for a cut-off last character: halve the interval that holds its end.
  while (high - low > 4) {
    const middle = (low + high) >> 1;
    if (isUtf8(bytes.subarray(0, characterStart(bytes, middle)))) low = middle;
    else high = middle;
  }
  let at = characterStart(bytes, low);
  while (at < bytes.length) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    if (length === undefined) break;
    at += length;
  }
  return at;
}

/** The start of the character that contains byte `at` if the text is valid up to there. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && at - start < 3 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}

/** `line 3, byte 120`: lines from 1, bytes from 0. */
function placeOf(bytes: Uint8Array, at: number): string {
  let line = 1;
  for (let i = 0; i < at; i++) if (bytes[i] === 0x0a) line++;
  return `line ${showCount(line)}, byte ${at}`;
}
