import { stream } from '../random.ts';
import { constant } from '../tensor/build.ts';
import { concat, reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, exp, mul, neg, sub } from '../tensor/functions/elementwise.ts';
import { conv, matmul } from '../tensor/functions/linear.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext } from './model.ts';

/** Triangles of an invertible 1x1 convolution: below and above the diagonal, of which half each is used, and its logarithm. */
export const mixingParameters = (name: string, layer: string, channels: number): ParameterSpec[] => {
  const half = {
    shape: [channels, channels],
    layer,
    decay: false,
    initial: zero,
    free: (channels * (channels - 1)) / 2,
  };
  return [
    { name: `${name}/lower`, ...half },
    { name: `${name}/upper`, ...half },
    { name: `${name}/log-diagonal`, shape: [channels], layer, decay: false, initial: zero },
  ];
};

/** 1 where the row is so much below (or above) the column, as numbers [c, c]. */
function triangle(channels: number, holds: (row: number, column: number) => boolean): Tensor {
  const ones = Float64Array.from({ length: channels * channels }, (_, i) =>
    holds(Math.floor(i / channels), i % channels) ? 1 : 0,
  );
  return constant(ones, [channels, channels]);
}

/** The fixed permutation of a mixing, drawn by its name. */
function permutation(name: string, channels: number): Tensor {
  const order = stream(0).child('mixing').child(name).permutation(channels);
  return triangle(channels, (row, column) => order[row] === column);
}

interface Factors {
  readonly permutation: Tensor;
  /** Unit lower triangular. */
  readonly lower: Tensor;
  /** Strictly upper triangular. */
  readonly upper: Tensor;
  readonly logDiagonal: Tensor;
}

function factorsOf(context: ModelContext, name: string, channels: number): Factors {
  const lower = mul(
    context.parameter(`${name}/lower`),
    triangle(channels, (r, c) => r > c),
  );
  return {
    permutation: permutation(name, channels),
    lower: add(
      lower,
      triangle(channels, (r, c) => r === c),
    ),
    upper: mul(
      context.parameter(`${name}/upper`),
      triangle(channels, (r, c) => r < c),
    ),
    logDiagonal: context.parameter(`${name}/log-diagonal`),
  };
}

const asKernel = (w: Tensor): Tensor => reshape(w, [...w.shape, 1, 1]);
const diagonal = (values: Tensor, channels: number): Tensor =>
  mul(
    reshape(values, [1, channels]),
    triangle(channels, (r, c) => r === c),
  );

/**
 * Invertible 1x1 convolution W = P L (U + diag(s)) of x [n, c, h, w] (Kingma and Dhariwal 2018, eq. 10), and the
 * logarithm of its volume change for one position: sum(log s). Deviations: it starts as the permutation P, which depends
 * on the name alone, and s is positive, so that W never becomes singular.
 */
export function mix(context: ModelContext, name: string, x: Tensor): { output: Tensor; logVolume: Tensor } {
  const channels = x.shape[1] as number;
  const { permutation: p, lower, upper, logDiagonal } = factorsOf(context, name, channels);
  const w = matmul(p, matmul(lower, add(upper, diagonal(exp(logDiagonal), channels))));
  return { output: conv(x, asKernel(w)), logVolume: sum(logDiagonal) };
}

/** The inverse of `mix`, by back substitution of its triangles. */
export function unmix(context: ModelContext, name: string, y: Tensor): Tensor {
  const channels = y.shape[1] as number;
  const { permutation: p, lower, upper, logDiagonal } = factorsOf(context, name, channels);
  // U + D = D (I + D^-1 U)
  const scale = reshape(exp(neg(logDiagonal)), [channels, 1]);
  const unit = add(
    mul(scale, upper),
    triangle(channels, (r, c) => r === c),
  );
  const inverseUpper = mul(unitInverse(unit, channels, 'upper'), reshape(scale, [1, channels]));
  const inverse = matmul(matmul(inverseUpper, unitInverse(lower, channels, 'lower')), p, {
    transposeB: true,
  });
  return conv(y, asKernel(inverse));
}

/** Inverse of a triangular matrix with ones on its diagonal, row by row. */
function unitInverse(matrix: Tensor, channels: number, side: 'lower' | 'upper'): Tensor {
  const identity = triangle(channels, (r, c) => r === c);
  const row = (of: Tensor, i: number) => slice(of, 0, i, i + 1);
  let known: Tensor | undefined;
  for (let k = 0; k < channels; k++) {
    const i = side === 'lower' ? k : channels - 1 - k;
    const factors =
      side === 'lower' ? slice(row(matrix, i), 1, 0, i) : slice(row(matrix, i), 1, i + 1, channels);
    const next: Tensor =
      known === undefined ? row(identity, i) : sub(row(identity, i), matmul(factors, known));
    known = known === undefined ? next : concat(side === 'lower' ? [known, next] : [next, known], 0);
  }
  return known!;
}
