/**
 * The printable character that stands for each byte in byte-level vocabularies (GPT-2's table): printable Latin-1
 * characters stand for themselves, the other 68 bytes for U+0100, U+0101, … in order.
 */
export const byteCharacters: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(isPrintable(byte) ? byte : 0x100 + rankOfUnprintable(byte)),
);

const bytes = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** The bytes that a byte-level token stands for; undefined when it has characters outside the table. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const out = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = bytes.get(token[i]!);
    if (byte === undefined) return undefined;
    out[i] = byte;
  }
  return out;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

function rankOfUnprintable(byte: number): number {
  let rank = 0;
  for (let b = 0; b < byte; b++) if (!isPrintable(b)) rank++;
  return rank;
}
