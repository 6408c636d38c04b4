import type { OpName } from '../ops.ts';
import { sizeOf } from '../shape.ts';
import { isOp, type Node, type Tensor } from '../tensor.ts';

/**
 * A tensor that holds a part for each example of a batch, made of that example alone and for all in the same way, is in
 * row-major order [before, batch, rest]. What is known of it is `before`, which no reshape changes.
 */
export type Before = number;

/** The axis that examples lie along: [within, batch, rest] of it. */
interface Place {
  readonly axis: number;
  readonly within: number;
}

/** What a node reads: with a place for each example, or (without `before`) the same for all examples. */
interface Operand {
  readonly tensor: Tensor;
  readonly before: Before | undefined;
  readonly place: Place | undefined;
}

/** Where the examples lie in each of a node's outputs; undefined where it does not keep them apart. */
type Rule<O extends OpName> = (
  node: Node<O>,
  operands: readonly Operand[],
  batch: number,
) => readonly (Place | undefined)[] | undefined;

/**
 * `before` of each of a node's outputs, given those of its operands (undefined for operands that depend on no example);
 * undefined where the node mixes examples, or treats them by their position in the batch, or where neither is sure.
 */
export function examplesApart(
  node: Node,
  before: readonly (Before | undefined)[],
  batch: number,
): readonly Before[] | undefined {
  // A batch of one example has nothing to mix.
  if (batch === 1) return node.outputs.map(() => 1);
  // A reshape may split the examples' axis: then they lie along none, but still in their order.
  if (node.op === 'reshape') return before as readonly Before[];
  const operands = node.inputs.map((tensor, i): Operand => {
    const own = before[i];
    return { tensor, before: own, place: own === undefined ? undefined : placeOf(tensor, own, batch) };
  });
  if (operands.some((operand) => operand.before !== undefined && operand.place === undefined))
    return undefined;
  const places = (rules[node.op] as Rule<OpName>)(node, operands, batch);
  if (places === undefined || places.includes(undefined)) return undefined;
  return node.outputs.map((output, i) => beforeOf(output, places[i]!));
}

const shapeOf = ({ shape }: Tensor): readonly number[] => shape as readonly number[];

const beforeOf = (tensor: Tensor, { axis, within }: Place): Before =>
  sizeOf(shapeOf(tensor).slice(0, axis)) * within;

function placeOf(tensor: Tensor, before: Before, batch: number): Place | undefined {
  let lead = 1;
  for (const [axis, size] of shapeOf(tensor).entries()) {
    const within = before / lead;
    if (Number.isInteger(within) && size > 0 && size % (within * batch) === 0) return { axis, within };
    lead *= size;
  }
  return undefined;
}

/** Nodes that are looked through for what repeats a value. */
const DEPTH = 16;

/** Whether a tensor that depends on no example is sure to be the same all along the place of the examples. */
function isUniform({ node, shape }: Tensor, place: Place, batch: number, depth = DEPTH): boolean {
  if (depth === 0) return false;
  if (rules[node.op] === pointwise)
    return node.inputs.every((x) => {
      const axis = place.axis - (shape.length - x.shape.length);
      return axis < 0 || x.shape[axis] === 1 || isUniform(x, { ...place, axis }, batch, depth - 1);
    });
  if (isOp(node, 'reshape')) {
    const [x] = node.inputs as [Tensor];
    const moved = placeOf(x, beforeOf(node.outputs[0]!, place), batch);
    return moved !== undefined && isUniform(x, moved, batch, depth - 1);
  }
  if (!isOp(node, 'constant')) return false;
  const { data } = node.attributes;
  const rest = data.length / (beforeOf(node.outputs[0]!, place) * batch);
  return data.every((value, i) => {
    const example = Math.floor(i / rest) % batch;
    return example === 0 || Object.is(value, data[i - example * rest]);
  });
}

/**
 * The place that operands agree on, where axis i of each stands for axis i + shift of the result. Those that depend on
 * no example must be the same all along it.
 */
function agreed(list: readonly (readonly [Operand, number])[], batch: number): Place | undefined {
  const places = list.flatMap(([{ place }, shift]) =>
    place === undefined ? [] : [{ ...place, axis: place.axis + shift }],
  );
  const [first] = places;
  if (first === undefined) return undefined;
  if (places.some(({ axis, within }) => axis !== first.axis || within !== first.within)) return undefined;
  const fits = list.every(([{ tensor, place }, shift]) => {
    const axis = first.axis - shift;
    if (place !== undefined || axis < 0 || tensor.shape[axis] === 1) return true;
    return isUniform(tensor, { ...first, axis }, batch);
  });
  return fits ? first : undefined;
}

/** Operands broadcast together from the right. */
const broadcast = (rank: number, operands: readonly Operand[]): (readonly [Operand, number])[] =>
  operands.map((operand) => [operand, rank - operand.tensor.shape.length]);

const pointwise: Rule<OpName> = (node, operands, batch) => [
  agreed(broadcast(node.outputs[0]!.shape.length, operands), batch),
];

/** Works along some axes only; all outputs have the operand's axes, shortened or not. */
const along =
  <O extends OpName>(axes: (node: Node<O>) => readonly number[]): Rule<O> =>
  (node, [x, ...others]) =>
    others.some(({ place }) => place !== undefined) || axes(node).includes(x!.place!.axis)
      ? undefined
      : node.outputs.map(() => x!.place);

const reduction: Rule<'sum' | 'mean' | 'max' | 'min'> = (node, [x]) => {
  const { axes, keep } = node.attributes;
  const { axis, within } = x!.place!;
  if (axes.includes(axis)) return undefined;
  return [{ axis: keep ? axis : axis - axes.filter((other) => other < axis).length, within }];
};

const lastAxis = (node: Node): number => node.inputs[0]!.shape.length - 1;
/** All axes but the first. */
const behindFirst = (node: Node): readonly number[] => node.inputs[0]!.shape.map((_, axis) => axis).slice(1);

const matmul: Rule<'matmul'> = (node, [a, b], batch) => {
  const rank = node.outputs[0]!.shape.length;
  const { transposeA, transposeB } = node.attributes;
  /** The result's axis that an operand's row or column axis stands for; undefined for the summed one. */
  const inMatrix = ({ tensor, place }: Operand, transposed: boolean, own: 0 | 1): Place | undefined => {
    const at = place!.axis - (tensor.shape.length - 2);
    return at === (transposed ? 1 - own : own) ? { ...place!, axis: rank - 2 + own } : undefined;
  };
  const leads = ({ tensor, place }: Operand) => place === undefined || place.axis < tensor.shape.length - 2;
  if (leads(a!) && leads(b!)) return [agreed(broadcast(rank, [a!, b!]), batch)];
  if (a!.place !== undefined && b!.place !== undefined) return undefined;
  return [a!.place !== undefined ? inMatrix(a!, transposeA, 0) : inMatrix(b!, transposeB, 1)];
};

const gather: Rule<'gather'> = (node, [x, indices]) => {
  const { axis } = node.attributes;
  const rank = indices!.tensor.shape.length;
  if (x!.place === undefined) return [{ ...indices!.place!, axis: axis + indices!.place!.axis }];
  if (indices!.place !== undefined || x!.place.axis === axis) return undefined;
  return [{ ...x!.place, axis: x!.place.axis < axis ? x!.place.axis : x!.place.axis + rank - 1 }];
};

/** Two operands of one shape but for an axis. */
const paired: Rule<'gather-elements' | 'scatter-add'> = (node, operands, batch) => {
  const place = agreed(broadcast(node.outputs[0]!.shape.length, operands), batch);
  return place?.axis === node.attributes.axis ? undefined : [place];
};

const attention: Rule<'attention'> = (node, operands, batch) => {
  const rank = node.outputs[1]!.shape.length;
  const place = agreed(broadcast(rank, operands), batch);
  return place === undefined || place.axis >= rank - 2 ? undefined : [place, place];
};

/** Sums [time, batch, n] and states [batch, width]; matrix and bias are the same for all. */
const recurrence =
  (shared: number): Rule<'lstm' | 'gru'> =>
  (node, [x, ...others], batch) => {
    if (others.slice(0, shared).some(({ place }) => place !== undefined)) return undefined;
    const starts = others.slice(shared).map((start) => [start, 1] as const);
    const place = agreed([[x!, 0], ...starts], batch);
    return place?.axis === 1 ? node.outputs.map(() => place) : undefined;
  };

const leaf: Rule<OpName> = () => undefined;

const rules: { readonly [O in OpName]: Rule<O> } = {
  input: leaf,
  constant: leaf,
  neg: pointwise,
  exp: pointwise,
  log: pointwise,
  sqrt: pointwise,
  reciprocal: pointwise,
  erf: pointwise,
  abs: pointwise,
  sign: pointwise,
  sin: pointwise,
  cos: pointwise,
  atan: pointwise,
  floor: pointwise,
  tanh: pointwise,
  sigmoid: pointwise,
  relu: pointwise,
  'leaky-relu': pointwise,
  elu: pointwise,
  gelu: pointwise,
  softplus: pointwise,
  silu: pointwise,
  'stop-gradient': pointwise,
  cast: pointwise,
  not: pointwise,
  add: pointwise,
  sub: pointwise,
  mul: pointwise,
  div: pointwise,
  pow: pointwise,
  minimum: pointwise,
  maximum: pointwise,
  equal: pointwise,
  less: pointwise,
  'less-or-equal': pointwise,
  and: pointwise,
  or: pointwise,
  where: pointwise,
  matmul,
  conv: along(behindFirst),
  'conv-transpose': along(behindFirst),
  'max-pool': along((node) => behindFirst(node).slice(1)),
  'average-pool': along((node) => behindFirst(node).slice(1)),
  sum: reduction,
  mean: reduction,
  max: reduction,
  min: reduction,
  'arg-max': along(({ attributes }) => [attributes.axis]),
  cumsum: along(({ attributes }) => [attributes.axis]),
  reshape: leaf,
  transpose: (node, [x]) => [{ ...x!.place!, axis: node.attributes.permutation.indexOf(x!.place!.axis) }],
  slice: along(({ attributes: { starts, ends, steps }, inputs: [x] }) =>
    starts.flatMap((start, axis) =>
      start === 0 && steps[axis] === 1 && ends[axis] === x!.shape[axis] ? [] : [axis],
    ),
  ),
  concat: (node, operands, batch) => {
    const place = agreed(
      operands.map((operand) => [operand, 0]),
      batch,
    );
    return place?.axis === node.attributes.axis ? undefined : [place];
  },
  pad: along(({ attributes: { before, after } }) =>
    before.flatMap((n, axis) => (n === 0 && after[axis] === 0 ? [] : [axis])),
  ),
  expand: pointwise,
  gather,
  'gather-elements': paired,
  'scatter-add': paired,
  'one-hot': along(() => []),
  'layer-norm': along((node) => [lastAxis(node)]),
  softmax: along((node) => [lastAxis(node)]),
  attention,
  lstm: recurrence(1),
  gru: recurrence(2),
};
