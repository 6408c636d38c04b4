import { apply, asTensor, type Operand } from '../build.ts';
import type { DType } from '../ops.ts';
import type { Tensor } from '../tensor.ts';

/* One operand. Shapes are kept. */

export const neg = (x: Tensor): Tensor => apply('neg', [x], {});
export const exp = (x: Tensor): Tensor => apply('exp', [x], {});
/** Natural logarithm. */
export const log = (x: Tensor): Tensor => apply('log', [x], {});
export const sqrt = (x: Tensor): Tensor => apply('sqrt', [x], {});
export const reciprocal = (x: Tensor): Tensor => apply('reciprocal', [x], {});
export const erf = (x: Tensor): Tensor => apply('erf', [x], {});
/** |x|; its derivative at 0 is 0. */
export const abs = (x: Tensor): Tensor => apply('abs', [x], {});
/** -1, 0 or 1; its derivative is 0. */
export const sign = (x: Tensor): Tensor => apply('sign', [x], {});
export const sin = (x: Tensor): Tensor => apply('sin', [x], {});
export const cos = (x: Tensor): Tensor => apply('cos', [x], {});
export const atan = (x: Tensor): Tensor => apply('atan', [x], {});
/** The largest integer not above x; its derivative is 0. */
export const floor = (x: Tensor): Tensor => apply('floor', [x], {});
export const square = (x: Tensor): Tensor => mul(x, x);

/* Activations */

export const tanh = (x: Tensor): Tensor => apply('tanh', [x], {});
/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: Tensor): Tensor => apply('sigmoid', [x], {});
/** max(x, 0); its derivative at 0 is 0. */
export const relu = (x: Tensor): Tensor => apply('relu', [x], {});
/** x where x > 0, else alpha x; its derivative at 0 is alpha. */
export const leakyRelu = (x: Tensor, alpha = 0.01): Tensor => apply('leaky-relu', [x], { alpha });
/** x where x > 0, else alpha (exp(x) - 1). */
export const elu = (x: Tensor, alpha = 1): Tensor => apply('elu', [x], { alpha });
/** x Phi(x), exactly or by the tanh approximation (Hendrycks and Gimpel 2016). */
export const gelu = (x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor =>
  apply('gelu', [x], { approximate });
/** x sigmoid(x). */
export const silu = (x: Tensor): Tensor => apply('silu', [x], {});
/** log(1 + exp(x)); on the engine 0 below about -17, where that is at most 4e-8. */
export const softplus = (x: Tensor): Tensor => apply('softplus', [x], {});

/** The identity, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => apply('stop-gradient', [x], {});
export const cast = (x: Tensor, to: DType): Tensor => (x.dtype === to ? x : apply('cast', [x], { to }));

/* Two operands, broadcast together */

export const add = (a: Operand, b: Operand): Tensor => apply('add', [asTensor(a), asTensor(b)], {});
export const sub = (a: Operand, b: Operand): Tensor => apply('sub', [asTensor(a), asTensor(b)], {});
export const mul = (a: Operand, b: Operand): Tensor => apply('mul', [asTensor(a), asTensor(b)], {});
export const div = (a: Operand, b: Operand): Tensor => apply('div', [asTensor(a), asTensor(b)], {});
/** a to the power b; no gradient flows to b where a is 0, nor to a where b is 0. */
export const pow = (a: Operand, b: Operand): Tensor => apply('pow', [asTensor(a), asTensor(b)], {});
/** The smaller of two; where they are equal each gets half of the gradient. */
export const minimum = (a: Operand, b: Operand): Tensor => apply('minimum', [asTensor(a), asTensor(b)], {});
/** The larger of two; where they are equal each gets half of the gradient. */
export const maximum = (a: Operand, b: Operand): Tensor => apply('maximum', [asTensor(a), asTensor(b)], {});

export const equal = (a: Operand, b: Operand): Tensor => apply('equal', [asTensor(a), asTensor(b)], {});
export const less = (a: Operand, b: Operand): Tensor => apply('less', [asTensor(a), asTensor(b)], {});
export const lessOrEqual = (a: Operand, b: Operand): Tensor =>
  apply('less-or-equal', [asTensor(a), asTensor(b)], {});
export const greater = (a: Operand, b: Operand): Tensor => less(b, a);
export const not = (a: Tensor): Tensor => apply('not', [a], {});
export const and = (a: Tensor, b: Tensor): Tensor => apply('and', [a, b], {});
export const or = (a: Tensor, b: Tensor): Tensor => apply('or', [a, b], {});

/** a where the condition holds, else b. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  apply('where', [condition, asTensor(a), asTensor(b)], {});

/**
 * x limited to [low, high]; the gradient passes where low <= x <= high, as in PyTorch. What is not a number stays so,
 * that it may be noticed.
 */
export function clamp(x: Tensor, low = -Infinity, high = Infinity): Tensor {
  const raised = low > -Infinity ? where(less(x, low), low, x) : x;
  return high < Infinity ? where(less(high, x), high, raised) : raised;
}
