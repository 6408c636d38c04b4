import { badFile, showCount } from './bad-file.ts';
import type { NumericArray } from './numeric-array.ts';
import { readFileChecked } from './read-file-checked.ts';
import { sniffContent } from './sniff-content.ts';

const format = 'CIFAR binary';

/** Labelled photographs of one file of CIFAR-10 or CIFAR-100. */
export interface CifarBatch {
  readonly kind: 'cifar-10' | 'cifar-100';
  /** `[count, 3, 32, 32]`, uint8, channels in the order red, green, blue. */
  readonly images: NumericArray;
  /** The class of each, 0 to 9 or 0 to 99. */
  readonly labels: Int32Array;
  /** CIFAR-100's superclass of each, 0 to 19. */
  readonly coarseLabels?: Int32Array;
}

const pixels = 3 * 32 * 32;

const kinds = {
  'cifar-10': { labelBytes: 1, classes: [10] },
  'cifar-100': { labelBytes: 2, classes: [20, 100] },
} as const;

/**
 * Reads a file of the binary version of CIFAR-10 (records of 1 label and 3,072 pixel bytes) or CIFAR-100 (a coarse
 * and a fine label before the pixels). Which of the two follows from the length, unless `kind` says it.
 * Fails with `bad-file`. Source: Alex Krizhevsky, 'The CIFAR-10 and CIFAR-100 datasets', binary version.
 */
export function readCifarBinary(bytes: Uint8Array, path: string, kind?: CifarBatch['kind']): CifarBatch {
  const chosen = kind ?? kindOf(bytes, path);
  const { labelBytes, classes } = kinds[chosen];
  const record = labelBytes + pixels;
  if (bytes.length === 0 || bytes.length % record !== 0) throw wrongLength(bytes, path);
  const count = bytes.length / record;
  const data = new Uint8Array(count * pixels);
  const labels = Array.from(classes, () => new Int32Array(count));
  for (let i = 0; i < count; i++) {
    for (let which = 0; which < labelBytes; which++) {
      const label = bytes[i * record + which]!;
      if (label >= classes[which]!)
        throw badFile(
          format,
          path,
          `label ${label} of image ${showCount(i)} is not below ${classes[which]}`,
          {
            offset: `byte ${i * record + which}`,
            hint: `Is it really ${chosen === 'cifar-10' ? 'CIFAR-10' : 'CIFAR-100'}?`,
          },
        );
      labels[which]![i] = label;
    }
    data.set(bytes.subarray(i * record + labelBytes, (i + 1) * record), i * pixels);
  }
  const images: NumericArray = { dtype: 'uint8', shape: [count, 3, 32, 32], data };
  const [first, second] = labels as [Int32Array, Int32Array?];
  return second === undefined
    ? { kind: chosen, images, labels: first }
    : { kind: chosen, images, labels: second, coarseLabels: first };
}

/** `readCifarBinary` on a file. */
export function readCifarBinaryFile(path: string, kind?: CifarBatch['kind']): CifarBatch {
  return readCifarBinary(readFileChecked(path, format), path, kind);
}

/** The record lengths 3,073 and 3,074 have no common divisor: a file of less than 9 MB fits one of them at most. */
function kindOf(bytes: Uint8Array, path: string): CifarBatch['kind'] {
  const fits10 = bytes.length % (1 + pixels) === 0;
  const fits100 = bytes.length % (2 + pixels) === 0;
  if (bytes.length === 0 || (!fits10 && !fits100)) throw wrongLength(bytes, path);
  if (fits10 && fits100)
    throw badFile(format, path, `its ${showCount(bytes.length)} bytes fit CIFAR-10 and CIFAR-100`, {
      hint: "Say which: kind 'cifar-10' or 'cifar-100'.",
    });
  return fits10 ? 'cifar-10' : 'cifar-100';
}

function wrongLength(bytes: Uint8Array, path: string) {
  const content = sniffContent(bytes);
  const recognised = !['binary', 'text', 'idx', 'safetensors', 'bmp', 'empty'].includes(content.kind);
  if (content.kind === 'empty') return badFile(format, path, 'it is empty');
  return badFile(
    format,
    path,
    recognised
      ? `it is ${content.label}`
      : `its ${showCount(bytes.length)} bytes are no multiple of 3,073 (CIFAR-10) or 3,074 (CIFAR-100)`,
    {
      hint:
        content.hint ??
        (content.kind === 'gzip'
          ? 'Unpack it first: tar xzf cifar-10-binary.tar.gz.'
          : 'It is probably an incomplete download: fetch it again.'),
    },
  );
}
