import sharp from 'sharp';
import { type Stream, stream } from '../src/random.ts';

const SIDE = 28;
const GAP = 1;

/** A grey picture of random strokes, [28 x 28] in 0..1; `blur` and `noise` make it look worse. */
export function strokes(random: Stream, blur: number, noise: number): Float64Array {
  const pixels = new Float64Array(SIDE * SIDE);
  const points = random.child('points').uniforms(8);
  const width = 1.3 + blur;
  for (let segment = 0; segment < 3; segment++) {
    const [x0, y0, x1, y1] = [0, 1, 2, 3].map((i) => 5 + 18 * points[2 * segment + i]!) as [
      number,
      number,
      number,
      number,
    ];
    for (let t = 0; t <= 1; t += 0.06) {
      const [cx, cy] = [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
      const reach = Math.ceil(3 * width);
      for (let y = Math.max(0, Math.floor(cy) - reach); y < Math.min(SIDE, cy + reach); y++)
        for (let x = Math.max(0, Math.floor(cx) - reach); x < Math.min(SIDE, cx + reach); x++) {
          const value = Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * width * width)) / (1 + 0.6 * blur);
          pixels[y * SIDE + x] = Math.max(pixels[y * SIDE + x]!, value);
        }
    }
  }
  const grain = random.child('grain').normals(SIDE * SIDE);
  return pixels.map((value, i) => Math.min(1, Math.max(0, value + noise * grain[i]!)));
}

/** A PNG of pictures in rows of `columns`, with thin grey lines between them. */
export async function pngGrid(pictures: readonly ArrayLike<number>[], columns: number): Promise<Buffer> {
  const rows = Math.ceil(pictures.length / columns);
  const width = columns * (SIDE + GAP) - GAP;
  const height = rows * (SIDE + GAP) - GAP;
  const data = new Uint8Array(width * height).fill(96);
  for (const [i, picture] of pictures.entries()) {
    const [top, left] = [Math.floor(i / columns) * (SIDE + GAP), (i % columns) * (SIDE + GAP)];
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++)
        data[(top + y) * width + left + x] = Math.round(255 * picture[y * SIDE + x]!);
  }
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

const drawn = new Map<string, Float64Array[]>();

/** `count` pictures that depend on the latent alone, made worse by `blur` and `noise`; drawn once. */
export function latentPictures(name: string, count: number, blur: number, noise: number): Float64Array[] {
  // Whole steps of quality, so that few are drawn.
  const [soft, grain] = [Math.round(2 * blur) / 2, Math.round(20 * noise) / 20];
  const key = `${name} ${count} ${soft} ${grain}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const made = Array.from({ length: count }, (_, i) => strokes(stream(3).child(name).child(i), soft, grain));
  drawn.set(key, made);
  return made;
}
