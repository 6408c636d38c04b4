import { nearest } from '../errors.ts';
import { badFile, quote } from './bad-file.ts';
import { readText } from './plain-text.ts';
import { readFileChecked } from './read-file-checked.ts';

const format = 'JSONL';

/** One line of a JSONL file: an object, and its line number from 1. */
export interface JsonlRecord {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads JSON lines (plain or gzip-compressed): one JSON object a line, blank lines passed over.
 * Fails with `bad-file` and the line number at the first line that is not a JSON object.
 */
export function readJsonl(bytes: Uint8Array, path: string): JsonlRecord[] {
  const records: JsonlRecord[] = [];
  const lines = readText(bytes, path, format).split('\n');
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const line = index + 1;
    const fields = parse(text);
    if (fields === undefined || typeof fields !== 'object' || fields === null || Array.isArray(fields))
      throw badFile(
        format,
        path,
        fields === undefined
          ? `this is not JSON: ${quote(text)}`
          : `a JSON object is needed, this is ${Array.isArray(fields) ? 'a list' : quote(text)}`,
        { offset: `line ${line}`, hint: adviceFor(text, lines) },
      );
    records.push({ line, fields: fields as Record<string, unknown> });
  }
  if (records.length === 0) throw badFile(format, path, 'it has no line with anything on it');
  return records;
}

/** `readJsonl` on a file. */
export function readJsonlFile(path: string): JsonlRecord[] {
  return readJsonl(readFileChecked(path, format), path);
}

/**
 * The text that stands in `field` of each line. Fails with `bad-file` at the first line where there is no such field
 * (naming the nearest that is there) or its value is not a string.
 */
export function readJsonlText(bytes: Uint8Array, path: string, field = 'text'): string[] {
  return textOf(readJsonl(bytes, path), path, field);
}

/** `readJsonlText` on a file. */
export function readJsonlTextFile(path: string, field = 'text'): string[] {
  return textOf(readJsonlFile(path), path, field);
}

function textOf(records: readonly JsonlRecord[], path: string, field: string): string[] {
  return records.map(({ line, fields }) => {
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (typeof value === 'string') return value;
    if (value !== undefined)
      throw badFile(
        format,
        path,
        `field ${quote(field)} must be a string, but is ${JSON.stringify(value).slice(0, 60)}`,
        { offset: `line ${line}`, hint: 'Name a field that holds text.' },
      );
    const names = Object.keys(fields).slice(0, 20);
    const near = nearest(field, names);
    throw badFile(format, path, `there is no field ${quote(field)}`, {
      offset: `line ${line}`,
      hint:
        names.length === 0
          ? 'The object is empty.'
          : `Fields there: ${names.map((name) => quote(name)).join(', ')}.` +
            (near === undefined ? '' : ` Did you mean ${quote(near)}?`),
    });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function adviceFor(text: string, lines: readonly string[]): string {
  const first = lines.find((line) => line.trim() !== '')?.trim() ?? '';
  if (first.startsWith('[')) return 'For a file that is one JSON list: jq -c ".[]" in.json > out.jsonl.';
  if (first === '{') return 'Each object must stand on one line: jq -c . in.json > out.jsonl.';
  if (text.includes("'") && text.trim().startsWith('{')) return 'JSON wants double quotation marks.';
  return 'Each line must be one JSON object, such as {"text": "…"}.';
}
