import { GraftError } from '../errors.ts';
import type { Program } from '../tensor/program.ts';
import { encodeModel } from './encode-model.ts';
import { type LowerOptions, lowerProgram } from './lower-program.ts';
import type { ModelProto, TensorProto } from './model-proto.ts';

/** ONNX operator set of all written files, and the version of the file format that goes with it. */
export const OPSET = 21;
export const IR_VERSION = 10;

/** Protobuf ends at 2 GB; with more bytes of weights than this they go into a file of their own. */
const EXTERNAL_ABOVE = 1.5e9;
/** The 2 GB of a protobuf file, with room for the graph. */
const LARGEST_FILE = 2 ** 31 - 2 ** 24;
/** Tensors in the external file begin at multiples of this, so that they can be mapped into memory. */
const ALIGNMENT = 4096;

export interface ExportOptions extends LowerOptions {
  readonly doc?: string;
  /** Facts stored in the file (`metadata_props`), in this order. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly producerVersion?: string;
  /** Bytes of weights above which they lie outside of the file. Default 1.5 GB. */
  readonly externalAbove?: number;
  /** Name of the file with the weights, in the same folder. Default `weights.bin`. */
  readonly externalFile?: string;
}

/** A program as a file, and where it has many weights, their file. */
export interface ExportedModel {
  /** The ONNX file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly external?: ExternalFile;
}

export interface ExternalFile {
  readonly name: string;
  /** Bytes of the file; between the parts are zeros. */
  readonly length: number;
  readonly parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** The program as an ONNX model. */
export function toModel(program: Program, options: ExportOptions = {}): ModelProto {
  const { graph, domains } = lowerProgram(program, options);
  return {
    irVersion: IR_VERSION,
    producerName: 'graft',
    producerVersion: options.producerVersion ?? '',
    ...(options.doc === undefined ? {} : { doc: options.doc }),
    opsets: Object.fromEntries(domains.map((domain) => [domain, domain === '' ? OPSET : 1])),
    metadata: options.metadata ?? {},
    graph,
  };
}

/**
 * The program as one ONNX file of standard operators; the same program gives the same bytes. Fails beyond the 2 GB of a
 * protobuf file.
 */
export function exportProgram(program: Program, options: ExportOptions = {}): Uint8Array<ArrayBuffer> {
  const { bytes, external } = exportFiles(program, {
    portable: options.blockedChannels === undefined,
    ...options,
    externalAbove: LARGEST_FILE,
  });
  if (external !== undefined)
    throw new GraftError('unsupported', {
      what: `an ONNX file of ${(external.length / 2 ** 30).toFixed(1)} GB of weights`,
      reason: 'one file holds at most 2 GB',
    });
  return bytes;
}

/** The program as an ONNX file, with a second file where it has too many weights for one. */
export function exportFiles(program: Program, options: ExportOptions = {}): ExportedModel {
  const model = toModel(program, options);
  const { externalAbove = EXTERNAL_ABOVE, externalFile = 'weights.bin' } = options;
  const weights = model.graph.initializers.reduce((sum, { raw }) => sum + raw.length, 0);
  if (weights <= externalAbove) return { bytes: encodeModel(model) };
  const { initializers, external } = moveOut(model.graph.initializers, externalFile);
  return { bytes: encodeModel({ ...model, graph: { ...model.graph, initializers } }), external };
}

/** Moves the values of tensors into a file of their own. Small ones stay: shapes and axes must be known on loading. */
function moveOut(
  tensors: readonly TensorProto[],
  name: string,
): { initializers: TensorProto[]; external: ExternalFile } {
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  let length = 0;
  const initializers = tensors.map((tensor) => {
    if (tensor.raw.length < 1024) return tensor;
    const offset = Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    length = offset + tensor.raw.length;
    parts.push({ offset, bytes: tensor.raw });
    return {
      ...tensor,
      raw: new Uint8Array(0),
      external: { location: name, offset, length: tensor.raw.length },
    };
  });
  return { initializers, external: { name, length, parts } };
}

/** The external file as one buffer. */
export function joinExternal({ length, parts }: ExternalFile): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(length);
  for (const { offset, bytes } of parts) joined.set(bytes, offset);
  return joined;
}
