import type { AttributeValue, NodeProto } from './model-proto.ts';

/** A node of a function with the attributes of the call in place of their names. */
export function withReferences(node: NodeProto, given: Readonly<Record<string, AttributeValue>>): NodeProto {
  return {
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).flatMap(([name, attribute]) => {
        if (attribute.kind !== 'reference') return [[name, attribute] as const];
        const value = given[attribute.value];
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
  };
}
