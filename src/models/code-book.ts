import { gather, reshape } from '../tensor/functions/arrangement.ts';
import { add, mul, square, stopGradient, sub } from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { argMax, sum } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Vectors replaced by entries of a code book. */
export interface Quantised {
  /** Index of each entry, int32 [n]. */
  readonly codes: Tensor;
  /** The entries themselves, [n, width]. */
  readonly entries: Tensor;
}

/** The nearest entries (Euclidean) of a code book [size, width] to vectors [n, width]; of equally near ones the first. */
export function quantise(book: Tensor, vectors: Tensor): Quantised {
  const products = matmul(vectors, book, { transposeB: true });
  const codes = reshape(argMax(sub(mul(products, 2), sum(square(book), 1)), 1), [-1]);
  return { codes, entries: gather(book, codes) };
}

/**
 * The entries in value, and the vectors to the gradient: what comes back from the decoder goes on to the encoder as it is
 * (van den Oord et al. 2017, section 3.2).
 */
export const straightThrough = (vectors: Tensor, entries: Tensor): Tensor =>
  add(vectors, stopGradient(sub(entries, vectors)));
