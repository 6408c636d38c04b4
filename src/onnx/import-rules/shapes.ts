import { constant } from '../../tensor/build.ts';
import { gather, oneHot, transpose } from '../../tensor/functions/arrangement.ts';
import * as f from '../../tensor/functions/elementwise.ts';
import { add, cast, floor, less, mul, not, sub, where } from '../../tensor/functions/elementwise.ts';
import { cumsum } from '../../tensor/functions/reduction.ts';
import type { DType } from '../../tensor/ops.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type ElementType, elementTypes } from '../model-proto.ts';
import { truncate } from './arithmetic.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { computed, dims, filled, integers, known, LARGEST_CONSTANT, type Value } from './value.ts';

/** The type in which a program computes what a file declares: whole numbers have 32 bits, fractions float32. */
export const computedTypes: Readonly<Record<Exclude<ElementType, 'string'>, DType>> = {
  float32: 'float32',
  float64: 'float32',
  float16: 'float32',
  bfloat16: 'float32',
  int8: 'int32',
  int16: 'int32',
  int32: 'int32',
  int64: 'int32',
  uint8: 'int32',
  uint16: 'int32',
  uint32: 'int32',
  uint64: 'int32',
  bool: 'bool',
};

const namesOfTypes = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, number]) => [number, name as ElementType]),
);

/** Casts as ONNX does: fractions are cut off, bytes wrap around. */
function converted(node: ImportNode, x: Value): Value {
  const to = node.int('to', 0);
  const name = namesOfTypes.get(to);
  if (name === undefined || name === 'string' || name === 'bfloat16')
    return node.refuse(
      `it casts to ${name ?? `the element type ${to}`}, which is not a number that programs have`,
    );
  const dtype = computedTypes[name];
  const numbers = x.numbers();
  if (numbers !== undefined && name === 'int64' && x.dtype === 'int32')
    return known(Float64Array.from(numbers), x.shape, 'int32');
  if (x.dtype === dtype && name !== 'uint8') return x;
  if (name !== 'uint8') return computed(cast(x.tensor(), dtype));
  const whole = truncate(cast(x.tensor(), 'float32'));
  return computed(cast(sub(whole, mul(floor(mul(whole, 1 / 256)), 256)), 'int32'));
}

function rangeOf(node: ImportNode): Value {
  const [start, limit, delta] = [0, 1, 2].map((i) => node.number(i, ['start', 'limit', 'delta'][i]!)) as [
    number,
    number,
    number,
  ];
  const length = delta === 0 ? Infinity : Math.max(0, Math.ceil((limit - start) / delta));
  if (!(length <= LARGEST_CONSTANT)) node.refuse(`it makes ${length} numbers`);
  node.checkConstant([length]);
  return known(
    Float64Array.from({ length }, (_, i) => start + i * delta),
    [length],
    node.value(0).dtype,
  );
}

/** Keeps the part of each matrix on one side of a diagonal. */
function triangle(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const [rows, columns] = dims(x).slice(-2) as [number, number];
  if (x.shape.length < 2) node.refuse('it needs matrices');
  const offset = node.has(1) ? node.number(1, 'diagonal') : 0;
  const upper = node.int('upper', 1) === 1;
  node.checkConstant([rows, columns]);
  const kept = constant(
    Uint8Array.from({ length: rows * columns }, (_, i) => {
      const distance = (i % columns) - Math.floor(i / columns);
      return (upper ? distance >= offset : distance <= offset) ? 1 : 0;
    }),
    [rows, columns],
  );
  if (x.dtype === 'bool') return f.and(kept, x);
  return where(kept, x, x.dtype === 'int32' ? integers([0], []) : 0);
}

function identityMatrix(node: ImportNode): Tensor {
  const [rows, columns] = node.value(0).shape as [number, number];
  const offset = node.int('k', 0);
  const name = namesOfTypes.get(node.int('dtype', 0));
  const dtype = name === undefined || name === 'string' ? node.value(0).dtype : computedTypes[name];
  node.checkConstant([rows, columns]);
  const ones = Float64Array.from({ length: rows * columns }, (_, i) =>
    (i % columns) - Math.floor(i / columns) === offset ? 1 : 0,
  );
  return known(ones, [rows, columns], dtype).tensor();
}

/** `on` at each index along a new axis, `off` elsewhere; indices beyond the depth give `off` alone. */
function hot(node: ImportNode): Tensor {
  const indices = cast(node.tensor(0), 'int32');
  const depth = node.number(1, 'depth');
  node.checkConstant([depth]);
  node.checkValue([sizeOf(dims(indices)), depth]);
  const values = node.tensor(2);
  const rank = indices.shape.length + 1;
  const axis = node.axis(node.int('axis', -1), rank);
  const zero = integers([0], []);
  const negative = less(indices, zero);
  const places = where(negative, add(indices, integers([depth], [])), indices);
  const inside = f.and(not(less(places, zero)), less(places, integers([depth], [])));
  // One place more, which is cut off, takes what lies outside.
  const marked = oneHot(where(inside, places, integers([depth], [])), depth + 1);
  const last = rank - 1;
  const cut = gather(marked, integers(Array.from({ length: depth }, (_, i) => i)), last);
  const order = Array.from({ length: rank }, (_, i) => (i < axis ? i : i === axis ? last : i - 1));
  const chosen = f.equal(transpose(cut, order), 1);
  const at = (i: number) => gather(values, integers([i], []), 0);
  return where(chosen, at(1), at(0));
}

function shapeOf(node: ImportNode): Value {
  const { shape } = node.value(0);
  const rank = shape.length;
  const limit = (value: number) => Math.max(0, Math.min(rank, value < 0 ? value + rank : value));
  const [start, end] = [limit(node.int('start', 0)), limit(node.int('end', rank))];
  const part = shape.slice(start, Math.max(start, end));
  return known(Float64Array.from(part), [part.length], 'int32');
}

function constantOf(node: ImportNode): Value {
  const tensor = node.attribute('value', 'tensor');
  if (tensor !== undefined) return node.graphs.constant(tensor);
  const scalar = node.attribute('value_float', 'float');
  if (scalar !== undefined) return known(Float64Array.of(scalar), [], 'float32');
  const whole = node.attribute('value_int', 'int');
  if (whole !== undefined) return known(Float64Array.of(whole), [], 'int32');
  const list = node.floats('value_floats');
  if (list !== undefined) return known(Float64Array.from(list), [list.length], 'float32');
  const wholes = node.ints('value_ints');
  if (wholes !== undefined) return known(Float64Array.from(wholes), [wholes.length], 'int32');
  return node.refuse('its value is neither a tensor nor numbers');
}

function sameEverywhere(node: ImportNode): Value {
  const shape = node.numbers(0, 'shape');
  node.checkValue(shape);
  const tensor = node.attribute('value', 'tensor');
  if (tensor === undefined) return filled(0, shape);
  const value = node.graphs.constant(tensor);
  return filled(value.numbers()?.[0] ?? 0, shape, value.dtype);
}

/** A window of a sum of cosines with alternating signs. */
const cosineWindow =
  (weights: readonly number[]) =>
  (node: ImportNode): Value[] => {
    const size = node.number(0, 'size');
    node.checkConstant([size]);
    const period = node.int('periodic', 1) === 1 ? size : size - 1;
    const at = (i: number) =>
      weights.reduce((sum, w, k) => sum + (-1) ** k * w * Math.cos((2 * Math.PI * k * i) / period), 0);
    return [
      known(
        Float64Array.from({ length: size }, (_, i) => at(i)),
        [size],
        'float32',
      ),
    ];
  };

/** Shapes as numbers, constants, and tensors that follow from shapes alone. */
export const shapeRules = {
  Constant: (node) => [constantOf(node)],
  ConstantOfShape: (node) => [sameEverywhere(node)],
  Shape: (node) => [shapeOf(node)],
  Size: (node) => [known(Float64Array.of(sizeOf(node.value(0).shape)), [], 'int32')],
  Cast: (node) => [converted(node, node.value(0))],
  CastLike: (node) => {
    const { dtype } = node.value(1);
    const x = node.value(0);
    return [x.dtype === dtype ? x : cast(x.tensor(), dtype)];
  },
  Range: (node) => [rangeOf(node)],
  HannWindow: cosineWindow([0.5, 0.5]),
  HammingWindow: cosineWindow([25 / 46, 21 / 46]),
  BlackmanWindow: cosineWindow([0.42, 0.5, 0.08]),
  EyeLike: (node) => [identityMatrix(node)],
  Trilu: (node) => [triangle(node)],
  OneHot: (node) => [hot(node)],
  CumSum: (node) => {
    const x = node.tensor(0);
    const axis = node.axis(node.number(1, 'axis'), x.shape.length);
    const options = { exclusive: node.int('exclusive', 0) === 1, reverse: node.int('reverse', 0) === 1 };
    return [cast(cumsum(cast(x, 'float32'), axis, options), x.dtype)];
  },
} satisfies ImportRules;
