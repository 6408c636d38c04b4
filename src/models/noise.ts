import type { Stream } from '../random.ts';
import { bind, sizeOf } from '../tensor/shape.ts';
import { inputNames, type NoiseSpec } from './context.ts';

/** Arrays for a program's random inputs, and a way to fill them anew. */
export interface NoiseFeeds {
  readonly feeds: Record<string, Float32Array>;
  /** Fills every array from a child of the stream named after it. */
  draw(stream: Stream): void;
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
  };
}
