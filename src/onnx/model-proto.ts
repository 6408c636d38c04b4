/**
 * The parts of an ONNX file that Graft reads and writes, as plain data. Names follow onnx.proto (ONNX 1.16, IR
 * version 10): https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** `TensorProto.DataType`. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
export type ElementType = keyof typeof elementTypes;

/** Bytes of one element; strings have no fixed size. */
export const elementBytes: Readonly<Record<Exclude<ElementType, 'string'>, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
};

/** Where a tensor's bytes lie when they are not in the file itself. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface TensorProto {
  readonly name: string;
  readonly type: Exclude<ElementType, 'string'>;
  readonly dims: readonly number[];
  /** Little-endian elements in row-major order; a view, not a copy. Empty when `external` is set. */
  readonly raw: Uint8Array;
  readonly external?: ExternalData;
}

export type AttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: TensorProto }
  | { readonly kind: 'graph'; readonly value: GraphProto }
  /** In a function: the name of the attribute of its calls whose value it is. */
  | { readonly kind: 'reference'; readonly value: string };

/** One application of an ONNX operator. An input or output that is left out is ''. */
export interface NodeProto {
  readonly opType: string;
  /** '' is the ONNX standard domain. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The module that PyTorch's exporter made it for: `h.0.attn`. Read, not written. */
  readonly scope?: string;
}

/** Name and type of a graph's input or output; a dimension is a number, a symbol, or '' where nothing is known. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  /** Absent where the file does not even state the rank. */
  readonly shape?: readonly (number | string)[];
  /** A sequence of such tensors. */
  readonly sequence?: boolean;
  readonly doc?: string;
}

export interface GraphProto {
  readonly name: string;
  readonly doc?: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** An operator that the file itself defines by other operators. */
export interface FunctionProto {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeProto[];
  /** Values of attributes that a call leaves out. */
  readonly defaults: Readonly<Record<string, AttributeValue>>;
  readonly opsets: Readonly<Record<string, number>>;
}

export interface ModelProto {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly doc?: string;
  /** Version of each operator set by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: GraphProto;
  readonly functions?: readonly FunctionProto[];
}
