import { GraftError } from '../errors.ts';
import { constant } from './build.ts';
import { expand } from './functions/arrangement.ts';
import { add } from './functions/elementwise.ts';
import type { GradientRule } from './gradient-rules/gradient-rule.ts';
import { gradientRules } from './gradient-rules/index.ts';
import type { OpName } from './ops.ts';
import { topologicalOrder } from './program.ts';
import { isConcrete, sameShape } from './shape.ts';
import type { Node, Tensor } from './tensor.ts';

/**
 * The gradients of `sum(output * upstream)` over the given outputs with respect to each tensor of `wrt`, as tensors
 * of the same kind (so gradients of gradients work). `upstream` defaults to ones. Zeros where nothing depends.
 *
 * Only nodes between `wrt` and the outputs get gradients: what lies below frozen parameters costs nothing.
 */
export function gradients(
  outputs: Tensor | readonly Tensor[],
  wrt: readonly Tensor[],
  upstream?: readonly Tensor[],
): Tensor[] {
  const list = Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor];
  const order = topologicalOrder(list);
  const active = dependents(order, wrt);
  const accumulated = new Map<Node, (Tensor | undefined)[]>();
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    if (!sameShape(tensor.shape, gradient.shape))
      throw new GraftError('shape-mismatch', {
        op: `gradient of ${tensor.node.op}`,
        shapes: [tensor.shape, gradient.shape],
        rule: 'a gradient has the shape of its tensor',
      });
    const slots =
      accumulated.get(tensor.node) ??
      new Array<Tensor | undefined>(tensor.node.outputs.length).fill(undefined);
    const present = slots[tensor.index];
    slots[tensor.index] = present === undefined ? gradient : add(present, gradient);
    accumulated.set(tensor.node, slots);
  };
  list.forEach((output, i) => {
    if (active.has(output.node)) accumulate(output, upstream?.[i] ?? expand(constant(1), output.shape));
  });
  for (const node of order.reverse()) {
    const slots = accumulated.get(node);
    if (slots === undefined || !active.has(node) || node.inputs.length === 0) continue;
    const rule = gradientRules[node.op];
    if (rule === 'none') continue;
    const results = (rule as GradientRule<OpName>)(node, slots);
    node.inputs.forEach((operand, i) => {
      const gradient = results[i];
      if (gradient !== undefined && active.has(operand.node)) accumulate(operand, gradient);
    });
  }
  return wrt.map((tensor) => accumulated.get(tensor.node)?.[tensor.index] ?? zerosLike(tensor));
}

/** The nodes of `order` that depend on one of the tensors, those themselves included. */
function dependents(order: readonly Node[], tensors: readonly Tensor[]): Set<Node> {
  const result = new Set(tensors.map((tensor) => tensor.node));
  for (const node of order) if (node.inputs.some((operand) => result.has(operand.node))) result.add(node);
  return result;
}

function zerosLike(tensor: Tensor): Tensor {
  if (!isConcrete(tensor.shape))
    throw new GraftError('shape-mismatch', {
      op: 'gradient',
      shapes: [tensor.shape],
      rule: 'dimensions must be numbers',
    });
  return expand(constant(0), tensor.shape);
}
