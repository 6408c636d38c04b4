import type { Stream } from '../random.ts';
import { sizeOf } from './shape.ts';

/** How a parameter starts. */
export type Initial =
  | { readonly draw: 'normal'; readonly deviation: number }
  | { readonly draw: 'uniform'; readonly bound: number }
  | { readonly draw: 'constant'; readonly value: number };

/** A trained tensor of a model, by description; its values live apart. */
export interface ParameterSpec {
  /** Path-like and unique in the model: `decoder/0/weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The layer that it belongs to: techniques freeze and train whole layers. */
  readonly layer: string;
  /** Whether weight decay applies (matrices and kernels yes, biases and norms no). */
  readonly decay: boolean;
  readonly initial: Initial;
  /** Values that the model reads, where a mask leaves some of them without effect. */
  readonly free?: number;
  /** What its rows belong to, where that has names: tokens of a vocabulary or classes (which one more for none may follow). */
  readonly rows?: 'tokens' | 'classes';
}

/** Values of parameters (or of state) by name. */
export type Values = Readonly<Record<string, Float32Array>>;

/** Draws every parameter from a stream of its own name, so that adding one shifts no other. */
export function initialise(
  specs: readonly Pick<ParameterSpec, 'name' | 'shape' | 'initial'>[],
  stream: Stream,
): Record<string, Float32Array> {
  return Object.fromEntries(
    specs.map(({ name, shape, initial }) => [name, draw(initial, sizeOf(shape), stream.child(name))]),
  );
}

function draw(initial: Initial, n: number, stream: Stream): Float32Array {
  const values = new Float32Array(n);
  if (initial.draw === 'constant') return values.fill(initial.value);
  if (initial.draw === 'normal') {
    stream.normals(n, values);
    return values.map((v) => v * initial.deviation);
  }
  stream.uniforms(n, values);
  return values.map((v) => (2 * v - 1) * initial.bound);
}

/** Uniform in +-1 / sqrt(fan in): PyTorch's default for linear and convolution layers, weights and biases alike. */
export const fanIn = (n: number): Initial => ({ draw: 'uniform', bound: 1 / Math.sqrt(n) });
export const zero: Initial = { draw: 'constant', value: 0 };
export const one: Initial = { draw: 'constant', value: 1 };

/** Number of values of all parameters, less those that masks leave without effect. */
export const countParameters = (specs: readonly Pick<ParameterSpec, 'shape' | 'free'>[]): number =>
  specs.reduce((total, { shape, free }) => total + (free ?? sizeOf(shape)), 0);
