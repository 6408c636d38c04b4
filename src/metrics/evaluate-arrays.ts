/** Metrics on plain arrays, by name: what a command line or a notebook has in its hands. */
import { GraftError, lookUp } from '../errors.ts';
import { matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { applyMetric, metricContext, resolveOptions } from './apply-metric.ts';
import { itemsOf } from './check-inputs.ts';
import { metrics } from './index.ts';
import type { Images, InputKind, InputKinds, Inputs, Metric, TokenSequence } from './metric.ts';

/** A decoded array: row-major values of any numeric type. The first axis counts items. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}
/** Texts, cut into tokens at white space or into characters (Unicode code points). */
export interface TextArray {
  readonly texts: readonly string[];
  readonly unit: 'word' | 'character';
}
export type ArrayInput = NumberArray | TextArray;

/** A value with what makes it comparable. Plain data, ready for JSON. */
export interface ArrayMeasurement {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly direction: 'lower' | 'higher';
  readonly kind?: string;
  readonly standardError?: number;
  readonly version: number;
  /** Number of items and shape of each input; for texts the unit of their tokens. */
  readonly inputs: Readonly<Record<string, { n: number; shape?: readonly number[]; unit?: string }>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly extras: Readonly<Record<string, number>>;
  readonly perItem: Readonly<Record<string, readonly number[]>>;
  readonly warnings: readonly string[];
}

/**
 * Computes the metric called `name` on named arrays. Input names may be written in camel, kebab or snake case. Images count
 * as flattened items where a metric takes features; negative token ids are padding. Fails with `unknown-name` for an unknown
 * metric, input or option, with `shape-mismatch` or `bad-data` for arrays that cannot be what the metric needs, and as
 * `applyMetric` does.
 */
export function computeMetric(
  name: string,
  arrays: Readonly<Record<string, ArrayInput>>,
  options: Readonly<Record<string, unknown>> = {},
  settings: { seed?: number } = {},
): ArrayMeasurement {
  const metric = lookUp<Metric>('metric', metrics, name);
  const seed = settings.seed ?? 0;
  const resolved = resolveOptions(metric, options);
  const inputs: Record<string, InputKinds[InputKind]> = {};
  const described: Record<string, { n: number; shape?: readonly number[]; unit?: string }> = {};
  for (const [given, array] of Object.entries(arrays)) {
    const input = inputName(metric, given);
    if (input in inputs)
      throw new GraftError('conflict', {
        first: `input '${given}'`,
        second: `input '${input}'`,
        reason: 'they are the same input',
        where: name,
      });
    const kind = metric.needs[input]!.kind;
    const value = decode[kind](array, `${name}, input '${given}'`);
    inputs[input] = value;
    described[input] =
      'texts' in array
        ? { n: itemsOf(value), unit: array.unit }
        : { n: itemsOf(value), shape: [...array.shape] };
  }
  const result = applyMetric(metric, inputs as Inputs as never, resolved, metricContext(stream(seed)));
  const perItem = Object.entries(result.perItem ?? {}).map(([key, list]) => [key, Array.from(list)]);
  return {
    metric: name,
    value: result.value,
    unit: metric.unit,
    direction: metric.direction,
    ...(result.kind === undefined ? {} : { kind: result.kind }),
    ...(result.standardError === undefined ? {} : { standardError: result.standardError }),
    version: metric.version,
    inputs: described,
    options: resolved,
    seed,
    extras: result.extras ?? {},
    perItem: Object.fromEntries(perItem),
    warnings: result.warnings ?? [],
  };
}

/** The metric's own spelling of an input name. */
function inputName(metric: Metric, given: string): string {
  const plain = (name: string) => name.replaceAll(/[-_]/g, '').toLowerCase();
  const allowed = Object.keys(metric.needs);
  const found = allowed.find((name) => plain(name) === plain(given));
  if (found !== undefined) return found;
  throw new GraftError('unknown-name', { kind: 'input', received: given, allowed, where: metric.name });
}

const decode: { [K in InputKind]: (array: ArrayInput, where: string) => InputKinds[K] } = {
  matrix(array, where) {
    const data = numbers(array, where);
    const rows = (array as NumberArray).shape[0] ?? 1;
    return matrix(rows, rows === 0 ? 0 : data.length / rows, data);
  },
  values: numbers,
  labels(array, where) {
    const data = numbers(array, where);
    const at = data.findIndex((value) => !Number.isInteger(value));
    if (at >= 0)
      throw new GraftError('invalid-value', {
        what: `entry ${at}`,
        received: data[at],
        allowed: 'an integer',
        where,
      });
    return Int32Array.from(data);
  },
  sequences(array, where) {
    if ('texts' in array) return array.texts.map((text) => tokensOf(text, array.unit));
    const data = numbers(array, where);
    const { shape } = array;
    if (shape.length !== 2)
      throw new GraftError('shape-mismatch', {
        op: where,
        shapes: [shape],
        rule: 'token ids come as [sequences, tokens], negative ones being padding',
      });
    const width = shape[1]!;
    return Array.from({ length: shape[0]! }, (_, i) =>
      Array.from(data.subarray(i * width, (i + 1) * width)).filter((id) => !(id < 0)),
    );
  },
  images(array, where): Images {
    const data = numbers(array, where);
    const { shape } = array as NumberArray;
    const [count, a, b, c] = shape as [number, number, number, number];
    if (shape.length === 3) return { count, channels: 1, height: a, width: b, data };
    if (shape.length === 4 && isChannelCount(a)) return { count, channels: a, height: b, width: c, data };
    if (shape.length === 4 && isChannelCount(c)) return channelsFirst(count, a, b, c, data);
    throw new GraftError('shape-mismatch', {
      op: where,
      shapes: [shape],
      rule: 'images come as [n, height, width], [n, channels, height, width] or [n, height, width, channels] with 1, 3 or 4 channels',
    });
  },
};

/** The values as float64; fails for texts and where their number is not the product of the shape. */
function numbers(array: ArrayInput, where: string): Float64Array {
  if ('texts' in array)
    throw new GraftError('bad-data', { what: where, problem: 'is text, but numbers are needed' });
  const { shape, data } = array;
  const expected = shape.reduce((product, size) => product * size, 1);
  if (shape.length === 0 || expected !== data.length)
    throw new GraftError('shape-mismatch', {
      op: where,
      shapes: [shape, [data.length]],
      rule: 'an array has an axis of items, and as many values as its shape says',
    });
  return data instanceof Float64Array ? data : Float64Array.from(data as ArrayLike<number>, Number);
}

function tokensOf(text: string, unit: TextArray['unit']): TokenSequence {
  return unit === 'character' ? Array.from(text) : text.split(/\s+/u).filter((word) => word !== '');
}

function isChannelCount(size: number): boolean {
  return size === 1 || size === 3 || size === 4;
}

function channelsFirst(
  count: number,
  height: number,
  width: number,
  channels: number,
  data: Float64Array,
): Images {
  const moved = new Float64Array(data.length);
  const area = height * width;
  for (let i = 0; i < count; i++)
    for (let at = 0; at < area; at++)
      for (let c = 0; c < channels; c++)
        moved[(i * channels + c) * area + at] = data[(i * area + at) * channels + c]!;
  return { count, channels, height, width, data: moved };
}
