import { GraftError } from '../../errors.ts';
import { type Dimension, product } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { reshape, transpose } from './arrangement.ts';
import { mul } from './elementwise.ts';
import { matmul } from './linear.ts';
import { sum } from './reduction.ts';

/**
 * Einstein summation, e.g. `einsum('bij,bjk->bik', a, b)`. Operands are contracted from left to right, each pair as
 * one batched matrix product. Every letter occurs at most once in an operand; no ellipsis.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const [left, output] = equation.replaceAll(' ', '').split('->') as [string, string | undefined];
  const terms = left.split(',');
  const fits =
    terms.length === operands.length &&
    terms.every((t, i) => t.length === operands[i]!.shape.length && new Set(t).size === t.length);
  if (output === undefined || !fits || [...output].some((letter) => !left.includes(letter)))
    throw new GraftError('invalid-value', {
      what: 'equation of einsum',
      received: equation,
      allowed: `letters for each axis of ${operands.length} operands, '->' and the letters of the result`,
    });
  let current = { letters: terms[0]!, tensor: operands[0]! };
  for (let i = 1; i < terms.length; i++) {
    const later = terms.slice(i + 1).join('') + output;
    current = contract(current, { letters: terms[i]!, tensor: operands[i]! }, later);
  }
  return arrange(sumOut(current, output), output);
}

interface Labelled {
  readonly letters: string;
  readonly tensor: Tensor;
}

function sumOut({ letters, tensor }: Labelled, keep: string): Labelled {
  const axes = [...letters].flatMap((letter, i) => (keep.includes(letter) ? [] : [i]));
  return axes.length === 0
    ? { letters, tensor }
    : { letters: [...letters].filter((l) => keep.includes(l)).join(''), tensor: sum(tensor, axes) };
}

function arrange({ letters, tensor }: Labelled, order: string): Tensor {
  return transpose(
    tensor,
    [...order].map((letter) => letters.indexOf(letter)),
  );
}

function contract(x: Labelled, y: Labelled, later: string): Labelled {
  const a = sumOut(x, y.letters + later);
  const b = sumOut(y, x.letters + later);
  const both = [...a.letters].filter((l) => b.letters.includes(l));
  const batch = both.filter((l) => later.includes(l)).join('');
  const inner = both.filter((l) => !later.includes(l)).join('');
  const rows = [...a.letters].filter((l) => !both.includes(l)).join('');
  const columns = [...b.letters].filter((l) => !both.includes(l)).join('');
  const sizes = (letters: string): Dimension[] =>
    [...letters].map((l) =>
      a.letters.includes(l) ? a.tensor.shape[a.letters.indexOf(l)]! : b.tensor.shape[b.letters.indexOf(l)]!,
    );
  const letters = batch + rows + columns;
  if (inner === '') {
    const spread = (t: Labelled, own: string, before: string, after: string) =>
      reshape(arrange(t, batch + own), [
        ...sizes(batch),
        ...[...before].map(() => 1),
        ...sizes(own),
        ...[...after].map(() => 1),
      ]);
    return { letters, tensor: mul(spread(a, rows, '', columns), spread(b, columns, rows, '')) };
  }
  const flat = (t: Labelled, order: [string, string]) =>
    reshape(arrange(t, batch + order[0] + order[1]), [
      ...sizes(batch),
      product(sizes(order[0])),
      product(sizes(order[1])),
    ]);
  const result = matmul(flat(a, [rows, inner]), flat(b, [inner, columns]));
  return { letters, tensor: reshape(result, sizes(letters)) };
}
