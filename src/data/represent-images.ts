import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { type ImageSet, imageSize } from './data-set.ts';

/** What the values of a model's images are: what a person writes. */
export const imageValues = z
  .union([
    z
      .strictObject({ binarise: z.number().gt(0).lt(1) })
      .describe('0 or 1: 1 from this share of full brightness on'),
    z.literal('levels').describe('the 256 levels as they are, scaled to [0, 1]; for discretised likelihoods'),
    z.literal('unit').describe('continuous values in [0, 1]'),
  ])
  .describe('what the pixels of a model are');

export type ImageValues = z.infer<typeof imageValues>;

/**
 * What likelihoods are likelihoods of. Two likelihoods can share a column only where `name` is equal.
 * 'binary' and 'levels' are discrete (probabilities); 'unit' is continuous (densities).
 */
export interface Representation {
  /** E.g. 'binary 1x28x28 at 0.5', '256 levels 3x32x32', 'grey 1x28x28 in [0, 1]'. */
  readonly name: string;
  readonly values: 'binary' | 'levels' | 'unit';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Images as a model sees them: [count, channels, height, width], all values in [0, 1]. */
export interface ModelImages {
  readonly data: Float32Array;
  readonly count: number;
  readonly representation: Representation;
}

/** The representation of images of this size under these values; resized images say from where. */
export function representationOf(
  set: Pick<ImageSet, 'channels' | 'height' | 'width' | 'provenance'>,
  values: ImageValues,
): Representation {
  const { channels, height, width } = set;
  const shape = `${channels}x${height}x${width}`;
  const resized = set.provenance.steps.filter((step) => /^(resized|colour|grey|inverted)/.test(step));
  const origin = resized.length === 0 ? '' : `, ${resized.join(', ')}`;
  const [kind, name] =
    typeof values === 'object'
      ? (['binary', `binary ${shape} at ${values.binarise}`] as const)
      : values === 'levels'
        ? (['levels', `256 levels ${shape}`] as const)
        : (['unit', `${channels === 1 ? 'grey' : 'colour'} ${shape} in [0, 1]`] as const);
  return { name: name + origin, values: kind, channels, height, width };
}

/** Pixels 0..255 as model input: v / 255, or 0 and 1 by v / 255 >= threshold. */
export function representImages(set: ImageSet, values: ImageValues): ModelImages {
  const representation = representationOf(set, values);
  const table = new Float32Array(256);
  for (let v = 0; v < 256; v++) {
    table[v] = typeof values === 'object' ? Number(v / 255 >= values.binarise) : v / 255;
  }
  const data = new Float32Array(set.count * imageSize(set));
  for (let i = 0; i < data.length; i++) data[i] = table[set.pixels[i]!]!;
  return { data, count: set.count, representation };
}

/** What real images are that samples are compared with: their pixels as a model sees them, whose 256 levels are no other numbers than shares. */
export const pixelsInWords = (values: ImageValues): string =>
  typeof values === 'object' ? `pixels of 0 and 1, at ${values.binarise}` : 'pixels from 0 to 1';

export type PixelLikelihood =
  | 'bernoulli'
  | 'gaussian'
  | 'discretised-logistic'
  | 'bound on levels'
  | 'bound on binary pixels'
  | 'density';

const meant: Record<PixelLikelihood, { values: Representation['values']; hint: string }> = {
  bernoulli: { values: 'binary', hint: 'Binarise the images (binarise: 0.5), or take another likelihood.' },
  gaussian: { values: 'unit', hint: "Take values 'unit', or another likelihood." },
  'discretised-logistic': { values: 'levels', hint: "Take values 'levels', or another likelihood." },
  density: { values: 'unit', hint: "Take values 'unit', or another likelihood." },
  'bound on levels': { values: 'levels', hint: "Take values 'levels', or likelihood binary or none." },
  'bound on binary pixels': {
    values: 'binary',
    hint: 'Binarise the images (binarise: 0.5), or take likelihood levels or none.',
  },
};

/** What pixels must be for a likelihood to be one. */
export const valuesOfLikelihood = (likelihood: PixelLikelihood): Representation['values'] =>
  meant[likelihood].values;

/**
 * Refuses a pixel likelihood that is none on such values: a Bernoulli gives no probability to grey values, a density
 * cannot be compared with probabilities of levels. As a training loss it may still serve; its value may not be
 * reported as a likelihood.
 */
export function requireLikelihood(
  likelihood: PixelLikelihood,
  representation: Representation,
  where?: string,
): void {
  const { values, hint } = meant[likelihood];
  if (representation.values === values) return;
  throw new GraftError('conflict', {
    first: `a ${likelihood} likelihood`,
    second: `images as '${representation.name}'`,
    reason: `it is a likelihood of ${values} values only, so its value on these would mean nothing. ${hint.replace(/\.$/, '')}`,
    ...(where === undefined ? {} : { where }),
  });
}
