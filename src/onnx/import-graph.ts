import { GraftError, isGraftError } from '../errors.ts';
import { applyNode, input as programInput } from '../tensor/build.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { sizeOf } from '../tensor/shape.ts';
import { isOp, type Node, type Tensor } from '../tensor/tensor.ts';
import type { ReadTensor } from './external-data.ts';
import { FOLDED, FreeNodes } from './free-nodes.ts';
import { type BatchSize, ImportNode, nodeLabel } from './import-rules/import-node.ts';
import type { ImportRule } from './import-rules/import-rule.ts';
import { importRules } from './import-rules/index.ts';
import { computedTypes } from './import-rules/shapes.ts';
import { computed, known, type Value } from './import-rules/value.ts';
import { madeUpName } from './made-up-name.ts';
import type {
  AttributeValue,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
} from './model-proto.ts';
import { neededNodes } from './needed-nodes.ts';
import { Scope } from './scope.ts';
import { tensorValues } from './tensor-values.ts';
import { withReferences } from './with-references.ts';

/** Operator sets of the ONNX standard whose rules are known. */
const OLDEST_OPSET = 1;
export const NEWEST_OPSET = 22;

/** Nodes that are imported at most, loops written out: a small file can nest large loops. */
const MOST_NODES = 200_000;
/** Fractions that follow from constants are computed at once up to this many: more than any shape arithmetic needs. */
const FEW = 32;

export interface ImportGraphOptions {
  /** What errors call the file. */
  readonly path?: string;
  /** The shape of each input, all dimensions being numbers. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Values of inputs that are known in advance and therefore no inputs of the program. */
  readonly values?: Readonly<Record<string, ArrayLike<number>>>;
  /** Values that are wanted, by name, in place of the graph's outputs; what only others need is not imported. */
  readonly outputs?: readonly string[];
  /** The number of examples that shapes are given for, and the one that the file was written with. */
  readonly batch?: BatchSize;
  /** Stored tensors that are no weights although the graph computes with them, by name: fixed tables and the like. */
  readonly constants?: ReadonlySet<string>;
  /** Where the bytes of stored tensors come from; default: the file itself alone. */
  readonly read?: ReadTensor;
}

/** A stored tensor that a program reads as an input named `weight:<name>`. */
export interface StoredWeight {
  /** Its name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
  /** The node that read it first. */
  readonly reader: NodeProto;
  /** True for the running mean and variance of a normalisation, which no gradient moves. */
  readonly statistic: boolean;
}

/** An ONNX graph as a tensor program. */
export interface ImportedGraph {
  /** The graph's own inputs by name: program inputs of the same names. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Any value of the outermost graph by its name. */
  readonly tensor: (name: string) => Tensor;
  /** Weights in the order in which the graph reads them. */
  readonly weights: readonly StoredWeight[];
  /** The ONNX node that a node of the program was made for. */
  readonly origin: (node: Node) => string | undefined;
}

export const weightInput = (name: string): string => `weight:${name}`;

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
  private readonly weights = new Map<string, StoredWeight>();
  private readonly storedValues = new Map<TensorProto, Value>();
  private readonly origins = new Map<Node, string>();
  private readonly free = new FreeNodes();
  private readonly statistics: ReadonlySet<string>;
  private count = 0;
  private reader: NodeProto | undefined;
  private depth = 0;

  constructor(model: ModelProto, options: ImportGraphOptions) {
    this.model = model;
    this.options = options;
    this.path = options.path ?? 'model';
    this.functions = new Map((model.functions ?? []).map((f) => [`${f.domain}:${f.name}`, f]));
    this.statistics = new Set(
      model.graph.nodes.flatMap(({ opType, inputs }) =>
        opType === 'BatchNormalization' ? inputs.slice(3, 5) : [],
      ),
    );
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
    const stored = new Set(graph.initializers.map(({ name }) => name));
    const inputs: Record<string, Tensor> = {};
    for (const { name, type } of graph.inputs) {
      if (stored.has(name)) continue;
      if (type === 'string')
        throw new GraftError('unsupported', { what: `input '${name}'`, reason: 'texts are no tensors' });
      const shape = this.options.shapes[name];
      const values = this.options.values?.[name];
      if (shape === undefined)
        throw new GraftError('invalid-value', {
          what: `shape of input '${name}'`,
          received: undefined,
          allowed: 'a shape for each input',
        });
      if (values !== undefined) {
        scope.set(name, known(Float64Array.from(values), shape, computedTypes[type]));
        continue;
      }
      const tensor = programInput(name, shape, computedTypes[type]);
      inputs[name] = tensor;
      scope.set(name, computed(tensor));
    }
    const wanted = this.options.outputs ?? graph.outputs.map(({ name }) => name);
    this.runGraph({ ...graph, nodes: neededNodes(graph.nodes, wanted) }, scope, opset);
    const find = (name: string): Value => {
      const value = scope.get(name);
      if (value === undefined)
        throw new GraftError('unknown-name', {
          kind: 'tensor',
          received: name,
          allowed: scope.names,
          where: this.path,
        });
      return value;
    };
    const outputs = Object.fromEntries(wanted.map((name) => [name, find(name).tensor()]));
    return {
      inputs,
      outputs,
      tensor: (name) => find(name).tensor(),
      weights: [...this.weights.values()],
      origin: (node) => this.origins.get(node),
    };
  }

  private runGraph(graph: GraphProto, scope: Scope, opset: number): void {
    for (const tensor of graph.initializers) scope.set(tensor.name, this.stored(tensor));
    for (const node of graph.nodes) this.runNode(node, scope, opset);
  }

  private runNode(proto: NodeProto, scope: Scope, opset: number): void {
    if (++this.count > MOST_NODES)
      throw new GraftError('unsupported', {
        what: this.path,
        reason: `it has more than ${MOST_NODES} nodes with its loops written out`,
      });
    const inputs = proto.inputs.map((name) => {
      if (name === '') return undefined;
      const value = scope.get(name);
      if (value === undefined) return this.fail(proto, `it reads '${name}', which nothing before it makes`);
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
            results[i] ?? this.fail(proto, `its output ${i} ('${name}') is not computed`, 'unsupported'),
          );
    } catch (error) {
      throw this.located(error, proto);
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
      constant: (tensor) => this.constantOf(tensor),
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
      scope.set(name, values[i] ?? this.fail(this.reader!, `its graph lacks the input '${name}'`));
    this.deeper(() => this.runGraph(graph, scope, opset));
    return graph.outputs.map(
      ({ name }) => scope.get(name) ?? this.fail(this.reader!, `its graph does not make '${name}'`),
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
      (name) => scope.get(name) ?? this.fail(this.reader!, `its function does not make '${name}'`),
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
    const tensor = value.tensor();
    this.noteOrigins(tensor, proto);
    const size = sizeOf(value.shape);
    if (size > (tensor.dtype === 'float32' ? FEW : FOLDED) || !this.free.has(tensor.node)) return value;
    const [folded] = evaluateTensors([tensor]);
    return known(folded!.data, value.shape, tensor.dtype);
  }

  private noteOrigins(tensor: Tensor, proto: NodeProto): void {
    const label = nodeLabel(proto);
    const stack = [tensor.node];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (this.origins.has(node) || isOp(node, 'input') || isOp(node, 'constant')) continue;
      this.origins.set(node, label);
      for (const { node: below } of node.inputs) stack.push(below);
    }
  }

  /** A stored tensor: a weight when somebody computes with it, unless it can be none. */
  private stored(tensor: TensorProto): Value {
    const value = this.storedValues.get(tensor) ?? this.openStored(tensor);
    this.storedValues.set(tensor, value);
    return value;
  }

  private openStored(tensor: TensorProto): Value {
    const dtype = computedTypes[tensor.type];
    let read: Float64Array | undefined;
    const values = () => {
      read ??= this.valuesOf(tensor);
      return read;
    };
    let made: Tensor | undefined;
    const asWeight = dtype === 'float32' && tensor.dims.length > 0 && sizeOf(tensor.dims) > 0;
    return {
      shape: tensor.dims,
      dtype,
      numbers: values,
      tensor: () => {
        made ??=
          asWeight && values().every(Number.isFinite) && !this.isFixed(tensor, values())
            ? this.weight(tensor, values())
            : known(values(), tensor.dims, dtype).tensor();
        return made;
      },
    };
  }

  /**
   * Whether a tensor is no weight: said so, the frequencies of rotary positions, or a number that an exporter wrote out, as
   * the scale of attention.
   */
  private isFixed({ name }: TensorProto, values: Float64Array): boolean {
    if (this.options.constants?.has(name) || /(^|[./])inv_freq$/.test(name)) return true;
    if (!madeUpName(name) || values.some((v) => v !== values[0])) return false;
    const { opType = '', inputs = [] } = this.reader ?? {};
    return !/^(Conv|ConvTranspose|Gemm|MatMul|LSTM|GRU|RNN)$/.test(opType) || inputs.indexOf(name) < 1;
  }

  private weight(tensor: TensorProto, values: Float64Array): Tensor {
    // One name may be stored in several graphs: then it is another tensor.
    let name = tensor.name;
    for (let i = 2; this.weights.has(name); i++) name = `${tensor.name}~${i}`;
    this.weights.set(name, {
      name,
      shape: tensor.dims,
      values,
      reader: this.reader ?? { opType: '', domain: '', name: '', inputs: [], outputs: [], attributes: {} },
      statistic: this.statistics.has(tensor.name),
    });
    return applyNode('input', [], { name: weightInput(name), shape: tensor.dims, dtype: 'float32' })
      .outputs[0]!;
  }

  private constantOf(tensor: TensorProto): Value {
    return known(this.valuesOf(tensor), tensor.dims, computedTypes[tensor.type]);
  }

  private valuesOf(tensor: TensorProto): Float64Array {
    return tensorValues(tensor, this.options.read?.(tensor) ?? tensor.raw);
  }

  private fail(proto: NodeProto, problem: string, code: 'bad-file' | 'unsupported' = 'bad-file'): never {
    if (code === 'unsupported')
      throw new GraftError('unsupported', { what: nodeLabel(proto), reason: problem });
    throw new GraftError('bad-file', {
      path: this.path,
      format: 'ONNX',
      problem: `${nodeLabel(proto)}: ${problem}`,
    });
  }

  /** What went wrong, with the node where it did. Anything unforeseen is the fault of what the node asks for. */
  private located(error: unknown, proto: NodeProto): unknown {
    const where = nodeLabel(proto);
    if (isGraftError(error, 'shape-mismatch') || isGraftError(error, 'invalid-value'))
      return error.facts.where !== undefined
        ? error
        : new GraftError(error.code, { ...error.facts, where } as never, { cause: error });
    if (error instanceof GraftError) return error;
    return new GraftError(
      'bad-file',
      {
        path: this.path,
        format: 'ONNX',
        problem: `${where} cannot be imported: ${(error as Error).message}`,
      },
      { cause: error },
    );
  }
}

const ruleOf = (opType: string): ImportRule | undefined =>
  Object.hasOwn(importRules, opType) ? (importRules as Record<string, ImportRule>)[opType] : undefined;
