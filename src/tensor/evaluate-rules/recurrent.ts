import { type Array64, type EvaluateRules, zeros } from './array.ts';

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** Row `row` of h [rows, width] times row `of` of r [., width]. */
function product(h: Float64Array, row: number, r: Array64, of: number): number {
  const width = r.shape[1]!;
  let total = 0;
  for (let k = 0; k < width; k++) total += h[row * width + k]! * r.data[of * width + k]!;
  return total;
}

export const recurrentValues = {
  lstm: ([x, r, start, startCell], _, shapes) => {
    const [hidden, cell, gates, candidate] = shapes.map((shape) => zeros(shape)) as [
      Array64,
      Array64,
      Array64,
      Array64,
    ];
    const [time, batch, width] = hidden.shape as [number, number, number];
    const plane = batch * width;
    let h = start?.data ?? new Float64Array(plane);
    let c = startCell?.data ?? new Float64Array(plane);
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < batch; b++)
        for (let j = 0; j < width; j++) {
          const s = (gate: number) =>
            x!.data[(t * batch + b) * 4 * width + gate * width + j]! + product(h, b, r!, gate * width + j);
          const [i, o, f, g] = [sigmoid(s(0)), sigmoid(s(1)), sigmoid(s(2)), Math.tanh(s(3))];
          const at = t * plane + b * width + j;
          const next = f * c[b * width + j]! + i * g;
          cell.data[at] = next;
          hidden.data[at] = o * Math.tanh(next);
          candidate.data[at] = g;
          [i, o, f].forEach((value, k) => {
            gates.data[(t * batch + b) * 3 * width + k * width + j] = value;
          });
        }
      h = hidden.data.subarray(t * plane, (t + 1) * plane);
      c = cell.data.subarray(t * plane, (t + 1) * plane);
    }
    return [hidden, cell, gates, candidate];
  },
  gru: ([x, r, bias, start], _, shapes) => {
    const [hidden, gates, candidate, memory] = shapes.map((shape) => zeros(shape)) as [
      Array64,
      Array64,
      Array64,
      Array64,
    ];
    const [time, batch, width] = hidden.shape as [number, number, number];
    const plane = batch * width;
    let h = start?.data ?? new Float64Array(plane);
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < batch; b++)
        for (let j = 0; j < width; j++) {
          const sums = (gate: number) => x!.data[(t * batch + b) * 3 * width + gate * width + j]!;
          const [z, reset] = [0, 1].map((k) => sigmoid(sums(k) + product(h, b, r!, k * width + j))) as [
            number,
            number,
          ];
          const m = product(h, b, r!, 2 * width + j) + bias!.data[j]!;
          const n = Math.tanh(sums(2) + reset * m);
          const at = t * plane + b * width + j;
          hidden.data[at] = n + z * (h[b * width + j]! - n);
          candidate.data[at] = n;
          memory.data[at] = m;
          gates.data[(t * batch + b) * 2 * width + j] = z;
          gates.data[(t * batch + b) * 2 * width + width + j] = reset;
        }
      h = hidden.data.subarray(t * plane, (t + 1) * plane);
    }
    return [hidden, gates, candidate, memory];
  },
} satisfies Partial<EvaluateRules>;
