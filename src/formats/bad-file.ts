import { GraftError } from '../errors.ts';

/** Where in a file something is wrong, and what to do about it. */
export interface Place {
  /** `byte 16`, `line 3`, `entry images.npy`, … */
  offset?: string;
  hint?: string;
}

/** The error for content that its format does not allow. */
export function badFile(
  format: string,
  path: string,
  problem: string,
  place: Place = {},
): GraftError<'bad-file'> {
  return new GraftError('bad-file', {
    path,
    format,
    problem,
    ...(place.offset === undefined ? {} : { offset: place.offset }),
    ...(place.hint === undefined ? {} : { hint: place.hint }),
  });
}

/** A shape as people write it: `10,000 x 28 x 28`, `scalar`. */
export function showShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.map(showCount).join(' x ');
}

/** A whole number with its thousands separated: `30,000`; above 2^53 rounded: `6.3e29`. */
export function showCount(n: number): string {
  return n > Number.MAX_SAFE_INTEGER
    ? n.toExponential(1).replace('e+', 'e')
    : n.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `3 values`, `1 value`. */
export function plural(n: number, noun: string): string {
  return `${showCount(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** Text out of a file as an error may quote it: control characters escaped, long text cut. */
export function quote(text: string, limit = 60): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return `'${JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"')}'`;
}
