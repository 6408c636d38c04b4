/** Below this much output no ratio is suspicious: a small blank picture compresses a thousandfold. */
const alwaysAllowed = 64 * 2 ** 20;

/** Real data sets compress by a factor of 2 to 50. */
const largestRatio = 200;

/**
 * How many bytes `compressed` bytes may decompress to: 64 MiB or 200 times as many, whichever is more. What claims
 * more is taken for a decompression bomb and refused before memory is used for it.
 */
export function decompressionLimit(compressed: number): number {
  return Math.max(alwaysAllowed, largestRatio * compressed);
}
