import type { Stream } from '../../src/random.ts';

/** Makes a picture of two pictures of different characters (or out of nothing) that shows no character. */
export type Spoil = (a: Float32Array, b: Float32Array, side: number, stream: Stream) => Float32Array;

const both = (a: Float32Array, b: Float32Array, f: (x: number, y: number, at: number) => number) =>
  a.map((x, at) => f(x, b[at]!, at));
const shareOfFirst = (stream: Stream) => 0.35 + 0.3 * stream.child('share').uniforms(1)[0]!;

/** Ways to spoil that classifiers are trained to refuse. */
export const spoils = {
  'average of two': (a, b, _side, stream) => {
    const share = shareOfFirst(stream);
    return both(a, b, (x, y) => share * x + (1 - share) * y);
  },
  'average of two in black and white': (a, b, _side, stream) => {
    const share = shareOfFirst(stream);
    const level = 0.25 + 0.2 * stream.child('level').uniforms(1)[0]!;
    return both(a, b, (x, y) => Number(share * x + (1 - share) * y > level));
  },
  'one over the other': (a, b) => both(a, b, (x, y) => Math.max(x, y)),
  'half of one and half of the other': (a, b, side, stream) => {
    const [place, direction] = stream.child('cut').uniforms(2) as unknown as [number, number];
    const cut = Math.floor(side * (0.37 + 0.27 * place));
    return both(a, b, (x, y, at) => ((direction < 0.5 ? at % side : Math.floor(at / side)) < cut ? x : y));
  },
  'grey noise': (a, _b, _side, stream) => {
    const brightest = stream.child('brightest').uniforms(1)[0]!;
    const noise = stream.child('noise').uniforms(a.length);
    return a.map((_, at) => brightest * noise[at]!);
  },
  'black and white noise': (a, _b, _side, stream) => {
    const ink = 0.4 * stream.child('ink').uniforms(1)[0]!;
    const noise = stream.child('noise').uniforms(a.length);
    return a.map((_, at) => Number(noise[at]! < ink));
  },
  'squares of 7 pixels in another order': (a, _b, side, stream) => {
    const across = side / 7;
    const order = stream.child('order').permutation(across * across);
    return a.map((_, at) => {
      const [y, x] = [Math.floor(at / side), at % side];
      const from = order[Math.floor(y / 7) * across + Math.floor(x / 7)]!;
      return a[(Math.floor(from / across) * 7 + (y % 7)) * side + (from % across) * 7 + (x % 7)]!;
    });
  },
} satisfies Record<string, Spoil>;
