import { expect, test } from 'vitest';
import { guessEncoding } from './guess-encoding.ts';

/** Sentences as bytes of their encoding (made with Python's codecs). */
const samples: [string, string][] = [
  ['ISO-8859-1', '4d6174696e20e97465726e656c2c20e26d657320706572647565732c2064e96ae0207675'],
  ['WINDOWS-1252', '93536f2c9420686520736169642096209369749273206c61746594'],
  ['SHIFT_JIS', '8ce1947982cd944c82c582a082e98142'],
  ['EUC-JP', 'b8e3c7daa4cfc7ada4c7a4a2a4eba1a3'],
  ['EUC-KR', 'b3aab4c220b0edbee7c0ccb4d9'],
  ['GB18030', 'ced2b5c4c3fbd7d6cac7d2bbb8f6c8cb'],
  ['BIG5', 'a7daaabaa657a672ac4fa440add3a448'],
  ['WINDOWS-1251', 'cff0e8e2e5f22c20eae0ea20e4e5ebe0'],
  ['KOI8-R', 'f0d2c9d7c5d42c20cbc1cb20c4c5ccc1'],
  ['UTF-16', 'fffe680065006c006c006f00'],
  ['UTF-16LE', '680065006c006c006f00'],
  ['UTF-16BE', '00680065006c006c006f'],
];

test.each(samples)('%s', (encoding, hex) => {
  expect(guessEncoding(new Uint8Array(Buffer.from(hex, 'hex')))).toBe(encoding);
});

test('plain ASCII has none', () => {
  expect(guessEncoding(new TextEncoder().encode('hello'))).toBeUndefined();
});
