import { resolve } from 'node:path';
import { parseSpec } from '../data/parse-spec.ts';
import { type ImportedRole, importedRoles } from '../models/imported/imported-schema.ts';
import type { OnnxImportOptions } from '../models/imported/onnx-import-options.ts';
import { onnxImportSpec } from '../models/imported/onnx-import-spec.ts';
import type { OptionTable } from './option.ts';
import { type Override, overrideMap } from './overrides.ts';
import { checkingUsage, usageError } from './usage-error.ts';

/** Options of `graft import` that say what the model of an ONNX file does. */
export const onnxOptionTable = {
  as: {
    kind: 'choice',
    choices: [...importedRoles],
    summary: 'ONNX and TensorFlow.js: what the model does (needed)',
  },
  encoder: {
    kind: 'text',
    value: 'FILE',
    summary: 'ONNX autoencoders: file of the encoder, MODEL being the decoder',
  },
} as const satisfies OptionTable;

/** What the command line says about an ONNX file; undefined where it says nothing. */
export function onnxOptions(
  options: { readonly as: ImportedRole | undefined; readonly encoder: string | undefined },
  overrides: readonly Override[],
  directory: string,
): OnnxImportOptions | undefined {
  if (options.as === undefined) {
    if (options.encoder === undefined) return undefined;
    throw usageError('import', 'missing-argument', {
      command: 'graft import',
      argument: `--as ${importedRoles.join('|')}`,
      meaning: 'what the model of an ONNX file or of TensorFlow.js does',
    });
  }
  const given = checkingUsage('import', () => parseSpec(onnxImportSpec, overrideMap(overrides), 'key=value'));
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    role: options.as,
    ...(options.encoder === undefined ? {} : { encoder: resolve(directory, options.encoder) }),
    ...said,
  };
}
