import { GraftError } from '../errors.ts';
import { input as programInput } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import { FOLDED, FreeNodes } from './free-nodes.ts';
import { ImportBudget } from './import-budget.ts';
import { locatedError, nodeFailure, nodeUnsupported } from './import-errors.ts';
import { type BatchSize, ImportNode, nodeLabel } from './import-rules/import-node.ts';
import type { ImportRule } from './import-rules/import-rule.ts';
import { importRules } from './import-rules/index.ts';
import { computedTypes } from './import-rules/shapes.ts';
import { computed, known, type Value } from './import-rules/value.ts';
import type { AttributeValue, FunctionProto, GraphProto, ModelProto, NodeProto } from './model-proto.ts';
import { neededNodes } from './needed-nodes.ts';
import { NodeOrigins } from './node-origins.ts';
import { Scope } from './scope.ts';
import {
  type ReadValues,
  type StoredTensorOptions,
  StoredTensors,
  type StoredWeight,
} from './stored-tensors.ts';
import { withReferences } from './with-references.ts';

/** Operator sets of the ONNX standard whose rules are known. */
const OLDEST_OPSET = 1;
export const NEWEST_OPSET = 22;

/** Fractions that follow from constants are computed at once up to this many: more than any shape arithmetic needs. */
const FEW = 32;

export interface ImportGraphOptions extends Omit<StoredTensorOptions, 'values'> {
  /** What errors call the file. */
  readonly path?: string;
  /** The shape of each input, all dimensions being numbers. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Values of inputs that are known in advance and therefore no inputs of the program. */
  readonly values?: Readonly<Record<string, ArrayLike<number>>>;
  /** Values that are wanted, by name, in place of the graph's outputs; what only others need is not imported. */
  readonly outputs?: readonly string[];
  /** The number of examples that shapes are given for (default 1), and the one that the file was written with. */
  readonly batch?: BatchSize;
  /** Numbers of stored tensors that another import of the file has read. */
  readonly stored?: ReadValues;
}

/** An ONNX graph as a tensor program. */
export interface ImportedGraph {
  /** The graph's own inputs by name: program inputs of the same names. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Weights in the order in which the graph reads them. */
  readonly weights: readonly StoredWeight[];
  /** The ONNX node that a node of the program was made for. */
  readonly origin: (node: Node) => string | undefined;
}

/**
 * Turns an ONNX graph into a tensor program. Shape arithmetic is carried out on the way, loops of known length are
 * written out, float tensors that the graph computes with become weights. Fails with `unsupported` (an operator or a
 * form of one that Graft does not have), `shape-mismatch`, `bad-file`.
 */
export function importGraph(model: ModelProto, options: ImportGraphOptions): ImportedGraph {
  return new GraphImport(model, options).result();
}

class GraphImport {
  private readonly model: ModelProto;
  private readonly options: ImportGraphOptions;
  private readonly path: string;
  private readonly functions: ReadonlyMap<string, FunctionProto>;
  private readonly stored: StoredTensors;
  private readonly origins = new NodeOrigins();
  private readonly free = new FreeNodes();
  private readonly budget: ImportBudget;
  private reader: NodeProto | undefined;
  private depth = 0;

  constructor(model: ModelProto, options: ImportGraphOptions) {
    this.model = model;
    this.options = options;
    this.path = options.path ?? 'model';
    this.functions = new Map((model.functions ?? []).map((f) => [`${f.domain}:${f.name}`, f]));
    this.budget = new ImportBudget(this.path, options.batch?.size ?? 1);
    const stored = { ...options, values: options.stored ?? new Map() };
    this.stored = new StoredTensors(model.graph, stored, () => this.reader);
  }

  result(): ImportedGraph {
    const { graph } = this.model;
    const opset = this.model.opsets[''];
    if (opset === undefined || opset < OLDEST_OPSET || opset > NEWEST_OPSET)
      throw new GraftError('unsupported', {
        what: `operator set ${opset ?? '(none)'} of ${this.path}`,
        reason: `operator sets ${OLDEST_OPSET} to ${NEWEST_OPSET} of ONNX are known`,
        hint: `Export the model with an opset_version up to ${NEWEST_OPSET}.`,
      });
    const scope = new Scope();
    const inputs = this.readInputs(graph, scope);
    const wanted = this.options.outputs ?? graph.outputs.map(({ name }) => name);
    this.checkWanted(graph, wanted);
    this.runGraph({ ...graph, nodes: neededNodes(graph.nodes, wanted) }, scope, opset);
    const outputs = Object.fromEntries(wanted.map((name) => [name, scope.get(name)!.tensor()]));
    return {
      inputs,
      outputs,
      weights: this.stored.weights,
      origin: (node) => this.origins.of(node),
    };
  }

  /** The inputs that are no stored tensors, as inputs of the program or with the values that are known. */
  private readInputs({ inputs, initializers }: GraphProto, scope: Scope): Record<string, Tensor> {
    const stored = new Set(initializers.map(({ name }) => name));
    const made: Record<string, Tensor> = {};
    for (const { name, type } of inputs) {
      if (stored.has(name)) continue;
      if (type === 'string')
        throw new GraftError('unsupported', { what: `input '${name}'`, reason: 'texts are no tensors' });
      const { shapes, values = {} } = this.options;
      const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      if (shape === undefined)
        throw new GraftError('invalid-value', {
          what: `shape of input '${name}'`,
          received: undefined,
          allowed: 'a shape for each input',
        });
      if (Object.hasOwn(values, name)) {
        scope.set(name, known(Float64Array.from(values[name]!), shape, computedTypes[type]));
        continue;
      }
      made[name] = programInput(name, shape, computedTypes[type]);
      scope.set(name, computed(made[name]));
    }
    return made;
  }

  /** Fails where a value is wanted that the graph does not have, with the nearest that it has. */
  private checkWanted({ nodes, inputs, initializers }: GraphProto, wanted: readonly string[]): void {
    const computedNames = nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
    const there = new Set([...computedNames, ...[...inputs, ...initializers].map(({ name }) => name)]);
    for (const received of wanted)
      if (!there.has(received))
        throw new GraftError('unknown-name', {
          kind: 'tensor',
          received,
          allowed: computedNames,
          where: this.path,
        });
  }

  private runGraph(graph: GraphProto, scope: Scope, opset: number): void {
    for (const tensor of graph.initializers) scope.set(tensor.name, this.stored.value(tensor));
    for (const node of graph.nodes) this.runNode(node, scope, opset);
  }

  private runNode(proto: NodeProto, scope: Scope, opset: number): void {
    this.budget.takeNode();
    const inputs = proto.inputs.map((name) => {
      if (name === '') return undefined;
      const value = scope.get(name);
      if (value === undefined)
        return nodeFailure(this.path, proto, `it reads '${name}', which nothing before it makes`);
      return value;
    });
    const outer = this.reader;
    this.reader = proto;
    try {
      const called = this.functions.get(`${proto.domain}:${proto.opType}`);
      const results =
        called === undefined
          ? this.applyRule(proto, inputs, scope, opset)
          : this.call(called, proto, inputs, opset);
      for (const [i, name] of proto.outputs.entries())
        if (name !== '')
          scope.set(
            name,
            results[i] ?? nodeUnsupported(proto, `its output ${i} ('${name}') is not computed`),
          );
    } catch (error) {
      throw locatedError(error, this.path, proto);
    } finally {
      this.reader = outer;
    }
  }

  private applyRule(
    proto: NodeProto,
    inputs: readonly (Value | undefined)[],
    scope: Scope,
    opset: number,
  ): readonly Value[] {
    const rule = proto.domain === '' ? ruleOf(proto.opType) : undefined;
    const node = new ImportNode(proto, opset, inputs, {
      constant: (tensor) => this.stored.constant(tensor),
      budget: this.budget,
      run: (graph, values) => this.nested(graph, values, scope, opset),
      ...(this.options.batch === undefined ? {} : { batch: this.options.batch }),
    });
    if (rule === undefined)
      return node.refuse(
        proto.domain === ''
          ? 'there is no rule for this operator'
          : `operators of '${proto.domain}' are not of the ONNX standard`,
        'See docs/onnx-operators.md for those that can be imported.',
      );
    // Until operator set 6 broadcasting was asked for and did not mean what it does now.
    if (opset < 7 && 'broadcast' in proto.attributes)
      node.refuse(`operator set ${opset} broadcast in another way`);
    const results = rule(node).map((result) => ('node' in result ? computed(result) : result));
    return results.map((value) => this.finish(value, proto));
  }

  /** Imports a graph inside a node, which sees the names around it. */
  private nested(graph: GraphProto, values: readonly Value[], outer: Scope, opset: number): readonly Value[] {
    const scope = new Scope(outer);
    for (const [i, { name }] of graph.inputs.entries())
      scope.set(
        name,
        values[i] ?? nodeFailure(this.path, this.reader!, `its graph lacks the input '${name}'`),
      );
    this.deeper(() => this.runGraph(graph, scope, opset));
    return graph.outputs.map(
      ({ name }) =>
        scope.get(name) ?? nodeFailure(this.path, this.reader!, `its graph does not make '${name}'`),
    );
  }

  /** Imports the body of a function of the file in place of a call. */
  private call(
    called: FunctionProto,
    { attributes }: NodeProto,
    inputs: readonly (Value | undefined)[],
    opset: number,
  ): readonly Value[] {
    const scope = new Scope();
    called.inputs.forEach((name, i) => {
      if (inputs[i] !== undefined) scope.set(name, inputs[i]);
    });
    const given: Readonly<Record<string, AttributeValue>> = { ...called.defaults, ...attributes };
    this.deeper(() => {
      for (const node of called.nodes)
        this.runNode(
          {
            ...withReferences(node, given),
            // An input that the call leaves out is left out inside as well.
            inputs: node.inputs.map((name) =>
              called.inputs.includes(name) && scope.get(name) === undefined ? '' : name,
            ),
          },
          scope,
          called.opsets[''] ?? opset,
        );
    });
    return called.outputs.map(
      (name) =>
        scope.get(name) ?? nodeFailure(this.path, this.reader!, `its function does not make '${name}'`),
    );
  }

  private deeper(work: () => void): void {
    if (++this.depth > 32)
      throw new GraftError('unsupported', { what: this.path, reason: 'graphs are nested more than 32 deep' });
    work();
    this.depth--;
  }

  /** Notes where nodes come from, and computes at once what follows from constants and is small. */
  private finish(value: Value, proto: NodeProto): Value {
    if (value.numbers() !== undefined) return value;
    if (!this.budget.allowsValue(value.shape))
      return nodeUnsupported(proto, `it makes a tensor of shape [${value.shape.join(', ')}]`);
    const tensor = value.tensor();
    this.origins.claim(tensor, nodeLabel(proto), () => this.budget.takeProgramNode());
    const size = sizeOf(value.shape);
    if (size > (tensor.dtype === 'float32' ? FEW : FOLDED) || !this.free.has(tensor.node)) return value;
    const [folded] = evaluateTensors([tensor]);
    return known(folded!.data, value.shape, tensor.dtype);
  }
}

const ruleOf = (opType: string): ImportRule | undefined =>
  Object.hasOwn(importRules, opType) ? (importRules as Record<string, ImportRule>)[opType] : undefined;
