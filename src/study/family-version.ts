import { familyOf } from '../models/index.ts';

/**
 * A family's version for the inputs of a step, so that steps are made anew where the family trains differently. Left out at
 * 1, with which ids of steps began.
 */
export function familyVersion(family: string): { familyVersion?: number } {
  const { version } = familyOf(family);
  return version === 1 ? {} : { familyVersion: version };
}
