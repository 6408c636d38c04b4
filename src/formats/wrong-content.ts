import type { GraftError } from '../errors.ts';
import { badFile } from './bad-file.ts';
import { type Content, sniffContent } from './sniff-content.ts';

/**
 * The error for a file that does not begin as its format does: says what it is instead, and which format to choose or
 * how to convert it. `rule` is what the format demands: `it must start with PAR1`.
 */
export function wrongContent(
  format: string,
  path: string,
  rule: string,
  bytes: Uint8Array,
  content: Content = sniffContent(bytes),
): GraftError<'bad-file'> {
  if (content.kind === 'empty')
    return badFile(format, path, 'it is empty', { offset: 'byte 0', hint: 'Write or fetch it again.' });
  const hint = content.hint ?? content.use;
  return badFile(format, path, `${rule}, but is ${content.label}`, {
    offset: 'byte 0',
    ...(hint === undefined ? {} : { hint }),
  });
}
