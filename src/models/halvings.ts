import { GraftError } from '../errors.ts';

/** Refuses channels of a network that halves (or doubles) both sides once for each entry where an image has no such sides. */
export function requireHalvings(
  what: string,
  channels: readonly number[],
  height: number,
  width: number,
): void {
  const factor = 2 ** channels.length;
  if (channels.length > 0 && height % factor === 0 && width % factor === 0) return;
  let most = 0;
  while (height % 2 ** (most + 1) === 0 && width % 2 ** (most + 1) === 0) most++;
  throw new GraftError('invalid-value', {
    what,
    received: channels,
    allowed: `one to ${most} entries for images of ${height}x${width}, since each halves both sides`,
  });
}
