import { GraftError } from '../../errors.ts';
import { constant, input } from '../../tensor/build.ts';
import { reshape, transpose } from '../../tensor/functions/arrangement.ts';
import { add, mul, sub } from '../../tensor/functions/elementwise.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { type Program, program } from '../../tensor/program.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Channels, height, width. */
export type ImageSize = [number, number, number];
/** Numbers for each channel, or one for all. */
export type PerChannel = readonly number[];

const likelyChannels = (d: unknown): boolean => d === 1 || d === 3 || d === 4;

/**
 * The image that a shape without its batch axis stands for: [c, h, w], [h, w, c], [h, w] or a vector of c h w values.
 * `asked`: the size that a person gave, which a vector needs unless it is a square grey picture.
 */
export function imageOf(shape: readonly number[], asked: ImageSize | undefined): ImageSize | undefined {
  if (asked !== undefined) return sizeOf(asked) === sizeOf(shape) ? asked : undefined;
  if (shape.length === 3) {
    const [a, b, c] = shape as [number, number, number];
    return likelyChannels(c) && !likelyChannels(a) ? [c, a, b] : [a, b, c];
  }
  if (shape.length === 2) return [1, shape[0]!, shape[1]!];
  const side = Math.sqrt(sizeOf(shape));
  return shape.length === 1 && Number.isInteger(side) ? [1, side, side] : undefined;
}

/** Images [batch, c, h, w] in the layout of a foreign shape (batch axis included). */
function toLayout(x: Tensor, shape: Shape, image: ImageSize): Tensor {
  return reshape(isChannelsLast(shape, image) ? transpose(x, [0, 2, 3, 1]) : x, [
    x.shape[0]!,
    ...shape.slice(1),
  ]);
}

function fromLayout(x: Tensor, image: ImageSize): Tensor {
  const [c, h, w] = image;
  const batch = x.shape[0]!;
  return isChannelsLast(x.shape, image)
    ? transpose(reshape(x, [batch, h, w, c]), [0, 3, 1, 2])
    : reshape(x, [batch, c, h, w]);
}

const isChannelsLast = (shape: Shape, [c, h, w]: ImageSize): boolean =>
  shape.length === 4 && shape[1] === h && shape[2] === w && shape[3] === c && !(shape[1] === c && c === h);

function onChannels(values: PerChannel, channels: number, what: string): Tensor {
  if (values.length !== 1 && values.length !== channels)
    throw new GraftError('invalid-value', { what, received: values, allowed: `one number or ${channels}` });
  return constant(Float64Array.from(values), [values.length, 1, 1]);
}

/**
 * The program with images [batch, c, h, w] in 0..1 as input `x` in place of its own input `name`, which gets them
 * normalised, (x - mean) / std, in its own layout.
 */
export function takingImages(
  p: Program,
  name: string,
  image: ImageSize,
  normalise: { readonly mean?: PerChannel | undefined; readonly std?: PerChannel | undefined } = {},
): Program {
  const { mean, std } = normalise;
  const x = input('x', [BATCH, ...image]);
  const centred = mean === undefined ? x : sub(x, onChannels(mean, image[0], 'mean'));
  const scaled =
    std === undefined
      ? centred
      : mul(
          centred,
          onChannels(
            std.map((v) => 1 / v),
            image[0],
            'std',
          ),
        );
  return replaceInput(p, name, (shape) => toLayout(scaled, shape, image));
}

/** The program with vectors [batch, latent] as input `z` in place of its own input. */
export function takingCodes(p: Program, name: string, latent: number): Program {
  return replaceInput(p, name, (shape) => reshape(input('z', [BATCH, latent]), [BATCH, ...shape.slice(1)]));
}

/** The program with its output `name` as images `x` [batch, c, h, w], value std + mean. */
export function givingImages(
  p: Program,
  name: string,
  image: ImageSize,
  range: { readonly mean?: PerChannel | undefined; readonly std?: PerChannel | undefined } = {},
): Program {
  const x = fromLayout(p.outputs[name]!, image);
  const scaled = range.std === undefined ? x : mul(x, onChannels(range.std, image[0], 'outputStd'));
  return program({
    x: range.mean === undefined ? scaled : add(scaled, onChannels(range.mean, image[0], 'outputMean')),
  });
}

function replaceInput(p: Program, name: string, make: (shape: Shape) => Tensor): Program {
  return program(
    instantiateProgram(
      p,
      (node) => (node.attributes.name === name ? make(node.attributes.shape) : node.outputs[0]!),
      {},
    ),
  );
}
