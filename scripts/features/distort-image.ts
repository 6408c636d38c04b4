import type { Stream } from '../../src/random.ts';

/** How far images are distorted; shares and pixels are those of a 28x28 picture. */
export interface Distortion {
  /** Largest rotation either way, in radians. */
  readonly rotation: number;
  /** Largest horizontal shear either way: columns moved for each row. */
  readonly shear: number;
  /** Largest logarithm of the factor by which each axis grows or shrinks. */
  readonly scale: number;
  /** Largest shift either way, in pixels. */
  readonly shift: number;
  /** Standard deviation in pixels of the displacements on a 4x4 grid, between which they are interpolated. */
  readonly bend: number;
  /** Largest change of stroke thickness: how far the level at which a softened stroke ends moves from its middle. */
  readonly thickness: number;
}

const grid = 4;
/** Uniform numbers that one image takes, besides the normal ones of the bending grid. */
const draws = 10;

/**
 * Writes a distorted copy of the picture `from` [side, side], ink 1 on ground 0, to `to`: rotated, sheared, scaled,
 * shifted and bent (bilinear resampling, ground outside), then with thicker or thinner strokes in half of the cases.
 */
export function distortImage(
  from: Float32Array,
  to: Float32Array,
  side: number,
  distortion: Distortion,
  stream: Stream,
): void {
  const u = stream.child('uniform').uniforms(draws);
  const bends = stream.child('bend').normals(2 * grid * grid);
  const signed = (i: number, largest: number) => (2 * u[i]! - 1) * largest;
  const angle = signed(0, distortion.rotation);
  const shear = signed(1, distortion.shear);
  const common = signed(2, distortion.scale);
  const across = Math.exp(-(common + signed(3, distortion.scale / 2)));
  const down = Math.exp(-(common - signed(3, distortion.scale / 2)));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // From a place in the new picture to the place in the old one that it shows.
  const [a, b, c, d] = [across * cos, across * (sin + shear), -down * sin, down * cos];
  const centre = (side - 1) / 2;
  const left = centre + signed(4, distortion.shift);
  const top = centre + signed(5, distortion.shift);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [h, v] = [x - left, y - top];
      const gx = (x / (side - 1)) * (grid - 1);
      const gy = (y / (side - 1)) * (grid - 1);
      to[y * side + x] = sample(
        from,
        side,
        centre + a * h + b * v + distortion.bend * sample(bends.subarray(0, grid * grid), grid, gx, gy),
        centre + c * h + d * v + distortion.bend * sample(bends.subarray(grid * grid), grid, gx, gy),
      );
    }
  if (distortion.thickness > 0 && u[6]! < 0.5)
    changeThickness(to, side, 0.5 + signed(7, distortion.thickness), 2 + 6 * u[8]!);
}

/** The picture between its pixels, 0 outside. */
function sample(plane: ArrayLike<number>, side: number, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const at = (i: number, j: number) => (i < 0 || j < 0 || i >= side || j >= side ? 0 : plane[j * side + i]!);
  return (
    (1 - fy) * ((1 - fx) * at(x0, y0) + fx * at(x0 + 1, y0)) +
    fy * ((1 - fx) * at(x0, y0 + 1) + fx * at(x0 + 1, y0 + 1))
  );
}

/** Softens the picture (binomial 3x3) and makes what is above `level` ink, with an edge of the given steepness. */
export function changeThickness(plane: Float32Array, side: number, level: number, steepness: number): void {
  const soft = soften(plane, side);
  for (let i = 0; i < plane.length; i++)
    plane[i] = Math.min(1, Math.max(0, 0.5 + (soft[i]! - level) * steepness));
}

/** Binomial 3x3 filter, ground outside. */
export function soften(plane: Float32Array, side: number): Float32Array {
  const rows = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  const pass = (from: Float32Array, to: Float32Array, step: number, place: (i: number) => number) => {
    for (let i = 0; i < from.length; i++) {
      const before = place(i) > 0 ? from[i - step]! : 0;
      const after = place(i) < side - 1 ? from[i + step]! : 0;
      to[i] = 0.25 * before + 0.5 * from[i]! + 0.25 * after;
    }
  };
  pass(plane, rows, 1, (i) => i % side);
  pass(rows, out, side, (i) => Math.floor(i / side));
  return out;
}
