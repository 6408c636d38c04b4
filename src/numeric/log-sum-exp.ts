/** Sums of exponentials without overflow. */

/** log(sum(exp(values))); -Infinity for an empty list or when all are -Infinity. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}

/** log(mean(exp(values))). */
export function logMeanExp(values: ArrayLike<number>): number {
  return logSumExp(values) - Math.log(values.length);
}

/** log(softmax(values)): each value minus the log of the sum of exponentials. */
export function logSoftmax(values: ArrayLike<number>): Float64Array {
  const total = logSumExp(values);
  return Float64Array.from({ length: values.length }, (_, i) => values[i]! - total);
}
