/**
 * Element-wise kernels: formulas over equally long vectors, written once and run either as WebAssembly SIMD
 * (`kernel-wasm.ts`) or as loops (`kernel-loops.ts`), with the same operations in the same order and so with
 * the same bits.
 *
 * A kernel reads element i of some vectors, some scalars that are the same for all elements, and overwrites
 * element i of some of the vectors; all reads of an element precede its writes.
 */

import { GraftError } from '../../errors.ts';

/** The operations a formula is made of. Each rounds its result to the vectors' precision. */
export type Operator = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'sqrt' | 'abs';

/** A value computed for each element. Using one object in several places computes it once. */
export type Expression =
  | { readonly kind: 'vector'; readonly name: string }
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number }
  | Operation;

export interface Operation {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly operands: readonly Expression[];
}

const binary =
  (operator: Operator) =>
  (a: Expression, b: Expression): Expression => ({ kind: 'operation', operator, operands: [a, b] });
const unary =
  (operator: Operator) =>
  (a: Expression): Expression => ({ kind: 'operation', operator, operands: [a] });

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
export const max = binary('max');
export const sqrt = unary('sqrt');
export const abs = unary('abs');
export const constant = (value: number): Expression => ({ kind: 'constant', value });

const coarse = constant(1e-25);

/**
 * `a` rounded to a multiple of 2^-107 (6e-33) where it is smaller than 1e-25, unchanged where it is larger than
 * 1e-17: (a + 1e-25) - 1e-25.
 *
 * For decaying averages in float32. Rounding to nearest keeps 0.9 times the smallest numbers from ever reaching
 * zero, so the averages of units without gradient would end among the subnormal numbers, on which many processors
 * compute a hundred times more slowly. So rounded they end at numbers that stay normal when multiplied with a
 * learning rate.
 */
export const awayFromSubnormal = (a: Expression): Expression => sub(add(a, coarse), coarse);

/** A formula with the vectors `V` and the scalars `S`. */
export interface Kernel<V extends string = string, S extends string = string> {
  readonly vectors: readonly V[];
  readonly scalars: readonly S[];
  /** Every operation once, operands before the operations that use them. */
  readonly operations: readonly Operation[];
  readonly writes: readonly { readonly vector: V; readonly value: Expression }[];
}

/**
 * Runs a kernel on the elements [offset, offset + length) of the vectors it was bound to. Scalars are rounded to
 * the vectors' precision first.
 */
export type RunKernel<S extends string = string> = (
  offset: number,
  length: number,
  scalars: Readonly<Record<S, number>>,
) => void;

/** The kernel that sets each vector named in `body`'s result to the value given for it. */
export function kernel<const V extends string, const S extends string>(
  vectors: readonly V[],
  scalars: readonly S[],
  body: (
    v: Readonly<Record<V, Expression>>,
    s: Readonly<Record<S, Expression>>,
  ) => Partial<Record<V, Expression>>,
): Kernel<V, S> {
  const leaves = (kind: 'vector' | 'scalar', names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { kind, name }]));
  const result = body(
    leaves('vector', vectors) as Record<V, Expression>,
    leaves('scalar', scalars) as Record<S, Expression>,
  );
  const writes = (Object.entries(result) as [V, Expression][]).map(([vector, value]) => ({ vector, value }));
  const operations: Operation[] = [];
  const seen = new Set<Expression>();
  const visit = (expression: Expression | undefined): void => {
    if (expression === undefined)
      throw new GraftError('invalid-value', {
        what: 'a kernel operand',
        received: undefined,
        allowed: `a value made from the vectors ${vectors.join(', ')} and the scalars ${scalars.join(', ')}`,
      });
    if (expression.kind !== 'operation' || seen.has(expression)) return;
    seen.add(expression);
    for (const operand of expression.operands) visit(operand);
    operations.push(expression);
  };
  for (const { value } of writes) visit(value);
  return { vectors, scalars, operations, writes };
}
