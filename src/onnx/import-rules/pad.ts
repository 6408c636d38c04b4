import { concat, pad, slice } from '../../tensor/functions/arrangement.ts';
import { cast } from '../../tensor/functions/elementwise.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import { dims } from './value.ts';

/** Pad: adds (or with negative numbers cuts) elements at both ends of axes. */
export function padded(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const rank = x.shape.length;
  const pads = node.ints('pads') ?? node.numbers(1, 'pads');
  const axes = node.has(3)
    ? node.numbers(3, 'axes').map((axis) => node.axis(axis, rank))
    : x.shape.map((_, i) => i);
  if (pads.length !== 2 * axes.length) node.refuse('it needs two pads for each axis');
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[i + axes.length]!;
  });
  node.checkValue(dims(x).map((d, i) => d + Math.max(0, before[i]!) + Math.max(0, after[i]!)));
  const mode = node.text('mode', 'constant');
  if (mode === 'constant') {
    const value = node.has(2) ? node.number(2, 'value') : node.float('value', 0);
    const filled = pad(cast(x, 'float32'), before, after, 'constant', value);
    return cast(filled, x.dtype);
  }
  if (mode !== 'reflect' && mode !== 'edge' && mode !== 'wrap') node.refuse(`its mode is '${mode}'`);
  // What is cut away goes first: only the rest is mirrored.
  const cut = (n: number) => Math.max(0, -n);
  const inside = dims(x).reduce(
    (t, size, axis) => slice(t, axis, cut(before[axis]!), size - cut(after[axis]!)),
    x,
  );
  const [first, last] = [before, after].map((list) => list.map((n) => Math.max(0, n)));
  return mode === 'wrap' ? wrapped(inside, first!, last!) : pad(inside, first!, last!, mode);
}

/** The tensor repeated beyond its ends. */
function wrapped(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  return before.reduce((t, first, axis) => {
    const last = after[axis]!;
    const size = dims(t)[axis]!;
    if (first === 0 && last === 0) return t;
    const copies = Math.ceil(first / size) + 1 + Math.ceil(last / size);
    const start = Math.ceil(first / size) * size - first;
    return slice(concat(Array<Tensor>(copies).fill(t), axis), axis, start, start + first + size + last);
  }, x);
}
