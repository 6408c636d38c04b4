import {
  concat,
  expand,
  flip,
  pad,
  reshape,
  slice,
  sliceAll,
  split,
  transpose,
} from '../../tensor/functions/arrangement.ts';
import { broadcast, sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { padded } from './pad.ts';
import { computed, dims, filled, LONGEST_LOOP, type Value } from './value.ts';

function reshaped(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const written = node.ints('shape') ?? node.numbers(1, 'shape');
  const keepZero = node.int('allowzero', 0) === 1;
  const target = written.map((d, i) => (d === 0 && !keepZero ? (dims(x)[i] ?? 0) : d));
  if (target.filter((d) => d === -1).length > 1 || target.some((d) => d < -1 || !Number.isInteger(d)))
    node.refuse(`its shape is [${written.join(', ')}]`);
  // A file that was written for a fixed number of examples says it as the first dimension.
  const { batch } = node.graphs;
  if (batch?.declared !== undefined && target[0] === batch.declared && dims(x)[0] === batch.size)
    target[0] = batch.size;
  const open = target.indexOf(-1);
  if (open >= 0) {
    const rest = sizeOf(target.filter((_, i) => i !== open));
    target[open] = rest === 0 ? 0 : sizeOf(dims(x)) / rest;
  }
  return reshape(x, target);
}

/** The shape without the given axes of size 1, or without all of them. */
function squeezed(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const axes = node.axes('axes', 1, x.shape.length) ?? dims(x).flatMap((d, i) => (d === 1 ? [i] : []));
  if (axes.some((axis) => dims(x)[axis] !== 1))
    node.refuse(`axes ${axes.join(', ')} of [${dims(x).join(', ')}] are not all 1`);
  return reshape(
    x,
    dims(x).filter((_, i) => !axes.includes(i)),
  );
}

function unsqueezed(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const added = node.ints('axes') ?? node.numbers(1, 'axes');
  const rank = x.shape.length + added.length;
  const axes = new Set(added.map((axis) => node.axis(axis, rank)));
  const rest = [...dims(x)];
  return reshape(
    x,
    Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.shift() ?? 1))),
  );
}

function sliced(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const rank = x.shape.length;
  const starts = node.ints('starts') ?? node.numbers(1, 'starts');
  const ends = node.ints('ends') ?? node.numbers(2, 'ends');
  const axes = node.axes('axes', 3, rank) ?? starts.map((_, i) => node.axis(i, rank));
  const steps = node.has(4) ? node.numbers(4, 'steps') : starts.map(() => 1);
  if (![ends, axes, steps].every(({ length }) => length === starts.length))
    node.refuse('starts, ends, axes and steps have different lengths');
  const ranges = Array<{ start: number; end: number; step: number } | undefined>(rank).fill(undefined);
  starts.forEach((written, i) => {
    const axis = axes[i]!;
    const size = dims(x)[axis]!;
    const step = steps[i]!;
    if (!Number.isInteger(step) || step === 0) node.refuse(`its step is ${step}`);
    const from = (value: number) => (value < 0 ? value + size : value);
    const limit = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
    const start = step > 0 ? limit(from(written), 0, size) : limit(from(written), -1, size - 1);
    const end = step > 0 ? limit(from(ends[i]!), 0, size) : limit(from(ends[i]!), -1, size - 1);
    const empty = step > 0 ? start >= end : start <= end;
    ranges[axis] = empty ? { start: 0, end: 0, step: 1 } : { start, end, step };
  });
  return sliceAll(x, ranges);
}

function parts(node: ImportNode): Tensor[] {
  const x = node.tensor(0);
  const axis = node.axis(node.int('axis', 0), x.shape.length);
  const size = dims(x)[axis]!;
  const sizes = node.ints('split') ?? (node.has(1) ? node.numbers(1, 'split') : undefined);
  const { outputs } = node.proto;
  if (sizes !== undefined) {
    if (sizes.length !== outputs.length)
      node.refuse(`it has sizes of ${sizes.length} parts and ${outputs.length} outputs`);
    if (sizes.reduce((a, b) => a + b, 0) !== size || sizes.some((n) => n < 0 || !Number.isInteger(n)))
      node.refuse(`its sizes [${sizes.join(', ')}] do not add up to ${size}`);
    return split(x, sizes, axis);
  }
  const count = node.int('num_outputs', outputs.length);
  if (count !== outputs.length || count > Math.max(1, size))
    node.refuse(`it splits ${size} in ${count} and has ${outputs.length} outputs`);
  const each = Math.ceil(size / count);
  return split(
    x,
    Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, size - i * each))),
    axis,
  );
}

/** Repeats a tensor along each axis. */
function tiled(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const repeats = node.numbers(1, 'repeats');
  if (repeats.length !== x.shape.length) node.refuse('it needs a number of repeats for each axis');
  node.checkValue(dims(x).map((d, i) => d * repeats[i]!));
  const opened = reshape(
    x,
    dims(x).flatMap((d) => [1, d]),
  );
  const full = expand(
    opened,
    dims(x).flatMap((d, i) => [repeats[i]!, d]),
  );
  return reshape(
    full,
    dims(x).map((d, i) => d * repeats[i]!),
  );
}

/** Channels laid out as space: column-row-depth as in PyTorch's pixel shuffle, or depth-column-row. */
function depthToSpace(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const [n, c, h, w] = dims(x) as [number, number, number, number];
  const b = node.int('blocksize', 1);
  const deep = node.text('mode', 'DCR') === 'DCR';
  const opened = reshape(x, deep ? [n, b, b, c / b ** 2, h, w] : [n, c / b ** 2, b, b, h, w]);
  const order = deep ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return reshape(transpose(opened, order), [n, c / b ** 2, h * b, w * b]);
}

function spaceToDepth(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const [n, c, h, w] = dims(x) as [number, number, number, number];
  const b = node.int('blocksize', 1);
  const opened = reshape(x, [n, c, h / b, b, w / b, b]);
  return reshape(transpose(opened, [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

/** The first `length` elements of each sequence in reverse order. */
function reverseSequence(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const lengths = node.numbers(1, 'lengths');
  if (lengths.length > LONGEST_LOOP) node.refuse(`it has ${lengths.length} sequences`);
  const batch = node.axis(node.int('batch_axis', 1), x.shape.length);
  const time = node.axis(node.int('time_axis', 0), x.shape.length);
  return concat(
    lengths.map((length, i) => {
      const one = slice(x, batch, i, i + 1);
      return concat([flip(slice(one, time, 0, length), time), slice(one, time, length)], time);
    }),
    batch,
  );
}

/** The middle of a tensor, cut or filled with zeros to a shape. */
function centred(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const target = node.numbers(1, 'shape');
  const axes = node.ints('axes')?.map((axis) => node.axis(axis, x.shape.length)) ?? dims(x).map((_, i) => i);
  const before = dims(x).map(() => 0);
  const after = dims(x).map(() => 0);
  axes.forEach((axis, i) => {
    const extra = target[i]! - dims(x)[axis]!;
    const first = extra >= 0 ? Math.floor(extra / 2) : -Math.floor(-extra / 2);
    before[axis] = first;
    after[axis] = extra - first;
  });
  return pad(x, before, after);
}

const expanded = (node: ImportNode): Value => {
  const x = node.value(0);
  const written = node.numbers(1, 'shape');
  node.checkValue(written);
  const shape = broadcast('Expand', x.shape, written) as readonly number[];
  const numbers = x.numbers();
  return numbers?.length === 1 && x.dtype !== 'float32'
    ? filled(numbers[0]!, shape, x.dtype)
    : computed(expand(x.tensor(), shape));
};

/** Elements in another order or shape, joined, cut or repeated. */
export const arrangementRules = {
  Identity: (node) => [node.value(0)],
  Reshape: (node) => [reshaped(node)],
  Flatten: (node) => {
    const x = node.tensor(0);
    const written = node.int('axis', 1);
    const axis = written < 0 ? written + x.shape.length : written;
    if (!(axis >= 0 && axis <= x.shape.length)) node.refuse(`its axis is ${written}`);
    return [reshape(x, [sizeOf(dims(x).slice(0, axis)), sizeOf(dims(x).slice(axis))])];
  },
  Squeeze: (node) => [squeezed(node)],
  Unsqueeze: (node) => [unsqueezed(node)],
  Transpose: (node) => {
    const x = node.tensor(0);
    return [transpose(x, node.ints('perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i))];
  },
  Concat: (node) => {
    const all = node.tensors();
    const axis = node.axis(node.int('axis', 0), all[0]?.shape.length ?? 0);
    // Keys and values of an empty past add nothing.
    const full = all.filter((part) => dims(part)[axis] !== 0);
    return [concat(full.length === 0 ? all.slice(0, 1) : full, axis)];
  },
  Slice: (node) => [sliced(node)],
  Split: parts,
  Expand: (node) => [expanded(node)],
  Tile: (node) => [tiled(node)],
  Pad: (node) => [padded(node)],
  DepthToSpace: (node) => [depthToSpace(node)],
  SpaceToDepth: (node) => [spaceToDepth(node)],
  ReverseSequence: (node) => [reverseSequence(node)],
  CenterCropPad: (node) => [centred(node)],
} satisfies ImportRules;
