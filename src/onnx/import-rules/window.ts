import type { ImportNode } from './import-node.ts';

/** Where the windows of a convolution or pooling stand on each spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Positions added in front of and behind each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Windows on each axis. */
  readonly counts: readonly number[];
}

/** The windows that a node's attributes place on an input of the given spatial sizes. */
export function windowOf(node: ImportNode, sizes: readonly number[], kernel: readonly number[]): Window {
  const n = sizes.length;
  const list = (name: string, otherwise: number): readonly number[] => {
    const values = node.ints(name) ?? Array<number>(n).fill(otherwise);
    if (values.length !== n || values.some((v) => !Number.isInteger(v) || v < 1))
      node.refuse(`its ${name} are [${values.join(', ')}] for ${n} spatial axes`);
    return values;
  };
  if (n < 1 || kernel.length !== n || kernel.some((k) => !Number.isInteger(k) || k < 1))
    node.refuse(`its kernel [${kernel.join(', ')}] does not fit ${n} spatial axes`);
  const strides = list('strides', 1);
  const dilations = list('dilations', 1);
  const spans = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  const [before, after] = padsOf(node, sizes, strides, spans);
  const up = node.int('ceil_mode', 0) === 1;
  const counts = sizes.map((size, i) => {
    const room = size + before[i]! + after[i]! - spans[i]!;
    const count = (up ? Math.ceil(room / strides[i]!) : Math.floor(room / strides[i]!)) + 1;
    // A window that begins behind the input and its front padding is none.
    return up && (count - 1) * strides[i]! >= size + before[i]! ? count - 1 : count;
  });
  if (counts.some((count) => count < 1)) node.refuse('its window is larger than the padded input');
  return { kernel, strides, dilations, before, after, counts };
}

function padsOf(
  node: ImportNode,
  sizes: readonly number[],
  strides: readonly number[],
  spans: readonly number[],
): [readonly number[], readonly number[]] {
  const mode = node.text('auto_pad', 'NOTSET');
  const n = sizes.length;
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    const totals = sizes.map((size, i) =>
      Math.max(0, (Math.ceil(size / strides[i]!) - 1) * strides[i]! + spans[i]! - size),
    );
    const less = totals.map((total) => Math.floor(total / 2));
    const more = totals.map((total) => Math.ceil(total / 2));
    return mode === 'SAME_UPPER' ? [less, more] : [more, less];
  }
  if (mode !== 'NOTSET' && mode !== 'VALID') node.refuse(`its auto_pad is '${mode}'`);
  const pads = (mode === 'NOTSET' ? node.ints('pads') : undefined) ?? Array<number>(2 * n).fill(0);
  if (pads.length !== 2 * n || pads.some((v) => !Number.isInteger(v) || v < 0))
    node.refuse(`its pads are [${pads.join(', ')}] for ${n} spatial axes`);
  return [pads.slice(0, n), pads.slice(n)];
}
