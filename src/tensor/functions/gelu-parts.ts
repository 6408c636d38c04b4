import { apply } from '../build.ts';
import type { Tensor } from '../tensor.ts';
import { add, erf, mul, tanh } from './elementwise.ts';

/** x / sqrt(2) and twice the normal distribution's cumulative density at x, exact or by tanh: gelu = u a / sqrt(2). */
export interface GeluParts {
  readonly u: Tensor;
  readonly a: Tensor;
}

/**
 * The parts of GELU that its gradient needs again. Forward and backward passes build them the same way, so that common
 * subexpressions are found. In terms of u the exact form has no factor but its last one, which a product absorbs.
 */
export function geluParts(x: Tensor, approximate: 'none' | 'tanh'): GeluParts {
  const u = mul(x, Math.SQRT1_2);
  if (approximate === 'none') return { u, a: add(erf(u), 1) };
  return { u, a: add(tanh(mul(mul(u, tanhFactor(u)), 2 / Math.sqrt(Math.PI))), 1) };
}

/** 1 + 0.044715 x^2 in terms of u. */
export const tanhFactor = (u: Tensor): Tensor => add(mul(mul(u, u), 2 * 0.044715), 1);

/** GELU of x put together from its parts. */
export const geluFromParts = ({ u, a }: GeluParts): Tensor => mul(mul(u, a), Math.SQRT1_2);

/** g times GELU's derivative at x. */
export function geluGradient(g: Tensor, x: Tensor, approximate: 'none' | 'tanh'): Tensor {
  const { u, a } = geluParts(x, approximate);
  if (approximate === 'none') {
    const bell = apply('exp', [apply('neg', [mul(u, u)], {})], {});
    return mul(mul(g, add(a, mul(mul(u, bell), 2 / Math.sqrt(Math.PI)))), 0.5);
  }
  // 1 - t^2 = a (2 - a) for t = a - 1.
  const slope = mul(mul(a, add(mul(a, -1), 2)), u);
  const inner = mul(add(mul(mul(u, u), 6 * 0.044715), 1), 2 / Math.sqrt(Math.PI));
  return mul(mul(g, add(a, mul(slope, inner))), 0.5);
}
