import { readJsonl, readJsonlText } from '../../formats/jsonl.ts';
import { describeParquet, readParquetText } from '../../formats/parquet.ts';
import type { SourceFile, TextSet } from '../data-set.ts';
import { readSource } from './source-file.ts';

/** A field with more different values than this is content, no attribute. */
const mostValues = 1000;

/**
 * The texts of one field of a JSON lines file, one item a line. Other fields whose values are strings, numbers or
 * truth values on every line, at most 1,000 different ones, become attributes, so that `select` can use them.
 */
export function readRecordTexts(name: string, path: string, field: string): TextSet {
  const { bytes, file } = readSource(path, 'JSONL');
  const documents = readJsonlText(bytes, path, field);
  const records = readJsonl(bytes, path);
  const attributes: Record<string, string[]> = {};
  for (const other of Object.keys(records[0]!.fields)) {
    if (other === field) continue;
    const values = records.map(({ fields }) => (Object.hasOwn(fields, other) ? fields[other] : undefined));
    const simple = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value));
    if (simple && new Set(values).size <= mostValues) attributes[other] = values.map(String);
  }
  return itemSet(name, documents, attributes, file);
}

/**
 * The texts of one column of a parquet table, one item a row. Other text columns without empty values and with at most
 * 1,000 different ones become attributes.
 */
export async function readTableTexts(name: string, path: string, column: string): Promise<TextSet> {
  const { bytes, file } = readSource(path, 'parquet');
  const documents = await readParquetText(bytes, path, column);
  const attributes: Record<string, string[]> = {};
  for (const other of describeParquet(bytes, path).columns) {
    if (other.kind !== 'text' || other.name === column) continue;
    // Fails where a row is empty.
    const values = await readParquetText(bytes, path, other.name).catch(() => undefined);
    if (values && new Set(values).size <= mostValues) attributes[other.name] = values;
  }
  return itemSet(name, documents, attributes, file);
}

function itemSet(
  name: string,
  documents: readonly string[],
  attributes: Record<string, string[]>,
  file: SourceFile,
): TextSet {
  return {
    kind: 'text',
    name,
    unit: 'item',
    count: documents.length,
    documents,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    provenance: { files: [file], steps: [] },
  };
}
