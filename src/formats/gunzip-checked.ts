import { constants, gunzipSync } from 'node:zlib';
import type { GraftError } from '../errors.ts';
import { badFile, showCount } from './bad-file.ts';

/** True when `bytes` starts with gzip's magic number. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses gzip, stopping with `bad-file` as soon as more than `maxBytes` come out, so that a small file cannot
 * fill the memory. `format` and `path` are for the error.
 */
export function gunzipChecked(bytes: Uint8Array, maxBytes: number, format: string, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    throw gzipError(error, bytes, maxBytes, format, path);
  }
}

/** The beginning of what gzip data decompress to: `want` bytes and more, where there are as many. */
export function gunzipHead(bytes: Uint8Array, want: number, format: string, path: string): Uint8Array {
  try {
    // A sync flush at the end makes zlib hand over what it has instead of asking for the rest.
    return gunzipSync(bytes.subarray(0, 1024 + want), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw gzipError(error, bytes, 0, format, path);
  }
}

function gzipError(
  error: unknown,
  bytes: Uint8Array,
  maxBytes: number,
  format: string,
  path: string,
): GraftError {
  const code = (error as NodeJS.ErrnoException).code;
  const place = { offset: 'gzip data', hint: 'It is probably an incomplete download: fetch it again.' };
  if (code === 'ERR_BUFFER_TOO_LARGE')
    return badFile(
      format,
      path,
      `the gzip data decompress to more than the ${showCount(maxBytes)} bytes expected`,
      {
        ...place,
        hint: 'Where you trust it, unpack it yourself: gunzip.',
      },
    );
  if (code === 'Z_BUF_ERROR')
    return badFile(
      format,
      path,
      `the gzip data end too early, after ${showCount(bytes.length)} bytes`,
      place,
    );
  return badFile(format, path, 'the gzip data are damaged', place);
}
