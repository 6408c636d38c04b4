import { isWellFormed } from '../data-set.ts';

/**
 * UTF-8 of any string; a lone surrogate, which UTF-8 has no form for, is written as the three bytes that its number
 * gives (WTF-8, simonsapin.github.io/wtf-8), so that nothing is lost.
 */
export function utf8Bytes(text: string): Uint8Array {
  if (isWellFormed(text)) return Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const lone = code >= 0xd800 && code < 0xe000;
    parts.push(
      lone
        ? Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
        : Buffer.from(character, 'utf8'),
    );
  }
  return Buffer.concat(parts);
}

/** The text of UTF-8 bytes, with the surrogates that `utf8Bytes` writes; other invalid bytes give U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  let start = 0;
  for (let i = 0; i + 2 < bytes.length; i++) {
    const isSurrogate =
      bytes[i] === 0xed && (bytes[i + 1]! & 0xe0) === 0xa0 && (bytes[i + 2]! & 0xc0) === 0x80;
    if (!isSurrogate) continue;
    text += buffer.toString('utf8', start, i);
    text += String.fromCharCode(0xd000 | ((bytes[i + 1]! & 63) << 6) | (bytes[i + 2]! & 63));
    i += 2;
    start = i + 1;
  }
  return text + buffer.toString('utf8', start);
}
