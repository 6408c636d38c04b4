import { GraftError } from '../errors.ts';

/**
 * A dimension: a number, or a product of a number and named symbols written as `'batch'`, `'64*batch'` or
 * `'batch*time'` (factor first, symbols in alphabetical order). Training binds every symbol to a number; exported
 * programs keep some open.
 */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

interface Monomial {
  factor: number;
  symbols: string[];
}

function parse(dimension: Dimension): Monomial {
  if (typeof dimension === 'number') return { factor: dimension, symbols: [] };
  const parts = dimension.split('*');
  const factor = /^\d+$/.test(parts[0]!) ? Number(parts.shift()) : 1;
  return { factor, symbols: parts };
}

/** Fails unless every dimension of a shape is a whole number from 0 on or has a symbol's name. */
export function checkDimensions(op: string, shape: Shape): void {
  for (const dimension of shape)
    if (typeof dimension === 'string' ? dimension === '' : !(Number.isInteger(dimension) && dimension >= 0))
      throw new GraftError('shape-mismatch', {
        op,
        shapes: [shape.map(String)],
        rule: 'a dimension is a whole number from 0 on, or a symbol',
      });
}

function write({ factor, symbols }: Monomial): Dimension {
  if (symbols.length === 0 || factor === 0) return factor;
  const sorted = [...symbols].sort();
  return factor === 1 ? sorted.join('*') : `${factor}*${sorted.join('*')}`;
}

/** Product of dimensions. */
export function product(dimensions: Shape): Dimension {
  checkDimensions('a product of dimensions', dimensions);
  const result: Monomial = { factor: 1, symbols: [] };
  for (const dimension of dimensions) {
    const { factor, symbols } = parse(dimension);
    result.factor *= factor;
    result.symbols.push(...symbols);
  }
  return write(result);
}

/** a / b where it divides evenly, else undefined. */
export function quotient(a: Dimension, b: Dimension): Dimension | undefined {
  const x = parse(a);
  const y = parse(b);
  if (y.factor === 0 || x.factor % y.factor !== 0) return undefined;
  if (x.factor === 0) return 0;
  const left = [...x.symbols];
  for (const symbol of y.symbols) {
    const at = left.indexOf(symbol);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return write({ factor: x.factor / y.factor, symbols: left });
}

/** The value of a dimension under a binding of its symbols. */
export function bind(dimension: Dimension, binding: Readonly<Record<string, number>>): number {
  const { factor, symbols } = parse(dimension);
  return symbols.reduce((value, symbol) => {
    const bound = binding[symbol];
    if (bound === undefined)
      throw new GraftError('invalid-value', {
        what: `dimension '${symbol}'`,
        received: undefined,
        allowed: 'a number for every symbol of the program',
      });
    return value * bound;
  }, factor);
}

/** The symbols that occur in a shape. */
export function symbolsOf(shape: Shape): string[] {
  return [...new Set(shape.flatMap((dimension) => parse(dimension).symbols))];
}

export function isConcrete(shape: Shape): shape is readonly number[] {
  return shape.every((dimension) => typeof dimension === 'number');
}

/** The shape as numbers; fails where a symbol is open. */
export function concrete(shape: Shape, op: string): readonly number[] {
  if (isConcrete(shape)) return shape;
  throw new GraftError('shape-mismatch', {
    op,
    shapes: [shape],
    rule: 'every dimension must be a number here',
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** Number of elements of a concrete shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** Row-major strides of a concrete shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** The common shape of two shapes under NumPy's broadcasting rule. */
export function broadcast(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new GraftError('shape-mismatch', {
        op,
        shapes: [a, b],
        rule: 'dimensions counted from the right must be equal or 1',
      });
    result.push(x === 1 ? y : x);
  }
  return result;
}

/** An axis counted from the front; negative axes count from the back. */
export function normaliseAxis(op: string, axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(result) || result < 0 || result >= rank)
    throw new GraftError('invalid-value', {
      what: `axis of ${op}`,
      received: axis,
      allowed: `an integer from ${-rank} to ${rank - 1}`,
    });
  return result;
}
