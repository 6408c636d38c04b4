import { type Array64, type EvaluateRules, zeros } from './array.ts';

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** What one element of a step is computed from. */
interface Element {
  /** Its place within the width. */
  readonly place: number;
  /** The products with the inputs, for a gate. */
  input(gate: number): number;
  /** The hidden state before times the recurrent matrix, for a gate. */
  product(gate: number): number;
  /** State number `k` before the step. */
  before(k: number): number;
}

/**
 * Outputs [time, batch, n * width] of a recurrence over x with the recurrent matrix r. `starts`: the states before the first
 * step, 0 where absent; states are the first outputs. `cell` gives the n numbers of each output for one element.
 */
function recurrence(
  [x, r]: readonly [Array64, Array64],
  starts: readonly (Array64 | undefined)[],
  shapes: readonly (readonly number[])[],
  cell: (element: Element) => readonly (readonly number[])[],
): Array64[] {
  const outputs = shapes.map(zeros);
  const [time, batch, width] = shapes[0] as readonly [number, number, number];
  const gates = x.shape[2]! / width;
  const plane = batch * width;
  let states = starts.map((start) => start?.data ?? new Float64Array(plane));
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++)
      for (let place = 0; place < width; place++) {
        const row = t * batch + b;
        const made = cell({
          place,
          input: (gate) => x.data[(row * gates + gate) * width + place]!,
          product: (gate) => dot(states[0]!, b * width, r.data, (gate * width + place) * width, width),
          before: (k) => states[k]![b * width + place]!,
        });
        made.forEach((numbers, k) => {
          numbers.forEach((value, part) => {
            outputs[k]!.data[(row * numbers.length + part) * width + place] = value;
          });
        });
      }
    states = starts.map((_, k) => outputs[k]!.data.subarray(t * plane, (t + 1) * plane));
  }
  return outputs;
}

/** Product of `n` numbers of a from `i` on with those of b from `j` on. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let total = 0;
  for (let k = 0; k < n; k++) total += a[i + k]! * b[j + k]!;
  return total;
}

export const recurrentValues = {
  lstm: ([x, r, start, startCell], _, shapes) =>
    recurrence([x!, r!], [start, startCell], shapes, ({ input, product, before }) => {
      const sum = (gate: number) => input(gate) + product(gate);
      const [i, o, f, g] = [sigmoid(sum(0)), sigmoid(sum(1)), sigmoid(sum(2)), Math.tanh(sum(3))];
      const cell = f * before(1) + i * g;
      return [[o * Math.tanh(cell)], [cell], [i, o, f], [g]];
    }),
  gru: ([x, r, bias, start], _, shapes) =>
    recurrence([x!, r!], [start], shapes, ({ place, input, product, before }) => {
      const [z, reset] = [sigmoid(input(0) + product(0)), sigmoid(input(1) + product(1))];
      const memory = product(2) + bias!.data[place]!;
      const n = Math.tanh(input(2) + reset * memory);
      return [[n + z * (before(0) - n)], [z, reset], [n], [memory]];
    }),
} satisfies Partial<EvaluateRules>;
