/** Checks what a metric is given before it computes. */
import { GraftError } from '../errors.ts';
import type { Matrix } from '../numeric/matrix.ts';
import type { Images, InputKind, InputKinds, Inputs, Metric, TokenSequence } from './metric.ts';

/** Fails unless all inputs that `metric` needs are there, not empty, finite, and fit each other; nothing else is allowed. */
export function checkInputs(metric: Metric, inputs: Inputs): void {
  for (const name of Object.keys(inputs))
    if (!Object.hasOwn(metric.needs, name))
      throw new GraftError('unknown-name', {
        kind: 'input',
        received: name,
        allowed: Object.keys(metric.needs),
        where: metric.name,
      });
  for (const [name, need] of Object.entries(metric.needs)) {
    const value = inputs[name];
    if (value === undefined) {
      if (need.optional) continue;
      throw new GraftError('bad-data', {
        what: `input '${name}' of ${metric.name}`,
        problem: `is missing: ${need.what}`,
      });
    }
    checkOne[need.kind](value as never, `${metric.name}, input '${name}'`);
    const pair = need.pairedWith === undefined ? undefined : inputs[need.pairedWith];
    if (pair !== undefined && itemsOf(pair) !== itemsOf(value))
      throw misfit(metric, name, need.pairedWith as string, value, pair, 'both have as many items');
    const like = need.sameSizeAs === undefined ? undefined : inputs[need.sameSizeAs];
    if (like !== undefined && String(shapeOf(like).slice(1)) !== String(shapeOf(value).slice(1)))
      throw misfit(metric, name, need.sameSizeAs as string, value, like, 'their items have the same size');
  }
}

/** The number of items of an input. */
export function itemsOf(value: InputKinds[InputKind]): number {
  return shapeOf(value)[0]!;
}

/** The shape of an input, items first; for token sequences their number alone. */
export function shapeOf(value: InputKinds[InputKind]): number[] {
  if ('rows' in value) return [value.rows, value.columns];
  if ('count' in value) return [value.count, value.channels, value.height, value.width];
  return [value.length];
}

const checkOne: { [K in InputKind]: (value: InputKinds[K], where: string) => void } = {
  matrix(value: Matrix, where) {
    requireItems(value.data.length, where);
    const at = value.data.findIndex((x) => !Number.isFinite(x));
    if (at >= 0)
      throw notFinite(
        value.data[at]!,
        where,
        `row ${Math.floor(at / value.columns)}, column ${at % value.columns}`,
      );
  },
  values(value: Float64Array, where) {
    requireItems(value.length, where);
    const at = value.findIndex((x) => !Number.isFinite(x));
    if (at >= 0) throw notFinite(value[at]!, where, `entry ${at}`);
  },
  labels(value: Int32Array, where) {
    requireItems(value.length, where);
  },
  sequences(value: readonly TokenSequence[], where) {
    requireItems(value.length, where);
    value.forEach((sequence, i) => {
      for (const token of sequence)
        if (typeof token === 'number' && !Number.isFinite(token))
          throw notFinite(token, where, `sequence ${i}`);
    });
  },
  images(value: Images, where) {
    requireItems(value.data.length, where);
    const at = value.data.findIndex((x) => !Number.isFinite(x));
    if (at >= 0)
      throw notFinite(value.data[at]!, where, `image ${Math.floor(at / (value.data.length / value.count))}`);
  },
};

function requireItems(count: number, where: string): void {
  if (count === 0) throw new GraftError('bad-data', { what: where, problem: 'is empty' });
}

function notFinite(value: number, where: string, place: string): GraftError {
  return new GraftError('not-finite', { what: `${value} in ${where}`, where: place });
}

function misfit(
  metric: Metric,
  name: string,
  other: string,
  value: InputKinds[InputKind],
  otherValue: InputKinds[InputKind],
  rule: string,
): GraftError {
  return new GraftError('shape-mismatch', {
    op: `${metric.name} of '${name}' and '${other}'`,
    shapes: [shapeOf(value), shapeOf(otherValue)],
    rule,
  });
}
