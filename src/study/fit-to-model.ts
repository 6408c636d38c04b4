import type { DataContext } from '../data/data-context.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { loadInOneSize } from '../data/load-in-one-size.ts';
import { longForm } from '../data/resolve-data-spec.ts';
import { domainOf } from '../models/index.ts';
import type { Model } from '../models/model.ts';

/** What brings images of a shape other than the model's to it. */
const fitWords = {
  cover: 'cropped where the shape differs, antialiased bicubic',
  contain: 'framed in black where the shape differs, antialiased bicubic',
  fill: 'stretched where the shape differs, antialiased bicubic',
  pad: 'framed in black, not resampled',
} as const;

/**
 * A data set for a model of images: where its images have another size or other channels than the model takes (or
 * several sizes), and its spec does not say what to do, they are resized and converted; the note says how.
 *
 * @param where the place that the spec stands at, for messages.
 */
export async function fitToModel(
  spec: DataSpec,
  model: Model,
  context: DataContext,
  where: string,
): Promise<{ readonly spec: DataSpec; readonly note?: string }> {
  const { resize: said, patch, fit = 'cover' } = longForm(spec);
  if (domainOf(model) !== 'image' || said !== undefined || patch !== undefined) return { spec };
  const [channels, height, width] = model.fields[0]!.shape as [number, number, number];
  const { set, sizes } = await loadInOneSize(spec, context, where, () => [height, width]);
  if (set.kind !== 'image') return { spec };
  const otherSize = sizes !== undefined || set.height !== height || set.width !== width;
  const otherChannels = set.channels !== channels && (channels === 1 || channels === 3);
  if (!otherSize && !otherChannels) return { spec };
  const resize = height === width ? height : ([height, width] as [number, number]);
  const fitted = {
    ...longForm(spec),
    ...(otherSize ? { resize } : {}),
    ...(otherChannels ? { channels } : {}),
  } as DataSpec;
  const pixels = (size: { height: number; width: number }) => `${size.width} x ${size.height}`;
  const have =
    sizes === undefined ? pixels(set) : `${pixels(sizes.smallest)} to ${pixels(sizes.largest)} pixels`;
  const colour = (n: number) => (n === 1 ? ', grey' : ', colour');
  const [from, to] = otherChannels ? [colour(set.channels), colour(channels)] : ['', ''];
  const how = otherSize ? `: ${fitWords[fit]}` : '';
  return {
    spec: fitted,
    note: `The images of ${set.name} (${have}${from}) were brought to what the model takes (${pixels({ height, width })}${to})${how}. For another way, give resize, fit and channels with the data set.`,
  };
}
