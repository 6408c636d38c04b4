import { type Array64, broadcastStrides, type EvaluateRules, walk, zeros } from './array.ts';

const unary =
  (f: (x: number) => number) =>
  ([x]: readonly Array64[]): Array64[] => [{ shape: x!.shape, data: x!.data.map(f) }];

const binary =
  (f: (a: number, b: number) => number) =>
  ([a, b]: readonly Array64[], _: unknown, [shape]: readonly (readonly number[])[]): Array64[] => {
    const result = zeros(shape!);
    walk(shape!, [broadcastStrides(a!.shape, shape!), broadcastStrides(b!.shape, shape!)], (i, [p, q]) => {
      result.data[i] = f(a!.data[p!]!, b!.data[q!]!);
    });
    return [result];
  };

const truth = (value: boolean) => (value ? 1 : 0);

/**
 * Error function in float64, relative error below 1e-14: the Maclaurin series near 0, a continued fraction for the
 * complement further out (Abramowitz and Stegun 7.1.5 and 7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 80; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

export const elementwiseValues = {
  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  reciprocal: unary((x) => 1 / x),
  erf: unary(erf),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  atan: unary(Math.atan),
  floor: unary(Math.floor),
  tanh: unary(Math.tanh),
  sigmoid: unary(sigmoid),
  relu: unary((x) => Math.max(x, 0)),
  'leaky-relu': ([x], { alpha }) => unary((v) => (v > 0 ? v : alpha * v))([x!]),
  elu: ([x], { alpha }) => unary((v) => (v > 0 ? v : alpha * Math.expm1(v)))([x!]),
  gelu: ([x], { approximate }) =>
    unary(
      approximate === 'none'
        ? (v) => 0.5 * v * (1 + erf(v / Math.SQRT2))
        : (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
    )([x!]),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  silu: unary((x) => x * sigmoid(x)),
  'stop-gradient': ([x]) => [x!],
  cast: ([x], { to }) => [
    to === 'int32'
      ? { ...x!, data: x!.data.map(Math.trunc) }
      : to === 'bool'
        ? { ...x!, data: x!.data.map((v) => truth(v !== 0)) }
        : x!,
  ],
  not: unary((x) => truth(x === 0)),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  pow: binary((a, b) => a ** b),
  minimum: binary(Math.min),
  maximum: binary(Math.max),
  equal: binary((a, b) => truth(a === b)),
  less: binary((a, b) => truth(a < b)),
  'less-or-equal': binary((a, b) => truth(a <= b)),
  and: binary((a, b) => truth(a !== 0 && b !== 0)),
  or: binary((a, b) => truth(a !== 0 || b !== 0)),
  where: ([condition, a, b], _, [shape]) => {
    const result = zeros(shape!);
    const strides = [condition!, a!, b!].map((t) => broadcastStrides(t.shape, shape!));
    walk(shape!, strides, (i, [c, p, q]) => {
      result.data[i] = condition!.data[c!] !== 0 ? a!.data[p!]! : b!.data[q!]!;
    });
    return [result];
  },
} satisfies Partial<EvaluateRules>;
