import { createHash } from 'node:crypto';
import { GraftError } from '../errors.ts';
import { isOp, type Node, type Tensor } from './tensor.ts';

/** A tensor program: named outputs and the inputs that they reach. */
export interface Program {
  /** Nodes of operation `input`, one for each name, in first-use order. */
  readonly inputs: readonly Node<'input'>[];
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** The program that computes `outputs`. Two different inputs of one name are an error. */
export function program(outputs: Readonly<Record<string, Tensor>>): Program {
  const inputs = new Map<string, Node<'input'>>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (!isOp(node, 'input')) continue;
    const { name } = node.attributes;
    if (inputs.has(name))
      throw new GraftError('conflict', {
        first: `input '${name}'`,
        second: `another input '${name}'`,
        reason: 'the inputs of a program have different names',
      });
    inputs.set(name, node);
  }
  return { inputs: [...inputs.values()], outputs };
}

/** Every node that the tensors reach, each behind the nodes that it depends on. */
export function topologicalOrder(tensors: Iterable<Tensor>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: unrolled recurrences are deeper than the call stack.
  const stack: { node: Node; next: number }[] = [];
  for (const tensor of tensors) {
    if (seen.has(tensor.node)) continue;
    seen.add(tensor.node);
    stack.push({ node: tensor.node, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child.node)) {
        seen.add(child.node);
        stack.push({ node: child.node, next: 0 });
      }
    }
  }
  return order;
}

/** Attributes as canonical text; data of constants by content. */
export function attributesText(node: Node): string {
  if (isOp(node, 'constant')) {
    const { data, shape, dtype } = node.attributes;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const content =
      bytes.length <= 64
        ? [...data].map(numberText).join(',')
        : createHash('sha256').update(bytes).digest('hex');
    return `${dtype}[${shape.join(',')}]:${data.constructor.name}:${content}`;
  }
  const entries = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  // JSON has one text for 0 and -0, and one for all numbers that are not finite.
  return JSON.stringify(Object.fromEntries(entries), (_, value: unknown) =>
    typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value))
      ? numberText(value)
      : value,
  );
}

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** The program as text, one node a line: what graph snapshots compare and what `programHash` hashes. */
export function printProgram({ outputs }: Program): string {
  const numbers = new Map<Node, number>();
  const name = (tensor: Tensor) =>
    `%${numbers.get(tensor.node)}${tensor.node.outputs.length > 1 ? `.${tensor.index}` : ''}`;
  const lines = topologicalOrder(Object.values(outputs)).map((node, i) => {
    numbers.set(node, i);
    const types = node.outputs.map((o) => `${o.dtype}[${o.shape.join(', ')}]`).join(', ');
    return `%${i} = ${node.op}(${node.inputs.map(name).join(', ')}) ${attributesText(node)} : ${types}`;
  });
  for (const [key, tensor] of Object.entries(outputs)) lines.push(`${key} = ${name(tensor)}`);
  return lines.join('\n');
}

/** SHA-256 of the program's content: equal programs, equal hash. */
export function programHash(p: Program): string {
  return createHash('sha256').update(printProgram(p)).digest('hex');
}
