import { applyNode, input } from '../tensor/build.ts';
import { reshape, slice } from '../tensor/functions/arrangement.ts';
import { add, mul } from '../tensor/functions/elementwise.ts';
import { topologicalOrder } from '../tensor/program.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';

/** An input that is 0 in every run. */
export const ZERO_INPUT = 'recompute/zero';

/** A place between layers: its activations, and the gradient of the loss with respect to them where there is one. */
export interface KeptPlace {
  readonly tensor: Tensor;
  readonly gradient: Tensor | undefined;
}

/**
 * The outputs of a training step in which the backward pass computes activations within layers again from those between
 * layers (Chen et al. 2016, 'Training deep nets with sublinear memory cost'): the former need not be kept until then.
 *
 * `forward`: what the forward pass gives (loss, its terms); `places` in the order in which it reaches them. What stands
 * between two places is computed again from the first, once the gradient at the second is there: 0 times an element of
 * that gradient is added, which makes the engine wait for it and changes no value.
 */
export function recomputeActivations(
  outputs: Readonly<Record<string, Tensor>>,
  forward: readonly Tensor[],
  places: readonly KeptPlace[],
): Record<string, Tensor> {
  const placeOf = new Map(places.map(({ tensor }, i) => [tensor.node, i]));
  const segments = segmentsOf(topologicalOrder(forward), placeOf);
  const zero = input(ZERO_INPUT, []);
  const starts = new Map<number, Tensor>();
  const again = new Map<Node, readonly Tensor[]>();

  const backward = new Map<Node, readonly Tensor[]>();

  /** The activations at a place, available once the backward pass has come to the next one. */
  const startOf = (place: number, next: Tensor): Tensor => {
    const known = starts.get(place);
    if (known !== undefined) return known;
    const gradient = backward.get(next.node)![next.index]!;
    const element = gradient.shape.reduce((g: Tensor, _, axis) => slice(g, axis, 0, 1), gradient);
    const start = add(places[place]!.tensor, mul(zero, reshape(element, [])));
    starts.set(place, start);
    return start;
  };
  /** A tensor of the forward pass as the backward pass sees it. */
  const seen = (tensor: Tensor): Tensor => {
    const segment = segments.get(tensor.node);
    if (segment === undefined || segment < 0 || placeOf.has(tensor.node)) return tensor;
    const gradient = places[segment + 1]?.gradient;
    // Behind the last place the backward pass begins at once; below the first trained layer there is none.
    if (gradient === undefined || !backward.has(gradient.node)) return tensor;
    for (const node of pending(tensor.node, segment)) {
      const inputs = node.inputs.map((operand) => {
        if (placeOf.get(operand.node) === segment) return startOf(segment, gradient);
        return again.get(operand.node)?.[operand.index] ?? operand;
      });
      again.set(node, applyNode(node.op, inputs, node.attributes).outputs);
    }
    return again.get(tensor.node)![tensor.index]!;
  };
  /** Nodes of a segment that have to be computed again for one of them, operands first. */
  const pending = (node: Node, segment: number): Node[] => {
    const order: Node[] = [];
    const visited = new Set<Node>();
    const stack: { node: Node; next: number }[] = [{ node, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const operand = top.node.inputs[top.next++]?.node;
      if (operand === undefined) {
        stack.pop();
        if (!again.has(top.node)) order.push(top.node);
      } else if (
        !visited.has(operand) &&
        !again.has(operand) &&
        segments.get(operand) === segment &&
        !placeOf.has(operand)
      ) {
        visited.add(operand);
        stack.push({ node: operand, next: 0 });
      }
    }
    return order;
  };

  const rewrite = (tensors: readonly Tensor[]): void => {
    for (const node of topologicalOrder(tensors)) {
      if (segments.has(node) || backward.has(node)) continue;
      const inputs = node.inputs.map(
        (operand) => backward.get(operand.node)?.[operand.index] ?? seen(operand),
      );
      const same = inputs.every((operand, i) => operand === node.inputs[i]);
      backward.set(node, same ? node.outputs : applyNode(node.op, inputs, node.attributes).outputs);
    }
  };
  // From the end: what is computed again from a place waits for the new form of the gradient at the next one.
  for (const { gradient } of [...places].reverse()) if (gradient !== undefined) rewrite([gradient]);
  rewrite(Object.values(outputs));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      backward.get(tensor.node)?.[tensor.index] ?? tensor,
    ]),
  );
}

/** For each node of the forward pass the last place that it depends on; -1 for none. */
function segmentsOf(order: readonly Node[], placeOf: ReadonlyMap<Node, number>): Map<Node, number> {
  const segments = new Map<Node, number>();
  for (const node of order) {
    let segment = -1;
    for (const { node: operand } of node.inputs)
      segment = Math.max(segment, placeOf.get(operand) ?? segments.get(operand)!);
    segments.set(node, segment);
  }
  return segments;
}
