import fc from 'fast-check';
import { constant, input } from '../../src/tensor/build.ts';
import * as arrangement from '../../src/tensor/functions/arrangement.ts';
import * as e from '../../src/tensor/functions/elementwise.ts';
import { attention, maxPool } from '../../src/tensor/functions/linear.ts';
import { softmax } from '../../src/tensor/functions/loss.ts';
import { layerNorm } from '../../src/tensor/functions/normalisation.ts';
import * as reduction from '../../src/tensor/functions/reduction.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { type Program, program } from '../../src/tensor/program.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** Numbers that passes treat in a way of their own, and some that they do not. */
const scalars = [0, -0, 1, -1, 2, 0.5, -3] as const;
const shapes: readonly (readonly number[])[] = [[], [1], [3], [2, 1], [2, 3], [1, 1, 1]];

interface Choice {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly scalar: number;
}

export const choices = fc.record({
  first: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  nodes: fc.array(
    fc.record({
      kind: fc.nat(1000),
      a: fc.nat(30),
      b: fc.nat(30),
      c: fc.nat(30),
      scalar: fc.nat(scalars.length - 1),
    }),
    { minLength: 1, maxLength: 14 },
  ),
  outputs: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
  differentiate: fc.boolean(),
});

type Kind = (a: Tensor, b: Tensor, c: Tensor, choice: Choice) => Tensor | undefined;

const numberOf = ({ scalar }: Choice): number => scalars[scalar]!;
const rank = (x: Tensor): number => x.shape.length;
const sizesOf = (x: Tensor): readonly number[] => x.shape as readonly number[];

/** What can be made of earlier tensors; undefined where shapes do not allow it. Values stay moderate. */
const kinds: readonly Kind[] = [
  (a, b) => fitting(a, b, e.add),
  (a, b) => fitting(a, b, e.add),
  (a, b) => fitting(a, b, e.sub),
  (a, b) => fitting(a, b, (x, y) => e.mul(e.tanh(x), y)),
  (a, _, __, choice) => e.mul(a, numberOf(choice)),
  (a, _, __, choice) => e.mul(numberOf(choice), a),
  (a, _, __, choice) => e.mul(a, constant(Float64Array.of(numberOf(choice)), [1, 1])),
  (a, _, __, choice) => e.add(a, numberOf(choice)),
  (a, _, __, choice) => e.add(numberOf(choice), a),
  (a, _, __, choice) => e.sub(a, numberOf(choice)),
  (a, _, __, choice) => e.sub(numberOf(choice), a),
  (a, _, __, choice) => e.div(a, numberOf(choice) || 4),
  // The sign of a zero shows in its reciprocal alone.
  (a, _, __, choice) => e.where(e.less(a, 0), a, e.tanh(e.div(1, numberOf(choice)))),
  (_, __, ___, choice) => constant(Float64Array.of(numberOf(choice), 1.5, -2), [3]),
  (_, __, ___, choice) => constant(numberOf(choice)),
  (a) => e.neg(a),
  (a) => e.neg(e.neg(a)),
  (a) => e.tanh(a),
  (a) => e.gelu(a),
  (a) => e.gelu(a, 'tanh'),
  (a) => e.relu(a),
  (a) => e.exp(e.tanh(a)),
  (a) => e.stopGradient(a),
  (a) => e.softplus(a),
  (a, b) => fitting(a, b, e.maximum),
  (a, b, c) =>
    fitting(a, b, (x, y) => fitting(x, c, (_, z) => fitting(y, z, () => e.where(e.less(x, y), z, x)))),
  (a, b) => fitting(a, b, (x, y) => e.cast(e.cast(e.equal(x, y), 'int32'), 'float32')),
  (a) => (rank(a) > 0 ? reduction.sum(a, -1, true) : undefined),
  (a) => (rank(a) > 0 ? reduction.max(a, 0) : undefined),
  (a) => reduction.mean(a),
  (a) => (rank(a) > 0 ? softmax(a) : undefined),
  (a) =>
    rank(a) > 0
      ? layerNorm(a, constant(new Float64Array(sizesOf(a).at(-1)!).fill(2), [sizesOf(a).at(-1)!]))
      : undefined,
  (a) => (rank(a) > 1 ? arrangement.transpose(a) : undefined),
  (a) => (rank(a) === 2 ? attention(a, a, a).output : undefined),
  (a) =>
    rank(a) > 0 ? maxPool(arrangement.reshape(a, [1, 1, -1]), 2, { stride: 1, padding: [1, 1] }) : undefined,
  (a) => arrangement.reshape(a, [sizeOf(sizesOf(a))]),
  (a) => arrangement.reshape(a, [...sizesOf(a), 1]),
  // Pads that sum up to a whole, and some that do not.
  (a, b) => (rank(a) > 0 && rank(b) > 0 ? joined(a, b) : undefined),
  (a, _, __, choice) =>
    rank(a) > 0
      ? arrangement.pad(a, first(a, 1), first(a, choice.c % 2), 'constant', numberOf(choice))
      : undefined,
  (a, _, __, choice) =>
    rank(a) > 0
      ? e.tanh(arrangement.pad(a, first(a, 1), first(a, 0), 'constant', choice.b % 2 ? Infinity : -Infinity))
      : undefined,
  (a, _, __, { c }) => (rank(a) > 0 ? arrangement.slice(a, -1, 0, 1 + (c % sizesOf(a).at(-1)!)) : undefined),
  (a, b) =>
    rank(a) > 0 &&
    rank(a) === rank(b) &&
    sizesOf(a)
      .slice(1)
      .every((d, i) => d === sizesOf(b)[i + 1])
      ? arrangement.concat([a, b], 0)
      : undefined,
];

const first = (a: Tensor, n: number): number[] => sizesOf(a).map((_, i) => (i === 0 ? n : 0));

/** a before b along the last axis, written as a sum of both among zeros. */
function joined(a: Tensor, b: Tensor): Tensor | undefined {
  const [n, m] = [sizesOf(a).at(-1)!, sizesOf(b).at(-1)!];
  const last = (x: Tensor, k: number) => sizesOf(x).map((_, i) => (i === rank(x) - 1 ? k : 0));
  const none = (x: Tensor) => sizesOf(x).map(() => 0);
  return fitting(arrangement.pad(a, none(a), last(a, m)), arrangement.pad(b, last(b, n), none(b)), e.add);
}

/** The result where two shapes broadcast together and do not grow beyond a few elements. */
function fitting(
  a: Tensor,
  b: Tensor,
  make: (a: Tensor, b: Tensor) => Tensor | undefined,
): Tensor | undefined {
  const n = Math.max(rank(a), rank(b));
  for (let i = 1; i <= n; i++) {
    const [x, y] = [sizesOf(a).at(-i) ?? 1, sizesOf(b).at(-i) ?? 1];
    if (i <= Math.min(rank(a), rank(b)) && x !== y && x !== 1 && y !== 1) return undefined;
  }
  return make(a, b);
}

/** A small program of drawn operations, where asked with the gradients of its outputs. */
export function randomProgram(drawn: {
  readonly first: readonly number[];
  readonly nodes: readonly Choice[];
  readonly outputs: readonly number[];
  readonly differentiate: boolean;
}): Program {
  const inputs = drawn.first.map((shape, i) => input(`x${i}`, shapes[shape]!));
  const made: Tensor[] = [...inputs];
  for (const choice of drawn.nodes) {
    const at = (n: number): Tensor => made[n % made.length]!;
    const [a, b, c] = [at(choice.a), at(choice.b), at(choice.c)];
    const result = kinds[choice.kind % kinds.length]!(a, b, c, choice);
    if (result !== undefined && sizeOf(sizesOf(result)) <= 40 && rank(result) <= 4) made.push(result);
  }
  const chosen = drawn.outputs.map((n) => made[made.length - 1 - (n % made.length)]!);
  const outputs = Object.fromEntries(chosen.map((tensor, i) => [`y${i}`, tensor]));
  if (!drawn.differentiate) return program(outputs);
  const found = gradients(chosen, inputs);
  return program({ ...outputs, ...Object.fromEntries(found.map((g, i) => [`g${i}`, g])) });
}
