import { mul, neg } from '../functions/elementwise.ts';
import type { Program } from '../program.ts';
import { sameShape } from '../shape.ts';
import { isOp, type Node, type Tensor } from '../tensor.ts';
import { rebuild } from './rebuild.ts';

/** Removes work that changes nothing (x + 0, x * 1, x / 1, --x) and joins scalar factors ((x * a) * b). */
export function simplify(p: Program): Program {
  return rebuild(p, (node) => {
    const result = simpler(node);
    return result === undefined || !sameShape(result.shape, node.outputs[0]!.shape) ? undefined : [result];
  });
}

function simpler(node: Node): Tensor | undefined {
  const [a, b] = node.inputs as [Tensor, Tensor];
  switch (node.op) {
    case 'add':
      return scalar(b) === 0 ? a : scalar(a) === 0 ? b : undefined;
    case 'sub':
      return scalar(b) === 0 ? a : undefined;
    case 'div':
      return scalar(b) === 1 ? a : undefined;
    case 'neg':
      return a.node.op === 'neg' ? a.node.inputs[0] : undefined;
    case 'mul':
      return product(a, b) ?? product(b, a);
    default:
      return undefined;
  }
}

function product(x: Tensor, factor: Tensor): Tensor | undefined {
  const value = scalar(factor);
  if (value === undefined) return undefined;
  if (value === 1) return x;
  if (value === -1) return neg(x);
  if (x.node.op !== 'mul') return undefined;
  const [a, b] = x.node.inputs as [Tensor, Tensor];
  const inner = scalar(b) ?? scalar(a);
  return inner === undefined ? undefined : mul(scalar(b) === undefined ? b : a, inner * value);
}

/** The value of a constant with one element. */
function scalar(tensor: Tensor): number | undefined {
  if (!isOp(tensor.node, 'constant') || tensor.dtype !== 'float32') return undefined;
  const { data } = tensor.node.attributes;
  return data.length === 1 ? data[0] : undefined;
}
