import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import { checkPositive } from './batches.ts';

/** Token ids of several passages laid end to end; passage p is `ids[starts[p] .. starts[p + 1] - 1]`. */
export interface TokenPassages {
  readonly ids: Int32Array;
  /** [passages + 1] */
  readonly starts: Int32Array;
}

export function joinPassages(passages: readonly Int32Array[]): TokenPassages {
  const starts = new Int32Array(passages.length + 1);
  passages.forEach((passage, p) => {
    starts[p + 1] = starts[p]! + passage.length;
  });
  const ids = new Int32Array(starts[passages.length]!);
  passages.forEach((passage, p) => {
    ids.set(passage, starts[p]!);
  });
  return { ids, starts };
}

/** Next-token examples of one length: token t of `targets` follows token t of `inputs`. All [rows, length]. */
export interface TextBatch {
  readonly rows: number;
  readonly length: number;
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  /** 1 where the target counts, 0 where it is padding. */
  readonly mask: Float32Array;
}

/**
 * Where the random crops of training step `step` start in `text.ids`, [count]: uniform over all places where
 * `length` + 1 tokens of one passage follow, drawn anew at each step. A pure function of the step.
 */
export function cropOffsets(
  text: TokenPassages,
  length: number,
  count: number,
  step: number,
  stream: Stream,
): Int32Array {
  checkPositive('crop length', length);
  const passages = text.starts.length - 1;
  // Places in each passage; those of all passages are numbered through.
  let total = 0;
  const before = new Float64Array(passages + 1);
  for (let p = 0; p < passages; p++) {
    total += Math.max(0, text.starts[p + 1]! - text.starts[p]! - length);
    before[p + 1] = total;
  }
  if (total === 0) {
    throw new GraftError('bad-data', {
      what: 'training text',
      problem: `no passage has the ${length + 1} tokens that a training crop of ${length} needs`,
      hint: 'Take a shorter context, or cut the text in windows and train on padded items.',
    });
  }
  return stream
    .child(`step ${step}`)
    .integers(count, total)
    .map((place) => {
      let low = 0;
      let high = passages;
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (before[middle]! <= place) low = middle;
        else high = middle;
      }
      return text.starts[low]! + (place - before[low]!);
    });
}

/** The crops at `offsets` as next-token examples, [offsets, length]; nothing is masked. */
export function cropBatch(text: TokenPassages, offsets: Int32Array, length: number): TextBatch {
  const rows = offsets.length;
  const inputs = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  offsets.forEach((offset, row) => {
    inputs.set(text.ids.subarray(offset, offset + length), row * length);
    targets.set(text.ids.subarray(offset + 1, offset + length + 1), row * length);
  });
  return { rows, length, inputs, targets, mask: new Float32Array(rows * length).fill(1) };
}

/**
 * A few lengths to pad to, ascending: the quantiles of `lengths` at 1/count, 2/count, … 1, rounded up to a multiple
 * of `multiple`. Each length is one compiled program, so few are better than exact ones.
 */
export function lengthBuckets(lengths: ArrayLike<number>, count = 4, multiple = 8): number[] {
  checkPositive('number of lengths', lengths.length);
  const sorted = Array.from(lengths).sort((a, b) => a - b);
  const buckets = Array.from({ length: count }, (_, k) => {
    const quantile = sorted[Math.ceil(((k + 1) / count) * sorted.length) - 1]!;
    return Math.max(1, Math.ceil(quantile / multiple)) * multiple;
  });
  return [...new Set(buckets)];
}

/** The smallest bucket that holds `length`, or the largest bucket. */
export function bucketFor(length: number, buckets: readonly number[]): number {
  return buckets.find((bucket) => length <= bucket) ?? buckets.at(-1)!;
}

/**
 * Whole sequences as next-token examples, [sequences, length]: inputs are a sequence without its last token, targets
 * the same without its first. Shorter ones are padded with `pad` and masked; longer ones are refused, never cut.
 */
export function padSequences(sequences: readonly Int32Array[], length: number, pad: number): TextBatch {
  checkPositive('padded length', length);
  const rows = sequences.length;
  const inputs = new Int32Array(rows * length).fill(pad);
  const targets = new Int32Array(rows * length).fill(pad);
  const mask = new Float32Array(rows * length);
  sequences.forEach((sequence, row) => {
    const used = sequence.length - 1;
    if (used > length) {
      throw new GraftError('invalid-value', {
        what: `sequence ${row}`,
        received: `${sequence.length} tokens`,
        allowed: `at most ${length + 1} tokens (context ${length})`,
      });
    }
    if (used < 1) return;
    inputs.set(sequence.subarray(0, used), row * length);
    targets.set(sequence.subarray(1), row * length);
    mask.fill(1, row * length, row * length + used);
  });
  return { rows, length, inputs, targets, mask };
}
