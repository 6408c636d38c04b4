import { type ImageSizes, isGraftError } from '../errors.ts';
import type { DataContext } from './data-context.ts';
import type { DataSet } from './data-set.ts';
import type { DataSource, DataSpec } from './data-spec.ts';
import { loadDataSet } from './load-data-set.ts';
import { longForm } from './resolve-data-spec.ts';

/** A set as it was read, with what had to be added to its spec for that. */
export interface LoadedInOneSize {
  readonly set: DataSet;
  readonly spec: DataSpec;
  /** Of image files that have several sizes. */
  readonly sizes?: ImageSizes;
}

/**
 * Reads a data set, not divided. Where its image files have several sizes and the spec says nothing of how they come to
 * one, they are resized to what `choose` says, as height and width; the returned spec says so as well.
 *
 * @param where the place that the spec stands at, for messages.
 */
export async function loadInOneSize(
  spec: DataSpec,
  context: DataContext,
  where: string,
  choose: (sizes: ImageSizes) => readonly [height: number, width: number],
): Promise<LoadedInOneSize> {
  try {
    return { set: await loadDataSet(sourceOf(spec), context, where), spec };
  } catch (error) {
    if (!isGraftError(error, 'bad-data') || error.facts.sizes === undefined) throw error;
    const { sizes } = error.facts;
    const [height, width] = choose(sizes);
    const resized = {
      ...longForm(spec),
      resize: height === width ? height : ([height, width] as [number, number]),
    } as DataSpec;
    return { set: await loadDataSet(sourceOf(resized), context, where), spec: resized, sizes };
  }
}

/** The spec without what is done to the training part. */
function sourceOf(spec: DataSpec): DataSource {
  const { size: _, corrupt: __, split: ___, ...source } = longForm(spec);
  return source;
}
