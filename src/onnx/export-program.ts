import type { Program } from '../tensor/program.ts';
import { encodeModel } from './encode-model.ts';
import { type LowerOptions, lowerProgram } from './lower-program.ts';
import type { ModelProto } from './model-proto.ts';

/** ONNX operator set of all written files, and the version of the file format that goes with it. */
export const OPSET = 21;
export const IR_VERSION = 10;

export interface ExportOptions extends LowerOptions {
  readonly doc?: string;
  /** Facts stored in the file (`metadata_props`), in this order. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly producerVersion?: string;
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

/** The program as bytes of an ONNX file; the same program gives the same bytes. */
export function exportProgram(program: Program, options: ExportOptions = {}): Uint8Array<ArrayBuffer> {
  return encodeModel(toModel(program, options));
}
