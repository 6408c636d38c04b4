import { GraftError } from '../errors.ts';
import type { Array64, EvaluateRule } from './evaluate-rules/array.ts';
import { evaluateRules } from './evaluate-rules/index.ts';
import type { OpName } from './ops.ts';
import { type Program, topologicalOrder } from './program.ts';
import { bind, sizeOf } from './shape.ts';
import { isOp, type Node, type Tensor } from './tensor.ts';

/** Values of a program's inputs by name, row-major. */
export type Feeds = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Computes a program in float64: slow and exact, the oracle for the engine and for gradients. `binding` gives the
 * open dimensions.
 */
export function evaluate(
  { outputs }: Pick<Program, 'outputs'>,
  feeds: Feeds = {},
  binding: Readonly<Record<string, number>> = {},
): Record<string, Array64> {
  const values = evaluateTensors(Object.values(outputs), feeds, binding);
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, values[i]!]));
}

/** Like `evaluate`, for a list of tensors. */
export function evaluateTensors(
  tensors: readonly Tensor[],
  feeds: Feeds = {},
  binding: Readonly<Record<string, number>> = {},
): Array64[] {
  const values = new Map<Node, readonly Array64[]>();
  for (const node of topologicalOrder(tensors)) {
    const shapes = node.outputs.map((output) => output.shape.map((d) => bind(d, binding)));
    values.set(node, isOp(node, 'input') ? [feed(node, feeds, shapes[0]!)] : apply(node, values, shapes));
  }
  return tensors.map((tensor) => values.get(tensor.node)![tensor.index]!);
}

function feed(node: Node<'input'>, feeds: Feeds, shape: readonly number[]): Array64 {
  const { name } = node.attributes;
  const data = feeds[name];
  if (data === undefined || data.length !== sizeOf(shape))
    throw new GraftError('invalid-value', {
      what: `input '${name}'`,
      received: data === undefined ? undefined : `${data.length} values`,
      allowed: `${sizeOf(shape)} values for shape [${shape.join(', ')}]`,
    });
  return { shape, data: Float64Array.from(data) };
}

function apply(
  node: Node,
  values: Map<Node, readonly Array64[]>,
  shapes: readonly (readonly number[])[],
): Array64[] {
  const rule = evaluateRules[node.op] as EvaluateRule<OpName>;
  return rule(
    node.inputs.map((i) => values.get(i.node)![i.index]!),
    node.attributes,
    shapes,
  );
}
