import { GraftError } from '../../errors.ts';
import { type Dimension, product } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { reshape, slice, transpose } from './arrangement.ts';
import { mul } from './elementwise.ts';
import { matmul } from './linear.ts';
import { sum } from './reduction.ts';

/**
 * Einstein summation, e.g. `einsum('bij,bjk->bik', a, b)`. Operands are contracted from left to right, each pair as
 * one batched matrix product. A letter that an operand repeats takes its diagonal (`ii->i`); `...` stands for leading
 * axes, counted from the right, that the result keeps.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const fail = () => {
    throw new GraftError('invalid-value', {
      what: 'equation of einsum',
      received: equation,
      allowed: `letters for each axis of ${operands.length} operands, '->' and the letters of the result`,
    });
  };
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string | undefined];
  const written = left.split(',');
  if (right === undefined || written.length !== operands.length) return fail();
  const open = Math.max(
    0,
    ...written.map((t, i) => (t.includes('...') ? operands[i]!.shape.length - (t.length - 3) : 0)),
  );
  const dots = String.fromCharCode(...Array.from({ length: open }, (_, i) => ELLIPSIS + i));
  const terms = written.map((t, i) =>
    t.replace('...', () => dots.slice(open - (operands[i]!.shape.length - (t.length - 3)))),
  );
  const output = right.replace('...', () => dots);
  const fits = terms.every((t, i) => t.length === operands[i]!.shape.length);
  if (!fits || new Set(output).size !== output.length) return fail();
  if ([...output].some((letter) => !terms.some((t) => t.includes(letter)))) return fail();
  const sizes = new Map<string, Dimension>();
  terms.forEach((letters, i) => {
    [...letters].forEach((letter, axis) => {
      const size = operands[i]!.shape[axis]!;
      if ((sizes.get(letter) ?? size) !== size)
        throw new GraftError('shape-mismatch', {
          op: `einsum '${equation}'`,
          shapes: operands.map(({ shape }) => shape),
          rule: 'axes with one letter must have one size',
        });
      sizes.set(letter, size);
    });
  });
  const labelled = terms.map((letters, i) => diagonal({ letters, tensor: operands[i]! }));
  let current = labelled[0]!;
  for (let i = 1; i < labelled.length; i++) {
    const later =
      labelled
        .slice(i + 1)
        .map((l) => l.letters)
        .join('') + output;
    current = contract(current, labelled[i]!, later);
  }
  return arrange(sumOut(current, output), output);
}

/** Characters that stand for the axes of an ellipsis: none that a person would write. */
const ELLIPSIS = 0xe000;

/** Takes the diagonal of axes that share a letter. */
function diagonal({ letters, tensor }: Labelled): Labelled {
  const at = [...letters].findIndex((letter, i) => letters.indexOf(letter) !== i);
  if (at < 0) return { letters, tensor };
  const first = letters.indexOf(letters[at]!);
  const rest = [...letters].map((_, i) => i).filter((i) => i !== at && i !== first);
  const n = tensor.shape[at] as number;
  const kept = rest.map((i) => tensor.shape[i]!);
  const flat = reshape(transpose(tensor, [...rest, first, at]), [...kept, n * n]);
  return diagonal({
    letters: rest.map((i) => letters[i]!).join('') + letters[at],
    tensor: slice(flat, rest.length, 0, n * n, n + 1),
  });
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
