/**
 * The encoding that a text which is not UTF-8 probably has, under the name that `iconv` knows, or `undefined`.
 * A guess for an error message, never used to read: byte order marks and NULs tell UTF-16 and UTF-32; accents that
 * stand alone among ASCII letters tell the western 8-bit codes; otherwise the East Asian and Cyrillic codes are tried
 * and the one whose result has the most everyday characters of its script is taken.
 */
export function guessEncoding(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, 1 << 16);
  const [a, b] = sample;
  if (a === 0xff && b === 0xfe) return sample[2] === 0 && sample[3] === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  const { high, alone, control, evenNul, oddNul } = count(sample);
  if (oddNul > sample.length / 8) return 'UTF-16LE';
  if (evenNul > sample.length / 8) return 'UTF-16BE';
  if (evenNul + oddNul > 0 || high === 0) return undefined;
  if (alone >= high / 2) return control > 0 ? 'WINDOWS-1252' : 'ISO-8859-1';
  return bestOf(sample);
}

function count(sample: Uint8Array) {
  let [high, alone, control, evenNul, oddNul] = [0, 0, 0, 0, 0];
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i]!;
    if (byte === 0) i % 2 === 0 ? evenNul++ : oddNul++;
    if (byte < 0x80) continue;
    high++;
    // ISO 8859-1 has only control codes from 0x80 to 0x9f, where Windows has quotation marks and dashes.
    if (byte < 0xa0) control++;
    if ((sample[i - 1] ?? 0) < 0x80 && (sample[i + 1] ?? 0) < 0x80) alone++;
  }
  return { high, alone, control, evenNul, oddNul };
}

const kana = /[\u3041-\u30fe\u3001\u3002]/gu;
const russian = /[оеаинтсрвл]/gu;
const chinese =
  /[的一是不了在人有我他中来來上大和到以要就出可也你生能而子那得下自之年里作这這个個们們为為国國说說时時会會对對发發后後，。]/gu;

/**
 * Encodings, the everyday characters of their languages, and the share of running text that these usually are: the
 * wrong encoding hits them by chance, but less often than that.
 */
const candidates: readonly (readonly [name: string, label: string, everyday: RegExp, usual: number])[] = [
  ['EUC-JP', 'euc-jp', kana, 0.5],
  ['SHIFT_JIS', 'shift_jis', kana, 0.5],
  ['EUC-KR', 'euc-kr', /[\uac00-\ud7a3]/gu, 0.9],
  ['BIG5', 'big5', chinese, 0.3],
  ['GB18030', 'gb18030', chinese, 0.3],
  ['WINDOWS-1251', 'windows-1251', russian, 0.6],
  ['KOI8-R', 'koi8-r', russian, 0.6],
];

function bestOf(sample: Uint8Array): string | undefined {
  let best: string | undefined;
  let bestScore = 0;
  for (const [name, label, everyday, usual] of candidates) {
    const text = new TextDecoder(label).decode(sample);
    const foreign = [...text].filter((character) => character > '\x7f').length;
    const hits = text.match(everyday)?.length ?? 0;
    const misses = text.match(/\ufffd/g)?.length ?? 0;
    const score = (hits - 4 * misses) / Math.max(1, foreign) / usual;
    if (score > bestScore) [best, bestScore] = [name, score];
  }
  return best;
}
