import { GraftError } from '../../errors.ts';
import type { ProgramJson } from '../../tensor/program-json.ts';
import type { ImportedConfig } from './imported-schema.ts';

/** An entry of the configuration that the model's role needs. */
export function needed<T>(value: T | undefined, key: string, { role }: ImportedConfig): T {
  if (value !== undefined) return value;
  throw new GraftError('invalid-value', {
    what: key,
    received: undefined,
    allowed: `a value for every ${role}`,
  });
}

/** A program that the model's role needs. */
export const partOf = (config: ImportedConfig, key: keyof ImportedConfig['programs']): ProgramJson =>
  needed(config.programs[key], `programs.${key}`, config);
