import { GraftError } from '../../errors.ts';
import type { Expression, Kernel, Operator, RunKernel } from './kernel.ts';

/** Elements computed at a time: small enough that all intermediate values stay in the first-level cache. */
const block = 512;

/**
 * Binds a kernel to typed arrays and runs it as plain loops, one operation after another over a block of
 * elements. In float32 each operation is done in float64 and rounded, which for these operations equals float32
 * arithmetic bit for bit; in float64 the same formulas serve as reference. For machines without WebAssembly SIMD: it
 * takes about fifty times as long.
 */
export function bindLoops<V extends string, S extends string>(
  kernel: Kernel<V, S>,
  vectors: Readonly<Record<V, Float32Array | Float64Array>>,
): RunKernel<S> {
  const double = Object.values(vectors).some((vector) => vector instanceof Float64Array);
  const allocate = (): Float32Array | Float64Array =>
    double ? new Float64Array(block) : new Float32Array(block);

  const values = new Map<Expression, Float32Array | Float64Array>();
  const scalars: { name: S; values: Float32Array | Float64Array }[] = [];
  const inputs: { vector: Float32Array | Float64Array; values: Float32Array | Float64Array }[] = [];
  const valuesOf = (expression: Expression): Float32Array | Float64Array => {
    const known = values.get(expression);
    if (known) return known;
    const fresh = allocate();
    values.set(expression, fresh);
    if (expression.kind === 'constant') fresh.fill(expression.value);
    if (expression.kind === 'scalar') scalars.push({ name: expression.name as S, values: fresh });
    if (expression.kind === 'vector') inputs.push({ vector: vectors[expression.name as V], values: fresh });
    return fresh;
  };
  const steps = kernel.operations.map((operation) => {
    const [first, second] = operation.operands.map(valuesOf);
    return { apply: loops[operation.operator], a: first!, b: second ?? first!, out: valuesOf(operation) };
  });
  const writes = kernel.writes.map(({ vector, value }) => ({
    vector: vectors[vector],
    values: valuesOf(value),
  }));

  return (offset, length, given) => {
    for (const scalar of scalars) scalar.values.fill(scalarOf(given, scalar.name));
    for (let start = offset; start < offset + length; start += block) {
      const end = Math.min(start + block, offset + length);
      for (const input of inputs) input.values.set(input.vector.subarray(start, end));
      for (const { apply, a, b, out } of steps) apply(end - start, a, b, out);
      for (const write of writes) write.vector.set(write.values.subarray(0, end - start), start);
    }
  };
}

/** The scalar `name` among those given to a kernel; its absence is an error. */
export function scalarOf(scalars: Readonly<Record<string, number>>, name: string): number {
  const value = scalars[name];
  if (value === undefined)
    throw new GraftError('invalid-value', {
      what: `kernel scalar '${name}'`,
      received: value,
      allowed: 'a number',
    });
  return value;
}

type Loop = (
  count: number,
  a: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
  out: Float32Array | Float64Array,
) => void;

/** Written out one by one: a loop that is given its operation as a function takes ten times as long. */
const loops: Readonly<Record<Operator, Loop>> = {
  add: (count, a, b, out) => {
    for (let i = 0; i < count; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (count, a, b, out) => {
    for (let i = 0; i < count; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (count, a, b, out) => {
    for (let i = 0; i < count; i++) out[i] = a[i]! * b[i]!;
  },
  div: (count, a, b, out) => {
    for (let i = 0; i < count; i++) out[i] = a[i]! / b[i]!;
  },
  max: (count, a, b, out) => {
    for (let i = 0; i < count; i++) out[i] = Math.max(a[i]!, b[i]!);
  },
  sqrt: (count, a, _, out) => {
    for (let i = 0; i < count; i++) out[i] = Math.sqrt(a[i]!);
  },
  abs: (count, a, _, out) => {
    for (let i = 0; i < count; i++) out[i] = Math.abs(a[i]!);
  },
};
