import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraftError } from '../../src/errors.ts';
import { stream } from '../../src/random.ts';
import { constant } from '../../src/tensor/build.ts';
import { evaluateTensors } from '../../src/tensor/evaluate.ts';
import { einsum } from '../../src/tensor/functions/einsum.ts';
import { sizeOf, stridesOf } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

interface Equation {
  readonly terms: readonly string[];
  readonly output: string;
  readonly sizes: Readonly<Record<string, number>>;
}

const letters = 'ijkl';
const equation: fc.Arbitrary<Equation> = fc
  .record({
    terms: fc.array(fc.string({ unit: fc.constantFrom(...letters), maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
    sizes: fc.record(Object.fromEntries([...letters].map((l) => [l, fc.integer({ min: 1, max: 3 })]))),
    kept: fc.shuffledSubarray([...letters]),
  })
  .map(({ terms, sizes, kept }) => ({
    terms,
    sizes,
    output: kept.filter((l) => terms.some((term) => term.includes(l))).join(''),
  }));

const shapeOf = (term: string, sizes: Equation['sizes']): number[] => [...term].map((l) => sizes[l]!);
const text = ({ terms, output }: Equation): string => `${terms.join(',')}->${output}`;

function operandsOf({ terms, sizes }: Equation, seed: number): Tensor[] {
  return terms.map((term, i) => {
    const shape = shapeOf(term, sizes);
    return constant(stream(seed).child(i).normals(sizeOf(shape)) as Float64Array, shape);
  });
}

/** The definition: a sum over every assignment of the letters. */
function summed({ terms, output, sizes }: Equation, operands: readonly Tensor[]): number[] {
  const used = [...letters].filter((l) => terms.some((term) => term.includes(l)));
  const offset = (term: string, at: Readonly<Record<string, number>>): number => {
    const strides = stridesOf(shapeOf(term, sizes));
    return [...term].reduce((sum, l, axis) => sum + at[l]! * strides[axis]!, 0);
  };
  const values = evaluateTensors(operands).map(({ data }) => data);
  const result = new Array<number>(sizeOf(shapeOf(output, sizes))).fill(0);
  const total = sizeOf(used.map((l) => sizes[l]!));
  for (let position = 0; position < total; position++) {
    let rest = position;
    const at: Record<string, number> = {};
    for (const l of used) {
      at[l] = rest % sizes[l]!;
      rest = Math.floor(rest / sizes[l]!);
    }
    result[offset(output, at)]! += terms.reduce((p, term, i) => p * values[i]![offset(term, at)]!, 1);
  }
  return result;
}

test('an Einstein sum is the sum over every assignment of its letters', () => {
  fc.assert(
    fc.property(equation, fc.nat(1e6), (e, seed) => {
      const operands = operandsOf(e, seed);
      const [result] = evaluateTensors([einsum(text(e), ...operands)]);
      expect(result!.shape).toEqual(shapeOf(e.output, e.sizes));
      summed(e, operands).forEach((value, i) => {
        expect(result!.data[i]).toBeCloseTo(value, 9);
      });
    }),
    { numRuns: 400 },
  );
});

test('axes with one letter and two sizes are refused', () => {
  // Sizes of axes traded within an operand: as many elements as before, but elsewhere.
  fc.assert(
    fc.property(equation, fc.nat(2), fc.boolean(), (e, which, wider) => {
      const at = which % e.terms.length;
      const operands = operandsOf(e, 1);
      const shape = shapeOf(e.terms[at]!, e.sizes).reverse();
      if (wider && shape.length > 0) shape[0]!++;
      operands[at] = constant(new Float64Array(sizeOf(shape)), shape);
      const sizes = e.terms.flatMap((term, i) =>
        [...term].map((l, a) => [l, operands[i]!.shape[a]!] as const),
      );
      const consistent = sizes.every(([l, size]) => sizes.every(([m, other]) => l !== m || size === other));
      if (!consistent) expect(() => einsum(text(e), ...operands)).toThrow(GraftError);
    }),
    { numRuns: 400 },
  );
});
