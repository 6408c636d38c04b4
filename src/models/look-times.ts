/**
 * Times of each example in a look at validation, one from each of so many equal parts: costs at early and late times
 * differ by orders of magnitude, and one time alone would say little of a small set.
 */
export const LOOK_TIMES = 8;

/** Validation examples of a look at most: with their times as much work as a few updates. */
export const LOOK_EXAMPLES = 256;
