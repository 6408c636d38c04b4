import { applyNode } from '../tensor/build.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ReadTensor } from './external-data.ts';
import { computedTypes } from './import-rules/shapes.ts';
import { known, type Value } from './import-rules/value.ts';
import { madeUpName } from './made-up-name.ts';
import type { GraphProto, NodeProto, TensorProto } from './model-proto.ts';
import { tensorValues } from './tensor-values.ts';

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

/** Numbers of stored tensors that were read, for several imports of one file. */
export type ReadValues = Map<TensorProto, Float64Array>;

export interface StoredTensorOptions {
  /** Stored tensors that are no weights although the graph computes with them, by name: fixed tables and the like. */
  readonly constants?: ReadonlySet<string>;
  /** Where the bytes of stored tensors come from; default: the file itself alone. */
  readonly read?: ReadTensor;
  readonly values?: ReadValues;
}

export const weightInput = (name: string): string => `weight:${name}`;

const nobody: NodeProto = { opType: '', domain: '', name: '', inputs: [], outputs: [], attributes: {} };

/** The stored tensors of a file's graphs: a weight where somebody computes with one, unless it can be none, else a constant. */
export class StoredTensors {
  private readonly options: StoredTensorOptions;
  private readonly values: ReadValues;
  private readonly statistics: ReadonlySet<string>;
  /** The node that is being imported: on what reads a tensor first depends what it is. */
  private readonly reader: () => NodeProto | undefined;
  private readonly opened = new Map<TensorProto, Value>();
  private readonly constants = new Map<TensorProto, Value>();
  private readonly made = new Map<string, StoredWeight>();

  constructor(graph: GraphProto, options: StoredTensorOptions, reader: () => NodeProto | undefined) {
    this.options = options;
    this.values = options.values ?? new Map();
    this.reader = reader;
    this.statistics = new Set(
      graph.nodes.flatMap(({ opType, inputs }) =>
        opType === 'BatchNormalization' ? inputs.slice(3, 5) : [],
      ),
    );
  }

  /** Weights in the order in which the graph reads them. */
  get weights(): readonly StoredWeight[] {
    return [...this.made.values()];
  }

  /** An initializer of a graph. */
  value(tensor: TensorProto): Value {
    const value = this.opened.get(tensor) ?? this.open(tensor);
    this.opened.set(tensor, value);
    return value;
  }

  /** The value of a node `Constant`. */
  constant(tensor: TensorProto): Value {
    const value =
      this.constants.get(tensor) ?? known(this.read(tensor), tensor.dims, computedTypes[tensor.type]);
    this.constants.set(tensor, value);
    return value;
  }

  private open(tensor: TensorProto): Value {
    const dtype = computedTypes[tensor.type];
    const asWeight = dtype === 'float32' && tensor.dims.length > 0 && sizeOf(tensor.dims) > 0;
    let made: Tensor | undefined;
    return {
      shape: tensor.dims,
      dtype,
      numbers: () => this.read(tensor),
      tensor: () => {
        made ??= this.tensorOf(tensor, asWeight);
        return made;
      },
    };
  }

  private tensorOf(tensor: TensorProto, asWeight: boolean): Tensor {
    const values = this.read(tensor);
    return asWeight && values.every(Number.isFinite) && !this.isFixed(tensor, values)
      ? this.weight(tensor, values)
      : known(values, tensor.dims, computedTypes[tensor.type]).tensor();
  }

  /**
   * Whether a tensor is no weight: said so, the frequencies of rotary positions, or a number that an exporter wrote out, as
   * the scale of attention.
   */
  private isFixed({ name }: TensorProto, values: Float64Array): boolean {
    if (this.options.constants?.has(name) || /(^|[./])inv_freq$/.test(name)) return true;
    if (!madeUpName(name) || values.some((v) => v !== values[0])) return false;
    const { opType, inputs } = this.reader() ?? nobody;
    return !/^(Conv|ConvTranspose|Gemm|MatMul|LSTM|GRU|RNN)$/.test(opType) || inputs.indexOf(name) < 1;
  }

  private weight(tensor: TensorProto, values: Float64Array): Tensor {
    // One name may be stored in several graphs: then it is another tensor.
    let name = tensor.name;
    for (let i = 2; this.made.has(name); i++) name = `${tensor.name}~${i}`;
    this.made.set(name, {
      name,
      shape: tensor.dims,
      values,
      reader: this.reader() ?? nobody,
      statistic: this.statistics.has(tensor.name),
    });
    return applyNode('input', [], { name: weightInput(name), shape: tensor.dims, dtype: 'float32' })
      .outputs[0]!;
  }

  private read(tensor: TensorProto): Float64Array {
    const values = this.values.get(tensor) ?? tensorValues(tensor, this.options.read?.(tensor) ?? tensor.raw);
    this.values.set(tensor, values);
    return values;
  }
}
