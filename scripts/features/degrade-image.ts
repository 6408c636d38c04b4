import type { Stream } from '../../src/random.ts';
import { soften } from './distort-image.ts';

const side = 28;

/**
 * In half of the cases a worse picture of the same character: softened once or twice, fainter down to a half, with pixels
 * missing (up to one in six), or with noise of a standard deviation up to 0.15; each as often as not.
 */
export function degrade(image: Float32Array, stream: Stream): Float32Array {
  const u = stream.child('choice').uniforms(8);
  if (u[0]! < 0.5) return image;
  let out = image;
  if (u[1]! < 0.5) out = u[2]! < 0.5 ? soften(out, side) : soften(soften(out, side), side);
  if (u[3]! < 0.5) {
    const strength = 0.5 + 0.5 * u[4]!;
    out = out.map((v) => strength * v);
  }
  if (u[5]! < 0.5) {
    const missing = stream.child('missing').uniforms(out.length);
    const share = u[6]! / 6;
    out = out.map((v, i) => (missing[i]! < share ? 0 : v));
  }
  if (u[7]! < 0.5) {
    const noise = stream.child('noise').normals(out.length);
    const deviation = 0.3 * u[7]!;
    out = out.map((v, i) => Math.min(1, Math.max(0, v + deviation * noise[i]!)));
  }
  return out;
}
