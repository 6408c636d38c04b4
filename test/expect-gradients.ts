import { expect } from 'vitest';
import { stream } from '../src/random.ts';
import { constant, input } from '../src/tensor/build.ts';
import { evaluateTensors } from '../src/tensor/evaluate.ts';
import { add, mul } from '../src/tensor/functions/elementwise.ts';
import { sum } from '../src/tensor/functions/reduction.ts';
import { gradients } from '../src/tensor/gradient.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import type { Tensor } from '../src/tensor/tensor.ts';

export type Build = (inputs: Tensor[]) => Tensor;

interface Options {
  /** Also check the gradient of a function of the gradient. */
  second?: boolean;
  /** Values of the inputs; normal draws otherwise. */
  values?: readonly (readonly number[])[];
  seed?: number;
}

/** A scalar in which every element of the tensor has a weight of its own, so that no error can cancel. */
export function weighted(tensor: Tensor, seed = 77): Tensor {
  const weights = stream(seed)
    .child('weights')
    .normals(sizeOf(tensor.shape as number[]));
  return sum(mul(tensor, constant(weights as Float64Array, tensor.shape as number[])));
}

/** Compares gradients of float inputs with central differences on the reference evaluator (relative 1e-6). */
export function expectGradients(
  build: Build,
  shapes: readonly (readonly number[])[],
  options: Options = {},
): void {
  const inputs = shapes.map((shape, i) => input(`x${i}`, shape));
  const draws = stream(options.seed ?? 1);
  const values = shapes.map((shape, i) =>
    Float64Array.from(options.values?.[i] ?? draws.child(i).normals(sizeOf(shape))),
  );
  const loss = weighted(build(inputs));
  const first = gradients(loss, inputs);
  compare(loss, first, inputs, values);
  if (options.second) {
    // A gradient that does not depend on the inputs has a second derivative of zero, which is checked as well.
    const scalar = first.map((g, i) => weighted(g, 100 + i)).reduce((a, b) => add(a, b));
    compare(scalar, gradients(scalar, inputs), inputs, values);
  }
}

function compare(loss: Tensor, analytic: Tensor[], inputs: Tensor[], values: Float64Array[]): void {
  const feeds = () => Object.fromEntries(inputs.map((_, i) => [`x${i}`, values[i]!]));
  const results = evaluateTensors(analytic, feeds());
  results.forEach((result, i) => {
    const numeric = values[i]!.map((value, j) => {
      const at = (offset: number): number => {
        values[i]![j] = value + offset;
        const [l] = evaluateTensors([loss], feeds());
        values[i]![j] = value;
        return l!.data[0]!;
      };
      // Fourth-order central difference.
      const h = 1e-3;
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    });
    const scale = Math.max(1, ...numeric.map(Math.abs));
    numeric.forEach((value, j) => {
      const difference = Math.abs(value - result.data[j]!);
      expect(difference, `input ${i}, element ${j}: ${result.data[j]} instead of ${value}`).toBeLessThan(
        1e-6 * scale,
      );
    });
  });
}
