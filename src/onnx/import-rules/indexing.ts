import {
  expand,
  gather,
  gatherElements,
  reshape,
  scatterAdd,
  slice,
  transpose,
} from '../../tensor/functions/arrangement.ts';
import { abs, add, cast, less, mul, sub, where } from '../../tensor/functions/elementwise.ts';
import { sum } from '../../tensor/functions/reduction.ts';
import { sizeOf, stridesOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { floats } from './arg-max.ts';
import { larger, smaller } from './arithmetic.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims, integers, known as knownValue, type Value } from './value.ts';

/** Indices counted from the front: negative ones count from the back. */
function fromFront(indices: Tensor, size: number): Tensor {
  return where(less(indices, integers([0], [])), add(indices, integers([size], [])), indices);
}

const known = (node: ImportNode, input: number): readonly number[] | undefined => {
  const numbers = node.value(input).numbers();
  return numbers === undefined ? undefined : Array.from(numbers);
};

/** Indices that are all known and not negative need no conversion. */
function placesOf(node: ImportNode, input: number, size: number): Tensor {
  const numbers = known(node, input);
  if (numbers === undefined) return fromFront(node.tensor(input), size);
  if (numbers.some((n) => !(n >= -size && n < size)))
    node.refuse(`an index lies outside of 0 to ${size - 1}`);
  return numbers.some((n) => n < 0)
    ? integers(
        numbers.map((n) => (n < 0 ? n + size : n)),
        node.value(input).shape,
      )
    : node.tensor(input);
}

/** Index tuples over the first axes of a shape as single row-major indices: [..., k] -> [n]. */
function flatIndices(indices: Tensor, sizes: readonly number[]): Tensor {
  const k = sizes.length;
  const n = sizeOf(dims(indices)) / k;
  const rows = reshape(indices, [n, k]);
  const strides = stridesOf(sizes);
  const parts = sizes.map((size, i) => {
    const column = fromFront(reshape(gather(rows, integers([i]), 1), [n]), size);
    return mul(column, integers([strides[i]!], []));
  });
  return parts.reduce((a, b) => add(a, b));
}

/** Slices of x at index tuples; `batch_dims` leading axes are shared by both. */
function gatherTuples(node: ImportNode): Tensor {
  const [x, indices] = [node.tensor(0), node.tensor(1)];
  const batch = node.int('batch_dims', 0);
  const k = dims(indices)[indices.shape.length - 1]!;
  const lead = dims(x).slice(0, batch);
  if (!(batch >= 0 && k >= 1 && batch + k <= x.shape.length)) node.refuse('its indices have too many parts');
  const sizes = dims(x).slice(batch, batch + k);
  const inner = dims(x).slice(batch + k);
  const b = sizeOf(lead);
  const tuples = dims(indices).slice(batch, -1);
  const own = reshape(flatIndices(indices, sizes), [b, sizeOf(tuples)]);
  const shift = integers(
    Array.from({ length: b }, (_, i) => i * sizeOf(sizes)),
    [b, 1],
  );
  const rows = reshape(x, [b * sizeOf(sizes), ...inner]);
  return reshape(gather(rows, reshape(add(own, shift), [b * sizeOf(tuples)]), 0), [
    ...lead,
    ...tuples,
    ...inner,
  ]);
}

type Combine = (old: Tensor, fresh: Tensor) => Tensor;
const combinations: Readonly<Record<string, Combine>> = { mul, max: larger, min: smaller };

/**
 * Writes updates [n, width] at rows of x [rows, width]. What is written twice without a rule to put them together is
 * undefined in ONNX; with one, each round writes what has one place to itself.
 */
function scattered(
  node: ImportNode,
  x: Tensor,
  places: Tensor,
  updates: Tensor,
  axis: number,
  rounds: () => readonly (readonly number[])[],
): Tensor {
  const reduction = node.text('reduction', 'none');
  const size = dims(x)[axis]!;
  const added = (values: Tensor, at: Tensor) => scatterAdd(values, at, axis, size);
  if (reduction === 'add')
    return cast(add(cast(x, 'float32'), added(cast(updates, 'float32'), places)), x.dtype);
  const write = (old: Tensor, chosen: Tensor, combine: Combine | undefined): Tensor => {
    const values = added(mul(cast(updates, 'float32'), chosen), places);
    const touched = less(0.5, added(chosen, places));
    const fresh = combine === undefined ? values : combine(old, values);
    return where(touched, fresh, old);
  };
  const float = cast(x, 'float32');
  if (reduction === 'none')
    return cast(
      write(float, floats(new Float64Array(sizeOf(dims(places))).fill(1), dims(places)), undefined),
      x.dtype,
    );
  const combine = combinations[reduction] ?? node.refuse(`its reduction is '${reduction}'`);
  return cast(
    rounds().reduce((old, chosen) => write(old, floats(chosen, dims(places)), combine), float),
    x.dtype,
  );
}

/** For each number of times that a place has been written before: which updates are written then. */
function roundsOf(keys: readonly number[]): number[][] {
  const seen = new Map<number, number>();
  const rounds: number[][] = [];
  keys.forEach((key, i) => {
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    rounds[round] ??= Array<number>(keys.length).fill(0);
    rounds[round]![i] = 1;
  });
  return rounds;
}

function scatterElements(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const axis = node.axis(node.int('axis', 0), x.shape.length);
  const size = dims(x)[axis]!;
  const places = placesOf(node, 1, size);
  // The other axes of the updates may be shorter than those of x: they write into its corner.
  const corner = dims(places);
  if (corner.some((d, i) => i !== axis && d !== dims(x)[i]))
    return node.refuse('its indices are smaller than its data on an axis that they do not count');
  const rounds = () => {
    const strides = stridesOf(corner);
    const numbers = node.numbers(1, 'indices');
    return roundsOf(
      numbers.map((n, i) => {
        const others = corner.reduce(
          (sum, d, a) => sum + (a === axis ? 0 : (Math.floor(i / strides[a]!) % d) * strides[a]!),
          0,
        );
        return (n < 0 ? n + size : n) * sizeOf(corner) + others;
      }),
    );
  };
  return scattered(node, x, places, node.tensor(2), axis, rounds);
}

function scatterTuples(node: ImportNode): Tensor {
  const [x, indices, updates] = [node.tensor(0), node.tensor(1), node.tensor(2)];
  const k = dims(indices)[indices.shape.length - 1]!;
  if (!(k >= 1 && k <= x.shape.length)) node.refuse('its indices have too many parts');
  const sizes = dims(x).slice(0, k);
  const width = sizeOf(dims(x).slice(k));
  const n = sizeOf(dims(indices)) / k;
  const flat = flatIndices(indices, sizes);
  const places = expand(reshape(flat, [n, 1]), [n, width]);
  const rounds = () => {
    const strides = stridesOf(sizes);
    const numbers = node.numbers(1, 'indices');
    const keys = Array.from({ length: n }, (_, i) =>
      sizes.reduce((sum, size, a) => {
        const value = numbers[i * k + a]!;
        return sum + (value < 0 ? value + size : value) * strides[a]!;
      }, 0),
    );
    return roundsOf(keys).map((round) => round.flatMap((v) => Array<number>(width).fill(v)));
  };
  const rows = reshape(x, [sizeOf(sizes), width]);
  return reshape(scattered(node, rows, places, reshape(updates, [n, width]), 0, rounds), x.shape);
}

/** The largest or smallest elements along an axis with their places, by counting how many stand before each. */
function topElements(node: ImportNode): Tensor[] {
  const x = node.tensor(0);
  const axis = node.axis(node.int('axis', -1), x.shape.length);
  const k = node.has(1) ? node.number(1, 'k') : node.int('k', 1);
  const size = dims(x)[axis]!;
  if (!(k >= 1 && k <= size && size <= 4096)) node.refuse(`it takes ${k} of ${size} elements`);
  node.checkConstant([size, size]);
  const last = x.shape.length - 1;
  const order = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  const rows = transpose(node.int('largest', 1) === 1 ? x : sub(0, x), order);
  const lead = dims(rows).slice(0, -1);
  const [own, other] = [reshape(rows, [...lead, size, 1]), reshape(rows, [...lead, 1, size])];
  const earlier = Float64Array.from({ length: size * size }, (_, i) =>
    i % size < Math.floor(i / size) ? 1 : 0,
  );
  const ahead = where(less(own, other), 1, where(less(other, own), 0, floats(earlier, [size, size])));
  const rank = sum(ahead, -1);
  // For each place in the order the one element whose rank it is.
  const places = floats(
    Float64Array.from({ length: k }, (_, i) => i),
    [k, 1],
  );
  const hit = less(abs(sub(reshape(rank, [...lead, 1, size]), places)), 0.5);
  const numbers = floats(
    Float64Array.from({ length: size }, (_, i) => i),
    [size],
  );
  const at = cast(sum(where(hit, numbers, 0), -1), 'int32');
  const back = (t: Tensor) => transpose(t, order);
  return [gatherElements(x, back(at), axis), back(at)];
}

/** Index tuples [rank, count] of what is not 0; how many there are must be known. */
function placesOfNonZero(node: ImportNode): Value {
  const { shape } = node.value(0);
  const numbers = node.numbers(0, 'data');
  const strides = stridesOf(shape);
  const found = numbers.flatMap((v, i) => (v !== 0 ? [i] : []));
  const indices = shape.flatMap((d, axis) => found.map((i) => Math.floor(i / strides[axis]!) % d));
  return knownValue(Float64Array.from(indices), [shape.length, found.length], 'int32');
}

/** The slices at which a condition, which must be known, holds. */
function compressed(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const kept = node.numbers(1, 'condition').flatMap((v, i) => (v !== 0 ? [i] : []));
  const written = node.attribute('axis', 'int');
  if (written === undefined) return gather(reshape(x, [sizeOf(dims(x))]), integers(kept), 0);
  return gather(x, integers(kept), node.axis(written, x.shape.length));
}

/** Elements chosen by or written at indices. */
export const indexingRules = {
  Gather: (node) => {
    const x = node.tensor(0);
    const axis = node.axis(node.int('axis', 0), x.shape.length);
    return [gather(x, placesOf(node, 1, dims(x)[axis]!), axis)];
  },
  GatherElements: (node) => {
    const x = node.tensor(0);
    const axis = node.axis(node.int('axis', 0), x.shape.length);
    const places = placesOf(node, 1, dims(x)[axis]!);
    return [gatherElements(corner(x, dims(places), axis), places, axis)];
  },
  GatherND: (node) => [gatherTuples(node)],
  Scatter: (node) => [scatterElements(node)],
  ScatterElements: (node) => [scatterElements(node)],
  ScatterND: (node) => [scatterTuples(node)],
  TopK: topElements,
  NonZero: (node) => [placesOfNonZero(node)],
  Compress: (node) => [compressed(node)],
} satisfies ImportRules;

/** The part of x that indices of a smaller shape can reach. */
function corner(x: Tensor, shape: readonly number[], axis: number): Tensor {
  return shape.reduce((t, d, i) => (i === axis ? t : slice(t, i, 0, Math.min(d, dims(t)[i]!))), x);
}
