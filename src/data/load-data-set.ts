import { join, resolve } from 'node:path';
import { GraftError, lookUp } from '../errors.ts';
import type { ImageOptions } from '../formats/image-set.ts';
import { isFolder, listFiles } from '../formats/list-files.ts';
import type { DataContext } from './data-context.ts';
import type { DataSet, ImageSet } from './data-set.ts';
import type { DataSource } from './data-spec.ts';
import { invertImages, reshapeImages } from './reshape-images.ts';
import { type ResolvedDataSource, resolveDataSource } from './resolve-data-spec.ts';
import { selectItems } from './select-items.ts';
import { type NamedSet, namedSets } from './sources/named-sets.ts';
import { readOwnData } from './sources/read-own-data.ts';

/**
 * Reads a data set: a named one from the data folders (or from `path`), or a person's own. Then selects items and
 * brings images to the shape asked for. Equal sources give one object while the context lives, so that its content is
 * hashed once.
 *
 * @param where the place that the source stands at, for messages.
 */
export function loadDataSet(source: DataSource, context: DataContext, where?: string): Promise<DataSet> {
  return loadResolved(resolveDataSource(source, where), context, where);
}

/** `loadDataSet` on a source in its full form. */
export function loadResolved(
  source: ResolvedDataSource,
  context: DataContext,
  where?: string,
): Promise<DataSet> {
  const { window: _, ...read } = source;
  const key = JSON.stringify(read);
  const known = context.cache.get(key);
  if (known) return known;
  const loading = load(source, context, where);
  context.cache.set(key, loading);
  loading.catch(() => context.cache.delete(key));
  return loading;
}

async function load(source: ResolvedDataSource, context: DataContext, where?: string): Promise<DataSet> {
  const images = imageOptions(source);
  const set =
    'dataset' in source
      ? await readNamed(source.dataset, source.path, images, context, where)
      : await readOwnData(resolve(context.base, source.path), {
          ...(source.format && { format: source.format }),
          ...(source.field !== undefined && { field: source.field }),
          ...(source.label !== undefined && { label: source.label }),
          ...(source.unit && { unit: source.unit }),
          images,
        });
  refuseIdle(source, set, where);
  const selected = source.select === undefined ? set : selectItems(set, source.select, where);
  return selected.kind === 'image' ? shape(selected, source) : selected;
}

async function readNamed(
  name: string,
  path: string | undefined,
  images: ImageOptions,
  context: DataContext,
  where?: string,
): Promise<DataSet> {
  const known: NamedSet = lookUp<NamedSet>('data set', namedSets, name, where);
  const facts = {
    licence: known.licence,
    ...(known.citation !== undefined && { citation: known.citation }),
  };
  const { folder: own } = known;
  if (own === undefined) return { ...(await known.read('', [], images)), ...facts };
  const candidates =
    path === undefined
      ? context.dataFolders.map((folder) => join(folder, own))
      : [resolve(context.base, path)];
  const folder = candidates.find(isFolder);
  if (folder === undefined) {
    throw new GraftError('file-not-found', {
      path: candidates.join(' and '),
      what: `data set ${name} (folder with ${known.files.join(', ')})`,
      hint: `Get it from ${known.home}, and set GRAFT_DATA to the folder that holds '${own}', or give its path.`,
    });
  }
  const names = listFiles(folder, `folder of ${name}`);
  return { ...(await known.read(folder, names, images)), ...facts };
}

/** How image files, which may have any size, come to one shape while they are read. */
function imageOptions({ resize, fit, patch, channels }: ResolvedDataSource): ImageOptions {
  if (resize !== undefined && patch !== undefined) {
    throw new GraftError('conflict', {
      first: 'patch',
      second: 'resize',
      reason: 'patches are cut, not resized',
    });
  }
  const [height, width] = typeof resize === 'number' ? [resize, resize] : (resize ?? []);
  return {
    ...(patch !== undefined && { patch }),
    ...(channels !== undefined && { channels }),
    // Padding leaves the pixels as they are; it is done afterwards.
    ...(height !== undefined && width !== undefined && fit !== 'pad' && { size: { height, width }, fit }),
  };
}

function shape(set: ImageSet, { resize, fit, channels, invert }: ResolvedDataSource): ImageSet {
  const [height, width] = typeof resize === 'number' ? [resize, resize] : (resize ?? []);
  const shaped = reshapeImages(set, {
    ...(height !== undefined && width !== undefined && { height, width }),
    ...(channels !== undefined && { channels }),
    fit,
  });
  return invert ? invertImages(shaped) : shaped;
}

/** Refuses options that would do nothing to data of this kind. */
function refuseIdle(source: ResolvedDataSource, set: DataSet, where?: string): void {
  const idle =
    set.kind === 'text'
      ? (['resize', 'patch', 'channels'] as const).find((key) => source[key] !== undefined)
      : 'unit' in source && source.unit !== undefined
        ? 'unit'
        : source.patch !== undefined && set.groups === undefined
          ? 'patch'
          : undefined;
  if (idle === undefined) return;
  throw new GraftError('conflict', {
    first: `option '${idle}'`,
    second: `data set ${set.name}`,
    reason: `it holds ${set.kind === 'text' ? 'text' : 'images of one size'}, to which '${idle}' does not apply`,
    ...(where === undefined ? {} : { where }),
  });
}
