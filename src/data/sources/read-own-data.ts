import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '../../errors.ts';
import { detectFormat } from '../../formats/detect-format.ts';
import type { ImageOptions } from '../../formats/image-set.ts';
import { isFolder, listFiles } from '../../formats/list-files.ts';
import { describeParquet, readParquetFile } from '../../formats/parquet.ts';
import { readLinesFile } from '../../formats/plain-text.ts';
import type { DataSet } from '../data-set.ts';
import type { OwnDataFormat } from '../data-spec.ts';
import { type ArrayFolderOptions, isArrayFile, readArrayFile, readArrayFiles } from './array-folder.ts';
import { isCifarFile, readCifarFiles } from './cifar-source.ts';
import { readFolderImages, readSingleImage, readTableImages, readZipImages } from './image-source.ts';
import { readMidiSource } from './midi-source.ts';
import { readRecordTexts, readTableTexts } from './record-source.ts';
import { isAboutData, readTextSource, type TextUnit } from './text-source.ts';

/** What a person says about their own data. */
export interface OwnDataOptions {
  readonly format?: OwnDataFormat;
  readonly field?: string;
  readonly label?: string;
  readonly unit?: TextUnit;
  /** How images of files come to one shape. */
  readonly images: ImageOptions;
}

/** Reads a file or folder of a person's own data, by its format or by what its content shows. */
export async function readOwnData(path: string, options: OwnDataOptions): Promise<DataSet> {
  const name = basename(path).replace(/(\.[a-z0-9]{1,8})?(\.gz)?$/i, '') || basename(path);
  const format = options.format ?? detect(path);
  const { field, unit, images } = options;
  switch (format) {
    case 'idx':
    case 'npy':
    case 'npz':
      return isFolder(path)
        ? readArrayFiles(
            name,
            path,
            listFiles(path, 'array folder').filter(isArrayFile),
            arrayOptions(path, options),
          )
        : readArrayFile(name, path, arrayOptions(dirname(path), options));
    case 'array-folder':
      return readArrayFiles(
        name,
        path,
        listFiles(path, 'array folder').filter(isArrayFile),
        arrayOptions(path, options),
      );
    case 'cifar-binary':
      return isFolder(path)
        ? readCifarFiles(name, path, listFiles(path, 'CIFAR folder').filter(isCifarFile), classesIn(path))
        : readCifarFiles(name, dirname(path), [basename(path)], classesIn(dirname(path)));
    case 'image-folder':
      return readFolderImages(name, path, images);
    case 'image-zip':
      return readZipImages(name, path, images);
    case 'image':
      return readSingleImage(name, path, images);
    case 'jsonl':
      return readRecordTexts(name, path, field ?? 'text');
    case 'parquet':
      return readTable(name, path, options);
    case 'text':
    case 'text-folder':
      return readTextSource(name, path, unit ?? (holdsTunes(path) ? 'tune' : 'running'));
    case 'midi':
      return readMidiSource(name, path);
  }
}

/** Whether all texts of a file or folder are ABC notation by their names. */
function holdsTunes(path: string): boolean {
  const isAbc = (name: string) => /\.abc(\.gz)?$/i.test(name);
  if (!isFolder(path)) return isAbc(path);
  const texts = listFiles(path, 'data folder').filter((name) => /\.(txt|text|md|abc)(\.gz)?$/i.test(name));
  return texts.some(isAbc) && texts.every((name) => isAbc(name) || isAboutData(name));
}

function detect(path: string): OwnDataFormat {
  if (isFolder(path)) {
    const names = listFiles(path, 'data folder');
    if (names.some(isArrayFile)) return 'array-folder';
    if (names.some(isCifarFile)) return 'cifar-binary';
  }
  const format = detectFormat(path);
  if (format !== 'safetensors') return format;
  throw new GraftError('bad-file', {
    path,
    format: 'data',
    problem: 'it holds the weights of a model',
    hint: 'Give it where a model is asked for.',
  });
}

/** The classes that `labels.txt`, one name a line, gives for the arrays of a folder. */
function classesIn(folder: string): readonly string[] | undefined {
  const path = join(folder, 'labels.txt');
  return existsSync(path) ? readLinesFile(path) : undefined;
}

function arrayOptions(folder: string, { field, label }: OwnDataOptions): ArrayFolderOptions {
  const classes = classesIn(folder);
  return {
    ...(classes && { classes }),
    ...(field !== undefined && { field }),
    ...(label !== undefined && { label }),
  };
}

/** The images or texts of a parquet table: those of `field`, else of its one image column, else of 'text'. */
function readTable(name: string, path: string, { field, label, images }: OwnDataOptions): Promise<DataSet> {
  const { columns } = describeParquet(readParquetFile(path), path);
  const pictures = columns.filter(({ kind }) => kind === 'image');
  const chosen =
    columns.find((column) => column.name === field) ??
    (field === undefined && pictures.length === 1 ? pictures[0] : undefined);
  if (chosen?.kind !== 'image' && chosen?.kind !== 'bytes')
    return readTableTexts(name, path, field ?? 'text');
  const classes = label ?? columns.find((column) => column.classes !== undefined)?.name;
  return readTableImages(
    name,
    path,
    { image: chosen.name, ...(classes !== undefined && { label: classes }) },
    images,
  );
}
