import type { NumberArray } from '../../src/metrics/evaluate-arrays.ts';

/** Joins arrays along their first axis, as collected batch by batch. */
export function concatenateArrays(parts: readonly NumberArray[]): NumberArray {
  const items = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const data = parts.flatMap((part) => Array.from(part.data as ArrayLike<number>));
  return { shape: [items, ...parts[0]!.shape.slice(1)], data: Float64Array.from(data) };
}
