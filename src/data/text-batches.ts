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
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
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

/** The crops at `offsets` as next-token examples, [offsets, length]. */
export function cropBatch(text: TokenPassages, offsets: Int32Array, length: number): TextBatch {
  const rows = offsets.length;
  const inputs = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  offsets.forEach((offset, row) => {
    inputs.set(text.ids.subarray(offset, offset + length), row * length);
    targets.set(text.ids.subarray(offset + 1, offset + length + 1), row * length);
  });
  return { inputs, targets };
}
