import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraftError } from '../../src/errors.ts';
import { bind, broadcast, type Dimension, product, quotient, type Shape } from '../../src/tensor/shape.ts';

const factor = fc.integer({ min: 1, max: 5 });
const dimension = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.array(fc.constantFrom<Dimension>('b', 't', 2, 3), { minLength: 1, maxLength: 3 }).map(product),
);
const shape = fc.array(dimension, { maxLength: 4 });
const sizes = fc.record({ b: factor, t: factor });

/** The common shape, or undefined where there is none. */
function together(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  try {
    return broadcast('test', a, b);
  } catch (error) {
    expect(error).toBeInstanceOf(GraftError);
    return undefined;
  }
}

describe('products of dimensions', () => {
  test('a product has the value of its factors', () => {
    fc.assert(
      fc.property(shape, sizes, (dimensions, values) => {
        const expected = dimensions.reduce<number>((result, d) => result * bind(d, values), 1);
        expect(bind(product(dimensions), values)).toBe(expected);
      }),
    );
  });

  test('the order of factors does not matter, nor how they are grouped', () => {
    fc.assert(
      fc.property(shape, fc.nat(4), (dimensions, cut) => {
        expect(product([...dimensions].reverse())).toBe(product(dimensions));
        const grouped = [product(dimensions.slice(0, cut)), product(dimensions.slice(cut))];
        expect(product(grouped)).toBe(product(dimensions));
      }),
    );
  });

  test('a quotient undoes a product, and a quotient that exists divides evenly', () => {
    fc.assert(
      fc.property(dimension, dimension, sizes, (a, b, values) => {
        if (bind(b, values) !== 0) expect(quotient(product([a, b]), b)).toBe(a);
        const ratio = quotient(a, b);
        if (ratio !== undefined) expect(bind(ratio, values) * bind(b, values)).toBe(bind(a, values));
      }),
    );
  });
});

describe('broadcasting', () => {
  test('is commutative, also in what it refuses', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(together(a, b)).toEqual(together(b, a));
      }),
    );
  });

  test('is associative, also in what it refuses', () => {
    fc.assert(
      fc.property(shape, shape, shape, (a, b, c) => {
        expect(together(together(a, b), c)).toEqual(together(a, together(b, c)));
      }),
    );
  });

  test('takes a shape with itself, with a scalar and with its own ones to itself', () => {
    fc.assert(
      fc.property(shape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (a, ones) => {
        const narrow = a.map((d, i) => (ones[i] ? 1 : d));
        for (const other of [a, [], narrow]) expect(broadcast('test', a, other)).toEqual(a);
      }),
    );
  });

  test('gives the same whether symbols are bound before or after', () => {
    fc.assert(
      fc.property(shape, shape, sizes, (a, b, values) => {
        const open = together(a, b);
        if (open === undefined) return;
        const bound = (s: Shape) => s.map((d) => bind(d, values));
        expect(together(bound(a), bound(b))).toEqual(bound(open));
      }),
    );
  });
});
