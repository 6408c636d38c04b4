import type { GraphProto, NodeProto } from './model-proto.ts';

/** The nodes that the named values depend on, in their order. */
export function neededNodes(nodes: readonly NodeProto[], values: readonly string[]): NodeProto[] {
  const needed = new Set(values);
  const kept: NodeProto[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!node.outputs.some((name) => name !== '' && needed.has(name))) continue;
    for (const name of readBy(node)) needed.add(name);
    kept.push(node);
  }
  return kept.reverse();
}

/** The names that a node reads, those of graphs inside it included. */
function readBy({ inputs, attributes }: NodeProto): string[] {
  const inside = Object.values(attributes).flatMap((attribute) =>
    attribute.kind === 'graph' ? readInside(attribute.value) : [],
  );
  return [...inputs.filter((name) => name !== ''), ...inside];
}

const readInside = ({ nodes, outputs }: GraphProto): string[] => [
  ...nodes.flatMap(readBy),
  ...outputs.map(({ name }) => name),
];
