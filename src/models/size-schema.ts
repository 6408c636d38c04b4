import { z } from 'zod';

/**
 * A size in a configuration: at most what is far above all that is trained, and far below where counting elements is no
 * longer exact.
 */
export const upTo = (most: number) => z.number().int().positive().max(most);

/** Shape of the images of a configuration. */
export const imageShape = z
  .tuple([upTo(1024), upTo(65_536), upTo(65_536)])
  .describe('channels, height, width');
