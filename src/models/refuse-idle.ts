import { GraftError } from '../errors.ts';
import { familyOf } from './index.ts';

/**
 * Refuses an option that was stated and has no effect, because of what another one is in the whole configuration. Fails
 * with `conflict`.
 */
export function refuseIdle(
  family: string,
  stated: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
  where: string,
): void {
  for (const { options, beside, reason } of familyOf(family).idle ?? []) {
    const [name, value] = Object.entries(beside)[0]!;
    const option = options.find((one) => stated[one] !== undefined);
    if (option === undefined || config[name] !== value) continue;
    throw new GraftError('conflict', {
      first: `option '${option}'`,
      second: `${name} ${value}`,
      reason,
      where,
    });
  }
}
