import type { Stream } from '../random.ts';
import { bind, sizeOf } from '../tensor/shape.ts';
import { inputNames, type NoiseSpec } from './context.ts';

/** Arrays for a program's random inputs, and a way to fill them anew. */
export interface NoiseFeeds {
  readonly feeds: Record<string, Float32Array>;
  /** Fills every array from a child of the stream named after it: for training, where each step has its own stream. */
  draw(stream: Stream): void;
  /**
   * Fills the part of each example from the stream's child named after the array and then after the example's number,
   * so that what an example gets does not depend on the batch that it stands in.
   */
  drawFor(stream: Stream, examples: ArrayLike<number>): void;
}

export function noiseFeeds(
  noises: readonly NoiseSpec[],
  binding: Readonly<Record<string, number>> = {},
): NoiseFeeds {
  const entries = noises.map((noise) => ({
    ...noise,
    data: new Float32Array(sizeOf(noise.shape.map((d) => bind(d, binding)))),
  }));
  return {
    feeds: Object.fromEntries(entries.map(({ name, data }) => [inputNames.noise(name), data])),
    draw(stream) {
      for (const { name, kind, data } of entries) {
        const child = stream.child(name);
        if (kind === 'normal') child.normals(data.length, data);
        else child.uniforms(data.length, data);
      }
    },
    drawFor(stream, examples) {
      for (const { name, kind, data, shape, batchAxis } of entries) {
        const sizes = shape.map((d) => bind(d, binding));
        const batch = sizes[batchAxis]!;
        const outer = sizeOf(sizes.slice(0, batchAxis));
        const inner = sizeOf(sizes.slice(batchAxis + 1));
        const own = new Float32Array(outer * inner);
        const child = stream.child(name);
        for (let i = 0; i < batch; i++) {
          const draws = child.child(examples[i]!);
          if (kind === 'normal') draws.normals(own.length, own);
          else draws.uniforms(own.length, own);
          for (let o = 0; o < outer; o++)
            data.set(own.subarray(o * inner, (o + 1) * inner), (o * batch + i) * inner);
        }
      }
    },
  };
}
