import { product, type Shape, sameShape } from '../../tensor/shape.ts';
import { isOp, type Tensor } from '../../tensor/tensor.ts';
import { float, type GraphBuilder, MICROSOFT } from '../graph-builder.ts';
import { emitReshape } from './arrangement.ts';
import type { Lowering, Readers } from './lower-rule.ts';
import { scalarOf } from './scalar.ts';

/** alpha op(a) op(b) + beta c, where op transposes the last two axes or does nothing. */
interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
  readonly shape: Shape;
}

interface Addend {
  readonly c: Tensor;
  readonly beta: number;
}

/**
 * Lowers a tensor that is a matrix product, times a number, plus a tensor, to one Gemm, FusedMatMul or MatMul.
 * Undefined where it is no such thing, or where one operator cannot compute it.
 */
export function lowerProduct(tensor: Tensor, readers: Readers): Lowering | undefined {
  const plain = matchProduct(tensor, readers);
  if (plain !== undefined) return isFlat(plain) ? gemm(plain) : batched(plain);
  for (const { factor, product: candidate, c, beta } of sums(tensor)) {
    if (!readers.once(candidate)) continue;
    const found = matchProduct(candidate, readers);
    if (found === undefined || !isFlat(found) || !sameShape(found.shape, tensor.shape)) continue;
    const addend = asAddend(c, found);
    if (addend !== undefined) return gemm({ ...found, alpha: found.alpha * factor }, { c: addend, beta });
  }
  return undefined;
}

/** The ways to read a tensor as factor product + beta c. */
function sums(tensor: Tensor): { product: Tensor; factor: number; c: Tensor; beta: number }[] {
  const { node } = tensor;
  const [x, y] = node.inputs;
  if (isOp(node, 'add'))
    return [
      { product: x!, factor: 1, c: y!, beta: 1 },
      { product: y!, factor: 1, c: x!, beta: 1 },
    ];
  if (isOp(node, 'sub'))
    return [
      { product: x!, factor: 1, c: y!, beta: -1 },
      { product: y!, factor: -1, c: x!, beta: 1 },
    ];
  return [];
}

/** Reads a tensor as a scaled product. The tensor itself may have any number of readers, what it takes over only one. */
function matchProduct(tensor: Tensor, readers: Readers): Product | undefined {
  const { node } = tensor;
  if (isOp(node, 'matmul')) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const left = untransposed(a, node.attributes.transposeA);
    const right = untransposed(b, node.attributes.transposeB);
    return {
      a: left.tensor,
      b: right.tensor,
      transposeA: left.transpose,
      transposeB: right.transpose,
      alpha: 1,
      shape: tensor.shape,
    };
  }
  const scaled = scaledOperand(tensor);
  if (scaled === undefined || !readers.once(scaled.operand)) return undefined;
  if (!sameShape(scaled.operand.shape, tensor.shape)) return undefined;
  const inner = matchProduct(scaled.operand, readers);
  return inner === undefined ? undefined : { ...inner, alpha: inner.alpha * scaled.factor };
}

function scaledOperand({ node }: Tensor): { operand: Tensor; factor: number } | undefined {
  const [x, y] = node.inputs;
  if (isOp(node, 'neg')) return { operand: x!, factor: -1 };
  if (isOp(node, 'div')) {
    const divisor = scalarOf(y!);
    return divisor === undefined || divisor === 0 ? undefined : { operand: x!, factor: 1 / divisor };
  }
  if (!isOp(node, 'mul')) return undefined;
  const left = scalarOf(x!);
  if (left !== undefined) return { operand: y!, factor: left };
  const right = scalarOf(y!);
  return right === undefined ? undefined : { operand: x!, factor: right };
}

/** Takes a transpose of the last two axes into the product. */
function untransposed(tensor: Tensor, transpose: boolean): { tensor: Tensor; transpose: boolean } {
  const { node } = tensor;
  if (!isOp(node, 'transpose')) return { tensor, transpose };
  const { permutation } = node.attributes;
  const n = permutation.length;
  const swapsLast =
    n >= 2 && permutation.every((axis, i) => axis === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i));
  return swapsLast ? untransposed(node.inputs[0]!, !transpose) : { tensor, transpose };
}

/** True when the product is one of two matrices once the leading axes of `a` are joined. */
function isFlat({ a, b, transposeA }: Product): boolean {
  return b.shape.length === 2 && (a.shape.length === 2 || !transposeA);
}

/** `c` as Gemm's third operand, if Gemm can broadcast it; behind expands. */
function asAddend(c: Tensor, { shape }: Product): Tensor | undefined {
  let bare = c;
  while (isOp(bare.node, 'expand')) bare = bare.node.inputs[0]!;
  if (sameShape(bare.shape, shape)) return bare;
  if (bare.shape.length > shape.length) return undefined;
  if (shape.length === 2) return bare;
  // With joined axes only a row serves for all of them.
  return bare.shape.slice(0, -1).every((dimension) => dimension === 1) ? bare : undefined;
}

function gemm({ a, b, transposeA, transposeB, alpha, shape }: Product, addend?: Addend): Lowering {
  const joined = shape.length > 2;
  const rows = product(shape.slice(0, -1));
  const columns = shape[shape.length - 1]!;
  return {
    reads: addend === undefined ? [a, b] : [a, b, addend.c],
    emit: (graph, [left, right, third]) => {
      const attributes = {
        ...(transposeA ? { transA: 1 } : {}),
        ...(transposeB ? { transB: 1 } : {}),
        ...(alpha === 1 ? {} : { alpha: float(alpha) }),
        ...(addend === undefined || addend.beta === 1 ? {} : { beta: float(addend.beta) }),
      };
      const matrix = joined
        ? emitReshape(graph, left!, a.shape, [rows, a.shape[a.shape.length - 1]!])
        : left!;
      const inputs = [matrix, right!];
      if (addend !== undefined) inputs.push(emitAddend(graph, third!, addend.c.shape, shape, rows, columns));
      const y = graph.node('Gemm', inputs, attributes);
      return [joined ? emitReshape(graph, y, [rows, columns], shape) : y];
    },
  };
}

function emitAddend(
  graph: GraphBuilder,
  name: string,
  from: Shape,
  shape: Shape,
  rows: Shape[number],
  columns: Shape[number],
): string {
  if (shape.length === 2) return name;
  if (sameShape(from, shape)) return emitReshape(graph, name, from, [rows, columns]);
  return from.length <= 1 ? name : emitReshape(graph, name, from, [from[from.length - 1]!]);
}

function batched({ a, b, transposeA, transposeB, alpha }: Product): Lowering {
  return {
    reads: [a, b],
    emit: (graph, reads) => {
      if (!transposeA && !transposeB && alpha === 1) return [graph.node('MatMul', reads)];
      return [
        graph.node(
          'FusedMatMul',
          reads,
          {
            ...(transposeA ? { transA: 1 } : {}),
            ...(transposeB ? { transB: 1 } : {}),
            ...(alpha === 1 ? {} : { alpha: float(alpha) }),
          },
          MICROSOFT,
        ),
      ];
    },
  };
}
