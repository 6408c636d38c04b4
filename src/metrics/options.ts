/** Building blocks of option schemas, with messages that complete 'allowed: ...'. */
import { z } from 'zod';

/** An integer from `min` on (to `max`, if there is one). */
export function integer(fallback: number, min: number, max?: number) {
  const message = max === undefined ? `an integer from ${min} on` : `an integer from ${min} to ${max}`;
  const schema = z.int(message).min(min, message);
  return (max === undefined ? schema : schema.max(max, message)).default(fallback);
}

/** A number above 0. */
export function positive(fallback: number) {
  const message = 'a number above 0';
  return z.number(message).positive(message).default(fallback);
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, `one of ${words.join(', ')}`);
}

export const noOptions = z.object({});
