import * as f from '../../tensor/functions/elementwise.ts';
import {
  abs,
  add,
  cast,
  clamp,
  div,
  floor,
  less,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  pow,
  sign,
  sub,
  where,
} from '../../tensor/functions/elementwise.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { integers } from './value.ts';

/** Computes in float32 what is defined on numbers with a fraction, and gives the type of the operand back. */
const viaFloat =
  (compute: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    x.dtype === 'float32' ? compute(x) : cast(compute(cast(x, 'float32')), x.dtype);

const isFloat = (x: Tensor) => x.dtype === 'float32';

/** Quotient of whole numbers, rounded towards zero, exact below 2^24: half a unit keeps it off the next whole number. */
function truncatedQuotient(a: Tensor, b: Tensor): Tensor {
  const [x, y] = [cast(a, 'float32'), cast(b, 'float32')];
  const size = floor(div(add(abs(x), 0.5), abs(y)));
  return cast(mul(size, mul(sign(x), sign(y))), 'int32');
}

const quotient = (a: Tensor, b: Tensor): Tensor => (isFloat(a) ? div(a, b) : truncatedQuotient(a, b));

/** The larger or smaller of two whole numbers without a detour over float32. */
const chosen = (first: (a: Tensor, b: Tensor) => Tensor) => (a: Tensor, b: Tensor) =>
  where(first(a, b), a, b);
export const larger = (a: Tensor, b: Tensor): Tensor =>
  isFloat(a) ? maximum(a, b) : chosen((x, y) => less(y, x))(a, b);
export const smaller = (a: Tensor, b: Tensor): Tensor =>
  isFloat(a) ? minimum(a, b) : chosen((x, y) => less(x, y))(a, b);

/** Nearest whole number, halves to the even one. */
export function round(x: Tensor): Tensor {
  const near = floor(add(x, 0.5));
  const tie = f.equal(sub(near, x), 0.5);
  const odd = f.equal(sub(near, mul(floor(mul(near, 0.5)), 2)), 1);
  return where(f.and(tie, odd), sub(near, 1), near);
}

export const ceil = (x: Tensor): Tensor => neg(floor(neg(x)));
export const truncate = (x: Tensor): Tensor => mul(sign(x), floor(abs(x)));

/** Equality of numbers or of truth values. */
export const equal = (a: Tensor, b: Tensor): Tensor =>
  a.dtype === 'bool' ? f.equal(cast(a, 'int32'), cast(b, 'int32')) : f.equal(a, b);

function power(a: Tensor, b: Tensor): Tensor {
  const result = pow(cast(a, 'float32'), cast(b, 'float32'));
  return isFloat(a) ? result : cast(floor(add(result, 0.5)), a.dtype);
}

/** Remainder with the sign of the divisor, or with `fmod` that of the dividend. */
function remainder(node: ImportNode): Tensor {
  const [a, b] = node.tensors() as [Tensor, Tensor];
  if (isFloat(a)) {
    const ratio = div(a, b);
    return sub(a, mul(b, node.int('fmod', 0) === 1 ? truncate(ratio) : floor(ratio)));
  }
  const rest = sub(a, mul(b, truncatedQuotient(a, b)));
  if (node.int('fmod', 0) === 1) return rest;
  const zero = integers([0], []);
  const differ = f.and(not(equal(rest, zero)), not(equal(less(rest, zero), less(b, zero))));
  return where(differ, add(rest, b), rest);
}

/** x limited to [min, max]; the limits are attributes in old files, then inputs. */
function clip(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const limit = (index: number, name: string): Tensor | number | undefined => {
    const attribute = node.attribute(name, 'float');
    if (attribute !== undefined) return attribute;
    if (!node.has(index)) return undefined;
    const numbers = node.value(index).numbers();
    return numbers?.length === 1 ? numbers[0]! : node.tensor(index);
  };
  const [low, high] = [limit(1, 'min'), limit(2, 'max')];
  if (isFloat(x) && typeof low !== 'object' && typeof high !== 'object') return clamp(x, low, high);
  const asOperand = (bound: Tensor | number): Tensor =>
    typeof bound === 'object' ? bound : isFloat(x) ? f.add(bound, 0) : integers([bound], []);
  const raised = low === undefined ? x : larger(x, asOperand(low));
  return high === undefined ? raised : smaller(raised, asOperand(high));
}

const unary =
  (compute: (x: Tensor) => Tensor) =>
  (node: ImportNode): Tensor[] => [compute(node.tensor(0))];
const binary =
  (compute: (a: Tensor, b: Tensor) => Tensor) =>
  (node: ImportNode): Tensor[] => [compute(node.tensor(0), node.tensor(1))];
const variadic =
  (compute: (a: Tensor, b: Tensor) => Tensor, finish: (x: Tensor, n: number) => Tensor = (x) => x) =>
  (node: ImportNode): Tensor[] => [
    finish(
      node.tensors().reduce((a, b) => compute(a, b)),
      node.inputCount,
    ),
  ];

const negated = (x: Tensor) => (isFloat(x) ? neg(x) : sub(integers([0], []), x));
const infinite = (node: ImportNode): Tensor => {
  const x = node.tensor(0);
  const [up, down] = [node.int('detect_positive', 1) === 1, node.int('detect_negative', 1) === 1];
  if (up && down) return f.equal(abs(x), Infinity);
  if (up) return f.equal(x, Infinity);
  return down ? f.equal(x, -Infinity) : f.and(f.equal(x, x), f.less(x, x));
};

/** Arithmetic, comparison and logic, element by element with broadcasting. */
export const arithmetic = {
  Abs: unary((x) => (isFloat(x) ? abs(x) : larger(x, negated(x)))),
  Neg: unary(negated),
  Sign: unary(viaFloat(sign)),
  Floor: unary(floor),
  Ceil: unary(ceil),
  Round: unary(round),
  Exp: unary(f.exp),
  Log: unary(f.log),
  Sqrt: unary(f.sqrt),
  Reciprocal: unary(f.reciprocal),
  Erf: unary(f.erf),
  Sin: unary(f.sin),
  Cos: unary(f.cos),
  Tan: unary((x) => div(f.sin(x), f.cos(x))),
  Atan: unary(f.atan),
  Asin: unary((x) => f.atan(div(x, f.sqrt(sub(1, f.square(x)))))),
  Acos: unary((x) => sub(Math.PI / 2, f.atan(div(x, f.sqrt(sub(1, f.square(x))))))),
  Sinh: unary((x) => mul(sub(f.exp(x), f.exp(neg(x))), 0.5)),
  Cosh: unary((x) => mul(add(f.exp(x), f.exp(neg(x))), 0.5)),
  Asinh: unary((x) => mul(sign(x), f.log(add(abs(x), f.sqrt(add(f.square(x), 1)))))),
  Acosh: unary((x) => f.log(add(x, f.sqrt(sub(f.square(x), 1))))),
  Atanh: unary((x) => mul(f.log(div(add(1, x), sub(1, x))), 0.5)),
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(quotient),
  Pow: binary(power),
  Mod: (node) => [remainder(node)],
  Max: variadic(larger),
  Min: variadic(smaller),
  Sum: variadic(add),
  Mean: variadic(add, (x, n) => mul(x, 1 / n)),
  Clip: (node) => [clip(node)],
  Equal: binary(equal),
  Less: binary(less),
  Greater: binary((a, b) => less(b, a)),
  LessOrEqual: binary(f.lessOrEqual),
  GreaterOrEqual: binary((a, b) => f.lessOrEqual(b, a)),
  And: binary(f.and),
  Or: binary(or),
  Xor: binary((a, b) => not(equal(a, b))),
  Not: unary(not),
  Where: (node) => [where(node.tensor(0), node.tensor(1), node.tensor(2))],
  IsNaN: unary((x) => not(f.equal(x, x))),
  IsInf: (node) => [infinite(node)],
} satisfies ImportRules;
