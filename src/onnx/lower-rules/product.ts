import { product, type Shape, sameShape } from '../../tensor/shape.ts';
import { isOp, type Node, type Tensor } from '../../tensor/tensor.ts';
import { float, type GraphBuilder, MICROSOFT } from '../graph-builder.ts';
import { emitReshape } from './arrangement.ts';
import type { LowerContext, Lowering } from './lower-rule.ts';
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
export function lowerProduct(tensor: Tensor, context: LowerContext): Lowering | undefined {
  const found = match(tensor, context);
  if (found === undefined) return undefined;
  return isFlat(found.product) ? gemm(found.product, found.addend) : batched(found.product);
}

interface Match {
  readonly product: Product;
  readonly addend?: Addend;
}

/** Reads a tensor as a scaled product plus a tensor. Only the tensor itself may have several readers. */
function match(tensor: Tensor, context: LowerContext): Match | undefined {
  if (isOp(tensor.node, 'matmul')) return { product: matchMatmul(tensor.node, tensor.shape) };
  const scaled = scaledOperand(tensor);
  if (scaled !== undefined) {
    const inner = context.once(scaled.operand) ? match(scaled.operand, context) : undefined;
    return inner === undefined ? undefined : scale(inner, scaled.factor);
  }
  for (const { term, factor, c, beta } of sums(tensor)) {
    const inner =
      context.once(term) && sameShape(term.shape, tensor.shape) ? match(term, context) : undefined;
    if (inner === undefined || inner.addend !== undefined || !isFlat(inner.product)) continue;
    const bare = unscaled(c);
    const addend = asAddend(bare.tensor, inner.product);
    if (addend === undefined) continue;
    return { ...scale(inner, factor), addend: { c: addend, beta: beta * bare.factor } };
  }
  return undefined;
}

const scale = ({ product: p, addend }: Match, factor: number): Match => ({
  product: { ...p, alpha: p.alpha * factor },
  ...(addend === undefined ? {} : { addend: { c: addend.c, beta: addend.beta * factor } }),
});

/** The ways to read a tensor as factor term + beta c. */
function sums(tensor: Tensor): { term: Tensor; factor: number; c: Tensor; beta: number }[] {
  const { node } = tensor;
  const [x, y] = node.inputs;
  if (isOp(node, 'add'))
    return [
      { term: x!, factor: 1, c: y!, beta: 1 },
      { term: y!, factor: 1, c: x!, beta: 1 },
    ];
  if (isOp(node, 'sub'))
    return [
      { term: x!, factor: 1, c: y!, beta: -1 },
      { term: y!, factor: -1, c: x!, beta: 1 },
    ];
  return [];
}

/** A product with the transposes and scalar factors of its operands taken in; those may have other readers. */
function matchMatmul(node: Node<'matmul'>, shape: Shape): Product {
  let alpha = 1;
  const strip = (operand: Tensor, transposed: boolean): { tensor: Tensor; transpose: boolean } => {
    let tensor = operand;
    let transpose = transposed;
    for (;;) {
      const { tensor: bare, factor } = unscaled(tensor);
      alpha *= factor;
      const turned = swapsLast(bare);
      if (!turned) return { tensor: bare, transpose };
      tensor = bare.node.inputs[0]!;
      transpose = !transpose;
    }
  };
  const a = strip(node.inputs[0]!, node.attributes.transposeA);
  const b = strip(node.inputs[1]!, node.attributes.transposeB);
  return { a: a.tensor, b: b.tensor, transposeA: a.transpose, transposeB: b.transpose, alpha, shape };
}

/** The tensor without the scalar factors in front of it. */
function unscaled(tensor: Tensor): { tensor: Tensor; factor: number } {
  let bare = tensor;
  let factor = 1;
  for (let next = scaledOperand(bare); next !== undefined; next = scaledOperand(bare)) {
    bare = next.operand;
    factor *= next.factor;
  }
  return { tensor: bare, factor };
}

/** Reads a tensor as a scalar factor times a tensor of its shape. */
function scaledOperand({ node, shape }: Tensor): { operand: Tensor; factor: number } | undefined {
  const [x, y] = node.inputs;
  if (isOp(node, 'neg')) return { operand: x!, factor: -1 };
  if (!isOp(node, 'div') && !isOp(node, 'mul')) return undefined;
  const right = sameShape(x!.shape, shape) ? scalarOf(y!) : undefined;
  if (isOp(node, 'div'))
    return right === undefined || right === 0 ? undefined : { operand: x!, factor: 1 / right };
  if (right !== undefined) return { operand: x!, factor: right };
  const left = sameShape(y!.shape, shape) ? scalarOf(x!) : undefined;
  return left === undefined ? undefined : { operand: y!, factor: left };
}

/** True for a transpose of the last two axes. */
function swapsLast({ node }: Tensor): boolean {
  if (!isOp(node, 'transpose')) return false;
  const { permutation } = node.attributes;
  const n = permutation.length;
  return n >= 2 && permutation.every((axis, i) => axis === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i));
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
    emit: (graph, [left, right]) => [
      emitMatmul(graph, left!, right!, {
        alpha,
        ...(transposeA ? { transposeA: a.shape.length } : {}),
        ...(transposeB ? { transposeB: b.shape.length } : {}),
      }),
    ],
  };
}

/** alpha op(a) op(b) over batches; `transposeA` and `transposeB` are the operands' ranks where they are transposed. */
export function emitMatmul(
  graph: GraphBuilder,
  a: string,
  b: string,
  { alpha = 1, transposeA, transposeB }: { alpha?: number; transposeA?: number; transposeB?: number },
): string {
  if (transposeA === undefined && transposeB === undefined && alpha === 1)
    return graph.node('MatMul', [a, b]);
  if (graph.portable) {
    const turned = (name: string, rank: number | undefined) =>
      rank === undefined
        ? name
        : graph.node('Transpose', [name], { perm: [...Array(rank - 2).keys(), rank - 1, rank - 2] });
    const product = graph.node('MatMul', [turned(a, transposeA), turned(b, transposeB)]);
    return alpha === 1 ? product : graph.node('Mul', [product, graph.float(alpha)]);
  }
  return graph.node(
    'FusedMatMul',
    [a, b],
    {
      ...(transposeA === undefined ? {} : { transA: 1 }),
      ...(transposeB === undefined ? {} : { transB: 1 }),
      ...(alpha === 1 ? {} : { alpha: float(alpha) }),
    },
    MICROSOFT,
  );
}
