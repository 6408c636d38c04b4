import { input } from '../../tensor/build.ts';
import { transpose } from '../../tensor/functions/arrangement.ts';
import { matmul } from '../../tensor/functions/linear.ts';
import { type ImportedWeight, weightInputs } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { type Program, program, topologicalOrder } from '../../tensor/program.ts';
import { isOp, type Node, type Tensor } from '../../tensor/tensor.ts';

/** A linear layer in a program: its name (`name/weight`, `name/bias`) and its operand. */
export interface LinearLayer {
  readonly name: string;
  readonly x: Tensor;
}

const inputName = ({ node }: Tensor): string | undefined =>
  isOp(node, 'input') ? node.attributes.name : undefined;

function usersOf(order: readonly Node[]): Map<Tensor, Node[]> {
  const users = new Map<Tensor, Node[]>();
  for (const node of order)
    for (const operand of node.inputs) users.set(operand, [...(users.get(operand) ?? []), node]);
  return users;
}

/**
 * The nodes that give what a linear layer gives, x w^T or with the layer's own bias x w^T + b, by node: where adapters
 * come in beside them.
 * @param parameters names of the model's parameters
 */
export function linearLayers(
  p: Pick<Program, 'outputs'>,
  parameters: ReadonlySet<string>,
): Map<Node, LinearLayer> {
  const order = topologicalOrder(Object.values(p.outputs));
  const users = usersOf(order);
  const outputs = new Set(Object.values(p.outputs));
  const found = new Map<Node, LinearLayer>();
  for (const node of order) {
    if (!isOp(node, 'matmul') || node.attributes.transposeA || !node.attributes.transposeB) continue;
    const [x, w] = node.inputs as [Tensor, Tensor];
    const weight = inputName(w);
    const name = /^parameter\/(.*)\/weight$/.exec(weight ?? '')?.[1];
    if (name === undefined || w.shape.length !== 2 || !parameters.has(`${name}/weight`)) continue;
    if (!parameters.has(`${name}/bias`)) {
      found.set(node, { name, x });
      continue;
    }
    const product = node.outputs[0]!;
    const [adding, ...others] = users.get(product) ?? [];
    if (adding === undefined || others.length > 0 || adding.op !== 'add' || outputs.has(product)) continue;
    const bias = adding.inputs.find((operand) => operand !== product);
    if (
      bias !== undefined &&
      inputName(bias) === weightInputs.parameter(`${name}/bias`) &&
      bias.shape.length === 1
    )
      found.set(adding, { name, x });
  }
  return found;
}

/**
 * Programs whose matrices [in, out] stand as [out, in], as linear layers have them here, where products are all that
 * they are used for. The matrices that Keras calls kernels are then called weights.
 */
export function straightened<K extends string>(
  programs: Readonly<Partial<Record<K, Program>>>,
  parameters: readonly ImportedWeight[],
): { programs: Partial<Record<K, Program>>; parameters: ImportedWeight[] } {
  const list = Object.values(programs) as Program[];
  const uses = list.flatMap((p) => {
    const order = topologicalOrder(Object.values(p.outputs));
    return order.flatMap((node) => node.inputs.map((operand, i) => ({ node, i, name: inputName(operand) })));
  });
  const names = new Set(parameters.map(({ name }) => name));
  const turned = new Map<string, string>();
  for (const { name, shape } of parameters) {
    const mine = uses.filter((use) => use.name === weightInputs.parameter(name));
    const products = mine.every(
      ({ node, i }) =>
        isOp(node, 'matmul') && i === 1 && !node.attributes.transposeB && !node.attributes.transposeA,
    );
    if (shape.length !== 2 || mine.length === 0 || !products) continue;
    const weight = name.replace(/\/kernel$/, '/weight');
    turned.set(name, names.has(weight) ? name : weight);
  }
  const inputs = new Map(
    [...turned].map(([from, to]) => [weightInputs.parameter(from), weightInputs.parameter(to)]),
  );
  const rebuilt = Object.entries(programs).map(([key, p]) => [
    key,
    program(
      instantiateProgram(
        p as Program,
        (node) => {
          const name = inputs.get(node.attributes.name);
          if (name === undefined) return node.outputs[0]!;
          const [rows, columns] = node.attributes.shape as [number, number];
          return transpose(input(name, [columns, rows]));
        },
        {},
        (node, [x, w]) =>
          node.op === 'matmul' && w !== undefined && inputs.has(inputName(node.inputs[1]!) ?? '')
            ? [matmul(x!, w.node.inputs[0]!, { transposeB: true })]
            : undefined,
      ),
    ),
  ]);
  return {
    programs: Object.fromEntries(rebuilt) as Partial<Record<K, Program>>,
    parameters: parameters.map((w) => {
      const name = turned.get(w.name);
      return name === undefined
        ? w
        : { ...w, name, shape: [w.shape[1]!, w.shape[0]!], values: transposed(w) };
    }),
  };
}

function transposed({ shape, values }: ImportedWeight): Float32Array {
  const [rows, columns] = shape as [number, number];
  return Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}
