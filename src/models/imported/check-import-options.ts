import { GraftError } from '../../errors.ts';
import type { ForeignFile } from './foreign-file.ts';
import { type ImportedRole, importedRoles } from './imported-schema.ts';
import type { OnnxImportOptions } from './onnx-import-options.ts';

type Option = Exclude<keyof OnnxImportOptions, 'role'>;

const images = ['autoencoder', 'scorer'] as const;
const decoders = ['autoencoder', 'generator'] as const;

/** The roles that make something of each option. */
const takenBy: Readonly<Record<Option, readonly ImportedRole[]>> = {
  encoder: ['autoencoder'],
  output: importedRoles,
  code: ['autoencoder'],
  logVariance: ['autoencoder'],
  input: importedRoles,
  image: ['autoencoder', 'generator', 'scorer'],
  context: ['next-token'],
  latent: ['generator'],
  mean: images,
  std: images,
  outputMean: decoders,
  outputStd: decoders,
  loss: decoders,
  candidates: ['generator'],
  prior: ['generator'],
  fill: importedRoles,
  constants: importedRoles,
  freeze: importedRoles,
};

/**
 * Fails where something was said that nothing would be made of: with `conflict` an option that the role does not have,
 * with `unknown-name` an input or a stored tensor that no file has.
 */
export function checkImportOptions(options: OnnxImportOptions, files: readonly ForeignFile[]): void {
  const { role } = options;
  for (const option of Object.keys(takenBy) as Option[])
    if (options[option] !== undefined && !takenBy[option].includes(role))
      throw new GraftError('conflict', {
        first: option === 'encoder' ? '--encoder' : option,
        second: `--as ${role}`,
        reason: `it says something of ${takenBy[option].map((name) => `--as ${name}`).join(' and ')}`,
      });
  const where = files.map(({ path }) => path).join(' and ');
  const inputs = files.flatMap((file) => file.inputs.map(({ name }) => name));
  for (const received of Object.keys(options.fill ?? {}))
    if (!inputs.includes(received))
      throw new GraftError('unknown-name', { kind: 'input of fill', received, allowed: inputs, where });
  if (options.constants === undefined) return;
  for (const { path, format, stored } of files)
    if (stored === undefined)
      throw new GraftError('conflict', {
        first: 'constants',
        second: `${path}, a ${format},`,
        reason: 'it says itself which of its tensors are trained',
      });
  const tensors = files.flatMap(({ stored = [] }) => stored);
  const known = new Set(tensors);
  for (const received of options.constants)
    if (!known.has(received))
      throw new GraftError('unknown-name', { kind: 'stored tensor', received, allowed: tensors, where });
}
