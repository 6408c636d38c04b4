import { GraftError } from '../errors.ts';

/** Fails with `not-finite` at the first value that is NaN or infinite, naming `what` and the index. */
export function requireFinite(values: ArrayLike<number>, what: string, where?: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      const place = `index ${i}`;
      throw new GraftError('not-finite', { what, where: where === undefined ? place : `${where}, ${place}` });
    }
  }
}

/** Fails with `bad-data` where fewer than `least` values are there, and with `not-finite` as above. */
export function requireSample(values: ArrayLike<number>, least: number, what: string): void {
  if (values.length < least) {
    throw new GraftError('bad-data', {
      what,
      problem: `${values.length} values, at least ${least} are needed`,
    });
  }
  requireFinite(values, what);
}

/** Fails with `bad-data` where two paired samples differ in length, and as `requireSample` for each. */
export function requirePairs(x: ArrayLike<number>, y: ArrayLike<number>, least: number, what: string): void {
  if (x.length !== y.length) {
    throw new GraftError('bad-data', {
      what,
      problem: `paired samples of ${x.length} and ${y.length} values`,
    });
  }
  requireSample(x, least, what);
  requireSample(y, least, what);
}

/** Fails with `invalid-value` unless `value` lies strictly between 0 and 1. */
export function requireOpenUnit(value: number, what: string): void {
  if (!(value > 0 && value < 1)) {
    throw new GraftError('invalid-value', {
      what,
      received: value,
      allowed: 'numbers between 0 and 1, both excluded',
    });
  }
}
