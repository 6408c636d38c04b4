import { badFile } from './bad-file.ts';
import type { LabelledImageSet } from './image-folder.ts';
import { type ImageOptions, readImageSet } from './image-set.ts';
import { describeParquet, readParquetBytes, readParquetIntegers } from './parquet.ts';

const mostClasses = 65_536;

/** Which columns hold the images (as the bytes of image files) and, if any, their class labels. */
export interface ParquetImageColumns {
  readonly image?: string;
  readonly label?: string;
}

/**
 * Reads the images of a parquet table, as Hugging Face data sets store them, and brings them to one shape as
 * `readImageSet` does. Classes are those that the `datasets` library noted for the label column, otherwise the numbers
 * from 0 to the largest label. Fails with `bad-file`, `unknown-name` (no such column).
 */
export async function readParquetImages(
  bytes: Uint8Array,
  path: string,
  columns: ParquetImageColumns = {},
  options: ImageOptions = {},
): Promise<LabelledImageSet> {
  const { image = 'image', label } = columns;
  const files = await readParquetBytes(bytes, path, image);
  const rowLabels = label === undefined ? undefined : await readParquetIntegers(bytes, path, label);
  const set = await readImageSet(
    files.map((file, row) => ({ name: `row ${row}`, read: () => file })),
    path,
    options,
  );
  if (rowLabels === undefined) return { ...set, classes: [] };
  const named = describeParquet(bytes, path).columns.find(({ name }) => name === label)?.classes;
  const limit = named?.length ?? mostClasses;
  const stray = rowLabels.findIndex((value) => value < 0 || value >= limit);
  if (stray >= 0)
    throw badFile('parquet', path, `label ${rowLabels[stray]} is not one of the classes 0 to ${limit - 1}`, {
      offset: `column '${label}', row ${stray}`,
      hint: 'Drop rows without a label (-1) first.',
    });
  const count = rowLabels.reduce((largest, value) => Math.max(largest, value + 1), 0);
  const classes = named ?? Array.from({ length: count }, (_, i) => String(i));
  return { ...set, classes, labels: set.sources.map((source) => rowLabels[source]!) };
}
