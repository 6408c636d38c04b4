import { GraftError } from '../errors.ts';
import type { OpName } from '../tensor/ops.ts';
import { type Program, topologicalOrder } from '../tensor/program.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import { fusions } from './fusions/index.ts';
import { GraphBuilder } from './graph-builder.ts';
import { lowerRules } from './lower-rules/index.ts';
import type { LowerContext, Lowering, LowerRule } from './lower-rules/lower-rule.ts';
import { elementTypes, type GraphProto, type NodeProto, type ValueInfo } from './model-proto.ts';

export interface LowerOptions {
  /** Inputs that become constants of the graph, by name, row-major. */
  readonly constants?: Readonly<Record<string, Float32Array | Int32Array | Uint8Array>>;
  /** Sizes of open dimensions that are fixed from now on. */
  readonly symbols?: Readonly<Record<string, number>>;
  readonly name?: string;
  /** Write operators of the ONNX standard only, which every runtime knows; ONNX Runtime fuses them itself. */
  readonly portable?: boolean;
  /** Block size of the CPU's channel-blocked layout; the graph then runs only on CPUs with this block size. */
  readonly blockedChannels?: number;
  /** Name of a first output that is an empty sequence (what for: `engine/executable.ts`). */
  readonly emptyOutput?: string;
}

export interface Lowered {
  readonly graph: GraphProto;
  /** Operator domains that the graph uses. */
  readonly domains: readonly string[];
}

/**
 * Writes a program as an ONNX graph. Walking from the outputs back, each node that somebody reads chooses its
 * lowering, which may take over the work of nodes before it; what nobody reads any more is not written.
 */
export function lowerProgram(program: Program, options: LowerOptions = {}): Lowered {
  const { constants = {}, symbols = {} } = options;
  for (const name of Object.keys(constants)) checkConstant(program, name, constants[name]!.length);
  for (const { attributes } of program.inputs)
    if (Object.hasOwn(program.outputs, attributes.name))
      throw new GraftError('conflict', {
        first: `input '${attributes.name}'`,
        second: `output '${attributes.name}'`,
        reason: 'all values of an ONNX graph have different names',
      });
  const order = topologicalOrder(Object.values(program.outputs));
  const { lowerings, wanted } = chooseLowerings(program, order, options.blockedChannels);

  const outputNames = Object.keys(program.outputs);
  const open = program.inputs.filter((node) => !Object.hasOwn(constants, node.attributes.name));
  const inputTensors = open.map((node) => node.outputs[0]!);
  const reserved = [...program.inputs.map((node) => node.attributes.name), ...outputNames];
  if (options.emptyOutput !== undefined) reserved.push(options.emptyOutput);
  const builder = new GraphBuilder(inputTensors, reserved, symbols, options.portable);
  const fixed = (tensor: Tensor) => tensor.shape.map((dimension) => builder.fix(dimension));

  const names = new Map<Tensor, string>();
  for (const { attributes } of program.inputs)
    if (Object.hasOwn(constants, attributes.name))
      builder.tensor(
        attributes.name,
        attributes.dtype,
        attributes.shape as number[],
        constants[attributes.name]!,
      );
  for (const [node, lowering] of [...lowerings].reverse()) {
    const reads = lowering.reads.map((tensor) => names.get(tensor)!);
    const emitted = lowering.emit(
      builder,
      reads,
      node.outputs.map((output) => wanted.has(output)),
    );
    node.outputs.forEach((output, i) => {
      names.set(output, emitted[i]!);
    });
  }

  const { emptyOutput } = options;
  if (emptyOutput !== undefined)
    builder.append('SequenceEmpty', [], [emptyOutput], { dtype: elementTypes.float32 });
  const first: readonly ValueInfo[] =
    emptyOutput === undefined ? [] : [{ name: emptyOutput, type: 'float32', sequence: true }];
  const nodes = withoutDead(nameOutputs(builder, program, names), [
    ...first.map(({ name }) => name),
    ...outputNames,
  ]);
  const info = (name: string, tensor: Tensor): ValueInfo => ({
    name,
    type: tensor.dtype,
    shape: fixed(tensor),
  });
  return {
    graph: {
      name: options.name ?? 'program',
      nodes,
      initializers: builder.initializers,
      inputs: open.map((node) => info(node.attributes.name, node.outputs[0]!)),
      outputs: [...first, ...Object.entries(program.outputs).map(([name, tensor]) => info(name, tensor))],
    },
    domains: [...builder.domains].sort(),
  };
}

/** The nodes that some output depends on: rules may write a value in several forms of which not all are used. */
function withoutDead(nodes: readonly NodeProto[], outputs: readonly string[]): NodeProto[] {
  const needed = new Set(outputs);
  const kept: NodeProto[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    kept.push(node);
  }
  return kept.reverse();
}

function checkConstant(program: Program, name: string, length: number): void {
  const input = program.inputs.find((node) => node.attributes.name === name);
  if (input === undefined)
    throw new GraftError('unknown-name', {
      kind: 'input',
      received: name,
      allowed: program.inputs.map((node) => node.attributes.name),
    });
  const { shape } = input.attributes;
  const size = shape.reduce<number>(
    (n, dimension) => n * (typeof dimension === 'number' ? dimension : NaN),
    1,
  );
  if (size !== length)
    throw new GraftError('invalid-value', {
      what: `constant '${name}'`,
      received: `${length} values`,
      allowed: Number.isNaN(size)
        ? 'an input without open dimensions'
        : `${size} values for [${shape.join(', ')}]`,
    });
}

/** Chooses a lowering for every node that is read, consumers before producers. */
function chooseLowerings(
  program: Program,
  order: readonly Node[],
  blockedChannels: number | undefined,
): { lowerings: Map<Node, Lowering>; wanted: Set<Tensor> } {
  const count = new Map<Tensor, number>();
  const read = (tensor: Tensor) => count.set(tensor, (count.get(tensor) ?? 0) + 1);
  for (const node of order) node.inputs.forEach(read);
  const outputs = new Set(Object.values(program.outputs));
  const context: LowerContext = {
    once: (tensor) => count.get(tensor) === 1 && !outputs.has(tensor),
    ...(blockedChannels === undefined ? {} : { blockedChannels }),
  };

  const wanted = new Set<Tensor>(outputs);
  const lowerings = new Map<Node, Lowering>();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    const lowering = fused(node, context) ?? (lowerRules[node.op] as LowerRule<OpName>)(node, context);
    lowerings.set(node, lowering);
    for (const tensor of lowering.reads) wanted.add(tensor);
  }
  return { lowerings, wanted };
}

function fused(node: Node, context: LowerContext): Lowering | undefined {
  for (const fusion of fusions) {
    const lowering = fusion(node, context);
    if (lowering !== undefined) return lowering;
  }
  return undefined;
}

/** Gives the program's outputs their names: renames the value, or copies it where it has a name of its own. */
function nameOutputs(builder: GraphBuilder, program: Program, names: ReadonlyMap<Tensor, string>) {
  const renamed = new Map<string, string>();
  const computed = new Set(builder.nodes.flatMap((node) => node.outputs));
  const copies: [string, string][] = [];
  for (const [name, tensor] of Object.entries(program.outputs)) {
    const value = names.get(tensor)!;
    if (computed.has(value) && !renamed.has(value)) renamed.set(value, name);
    else copies.push([value, name]);
  }
  for (const [value, name] of copies) builder.append('Identity', [value], [name]);
  const rename = (name: string) => renamed.get(name) ?? name;
  return builder.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
}
