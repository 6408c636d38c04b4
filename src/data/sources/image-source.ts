import { basename } from 'node:path';
import {
  type LabelledImageSet,
  readImageFile,
  readImageFolder,
  readImageZip,
} from '../../formats/image-folder.ts';
import type { ImageOptions } from '../../formats/image-set.ts';
import { readParquetImages } from '../../formats/parquet-images.ts';
import type { ImageSet, SourceFile } from '../data-set.ts';
import { readSource, sourceFolder } from './source-file.ts';

/**
 * The images of a folder; sub-folders are classes where every image is in one. With `patch` each image is cut into
 * squares and is one group.
 */
export async function readFolderImages(name: string, path: string, options: ImageOptions): Promise<ImageSet> {
  const read = await readImageFolder(path, options);
  const files = [...new Set(read.names.map(withoutPatch))];
  return imageSetOf(name, read, options, sourceFolder(path, files));
}

/** `readFolderImages` on a zip. */
export async function readZipImages(name: string, path: string, options: ImageOptions): Promise<ImageSet> {
  const { bytes, file } = readSource(path, 'zip');
  return imageSetOf(name, await readImageZip(bytes, path, options), options, file);
}

/** One image; useful with `patch`. */
export async function readSingleImage(name: string, path: string, options: ImageOptions): Promise<ImageSet> {
  const { file } = readSource(path, 'image');
  const read = await readImageFile(path, options);
  return imageSetOf(name, { ...read, classes: [] }, options, file);
}

/** The images of a parquet table's column, with the classes of another. */
export async function readTableImages(
  name: string,
  path: string,
  columns: { image: string; label?: string },
  options: ImageOptions,
): Promise<ImageSet> {
  const { bytes, file } = readSource(path, 'parquet');
  return imageSetOf(name, await readParquetImages(bytes, path, columns, options), options, file);
}

function imageSetOf(
  name: string,
  { images, names, classes, labels }: LabelledImageSet,
  { patch, size, fit }: ImageOptions,
  file: SourceFile,
): ImageSet {
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const folders = names.map((path) => path.split('/').slice(0, -1).join('/'));
  const steps = [
    ...(patch === undefined ? [] : [`cut into patches of ${patch}x${patch}`]),
    ...(size === undefined
      ? []
      : [`resized to ${height}x${width} where needed (${fit ?? 'cover'}, antialiased bicubic)`]),
  ];
  return {
    kind: 'image',
    name,
    count,
    channels,
    height,
    width,
    pixels: images.data as Uint8Array,
    ...(labels && { labels: { values: labels, names: classes } }),
    ...(new Set(folders).size > 1 && { attributes: { folder: folders } }),
    ...(patch !== undefined && {
      groups: names.map(withoutPatch),
      groupNoun: 'image',
      attributes: { image: names.map((path) => basename(withoutPatch(path)).replace(/\.[a-z]+$/i, '')) },
    }),
    provenance: { files: [file], steps },
  };
}

/** A patch's name without '#row,column'. */
function withoutPatch(name: string): string {
  return name.replace(/#\d+,\d+$/, '');
}
