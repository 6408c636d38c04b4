import { basename, dirname, join } from 'node:path';
import { badFile, quote } from './bad-file.ts';
import { type ImageOptions, type ImageSet, type ImageSource, readImageSet } from './image-set.ts';
import { isLeftover, listFiles } from './list-files.ts';
import { readFileChecked } from './read-file-checked.ts';
import { listZip, readZipEntry } from './zip.ts';

/** Images with the classes that their folders name. */
export interface LabelledImageSet extends ImageSet {
  /** The names of the classes, sorted; empty where there are none. */
  readonly classes: readonly string[];
  /** The class of each image, an index of `classes`; absent where there are none. */
  readonly labels?: Int32Array;
}

/** What is taken as images. `sub-folders` demands that each is in one, `none` does not look. */
export interface ImageFolderOptions extends ImageOptions {
  readonly classes?: 'sub-folders' | 'none';
}

const endings = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'];

/**
 * Reads the images of a folder and its sub-folders, sorted by path, as `readImageSet` does. Each image's class is its
 * first sub-folder below the folder that all images share; where some image is in none, or all are in one, there are
 * no classes. Files with other endings are passed over. Fails with `file-not-found`, `bad-file`.
 */
export async function readImageFolder(
  path: string,
  options: ImageFolderOptions = {},
): Promise<LabelledImageSet> {
  const files = listFiles(path, 'image folder');
  return readSources(
    files
      .filter(isImageName)
      .map((name) => ({ name, read: () => readFileChecked(join(path, name), 'image') })),
    files,
    path,
    'image folder',
    options,
  );
}

/** `readImageFolder` on a zip archive, which is never unpacked to the disk; its limits are those of `listZip`. */
export async function readImageZip(
  bytes: Uint8Array,
  path: string,
  options: ImageFolderOptions = {},
): Promise<LabelledImageSet> {
  const entries = listZip(bytes, path)
    .filter(({ name }) => !name.split('/').some(isLeftover))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return readSources(
    entries
      .filter(({ name }) => isImageName(name))
      .map((entry) => ({ name: entry.name, read: () => readZipEntry(bytes, entry, path) })),
    entries.map(({ name }) => name),
    path,
    'zip',
    options,
  );
}

/** `readImageZip` on a file. */
export async function readImageZipFile(
  path: string,
  options: ImageFolderOptions = {},
): Promise<LabelledImageSet> {
  return readImageZip(readFileChecked(path, 'zip'), path, options);
}

/** Reads one image file, or cuts it into patches. */
export async function readImageFile(path: string, options: ImageOptions = {}): Promise<ImageSet> {
  const bytes = readFileChecked(path, 'image');
  return readImageSet([{ name: basename(path), read: () => bytes }], dirname(path), options);
}

async function readSources(
  sources: readonly ImageSource[],
  files: readonly string[],
  path: string,
  format: string,
  { classes: wanted, ...options }: ImageFolderOptions,
): Promise<LabelledImageSet> {
  if (sources.length === 0) {
    const found = [...new Set(files.map((name) => /\.[^./]*$/.exec(name)?.[0] ?? name))].slice(0, 5);
    throw badFile(
      format,
      path,
      found.length === 0
        ? 'it is empty'
        : `it holds no images, only ${found.map((ending) => quote(ending)).join(', ')}`,
      { hint: `Images end in ${endings.join(', ')}.` },
    );
  }
  const folders = classFolders(sources.map(({ name }) => name));
  const flat = folders.indexOf(undefined);
  const classes = [...new Set(folders)].filter((folder) => folder !== undefined).sort();
  if (wanted === 'sub-folders' && (flat >= 0 || classes.length < 2))
    throw badFile(
      format,
      path,
      flat >= 0 ? `${quote(sources[flat]!.name)} is in no class folder` : 'all images are in one folder',
      { hint: 'Put the images of each class into a folder of its own.' },
    );
  const set = await readImageSet(sources, path, options);
  if (wanted === 'none' || flat >= 0 || classes.length < 2) return { ...set, classes: [] };
  return { ...set, classes, labels: set.sources.map((source) => classes.indexOf(folders[source]!)) };
}

/** The first folder of each path below the folders that all paths share. */
function classFolders(names: readonly string[]): (string | undefined)[] {
  const paths = names.map((name) => name.split('/').slice(0, -1));
  let shared = 0;
  while (paths[0]![shared] !== undefined && paths.every((path) => path[shared] === paths[0]![shared]))
    shared++;
  return paths.map((path) => path[shared]);
}

function isImageName(name: string): boolean {
  return endings.some((ending) => name.toLowerCase().endsWith(ending));
}
