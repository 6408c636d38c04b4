import { z } from 'zod';
import { parseSpec } from '../../data/parse-spec.ts';
import type { Marks } from '../../data/tokenizers/tokenizer.ts';
import { GraftError } from '../../errors.ts';

/** A whole number as sizes are given. */
export const count = z.int().min(1).max(1_000_000_000);

/** Checks the members of a config.json that are looked at; the others are let be. */
export function readFields<T extends z.ZodRawShape>(
  shape: T,
  config: Readonly<Record<string, unknown>>,
  path: string,
): z.output<z.ZodObject<T>> {
  return parseSpec(z.object(shape), config, path);
}

/** Fails where a member has a value that would compute something else. */
export function refuse(
  config: Readonly<Record<string, unknown>>,
  path: string,
  key: string,
  allowed: string,
): never {
  throw new GraftError('unsupported', {
    what: `${key}: ${JSON.stringify(config[key]).slice(0, 120)} in ${path}`,
    reason: `${allowed} can be computed`,
  });
}

const id = z.int().min(0).max(10_000_000).nullish();

/** Ids of the marks in a config.json; of several end marks the first. */
export function readMarks(config: Readonly<Record<string, unknown>>, path: string): Marks {
  const found = readFields(
    { bos_token_id: id, eos_token_id: z.union([id, z.array(z.int().min(0)).min(1)]), pad_token_id: id },
    config,
    path,
  );
  const eos = Array.isArray(found.eos_token_id) ? found.eos_token_id[0] : found.eos_token_id;
  return {
    ...(found.bos_token_id == null ? {} : { bos: found.bos_token_id }),
    ...(eos == null ? {} : { eos }),
    ...(found.pad_token_id == null ? {} : { pad: found.pad_token_id }),
  };
}

/** The marks as members of a config.json. */
export const markFields = ({ bos, eos, pad }: Marks): Record<string, number> => ({
  ...(bos === undefined ? {} : { bos_token_id: bos }),
  ...(eos === undefined ? {} : { eos_token_id: eos }),
  ...(pad === undefined ? {} : { pad_token_id: pad }),
});
