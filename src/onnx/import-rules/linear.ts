import { pad, reshape } from '../../tensor/functions/arrangement.ts';
import { einsum } from '../../tensor/functions/einsum.ts';
import { add, mul } from '../../tensor/functions/elementwise.ts';
import { conv, convTranspose, matmul } from '../../tensor/functions/linear.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims } from './value.ts';
import { windowOf } from './window.ts';

/** Matrix product; a vector counts as a matrix of one row (left) or one column (right), whose axis then goes. */
function product(a: Tensor, b: Tensor): Tensor {
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  const result = matmul(left, right);
  const shape = result.shape.filter(
    (_, i) =>
      !(a.shape.length === 1 && i === result.shape.length - 2) &&
      !(b.shape.length === 1 && i === result.shape.length - 1),
  );
  return shape.length === result.shape.length ? result : reshape(result, shape);
}

/** alpha op(A) op(B) + beta C. */
function gemm(node: ImportNode): Tensor {
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const options = { transposeA: node.int('transA', 0) !== 0, transposeB: node.int('transB', 0) !== 0 };
  const plain = matmul(node.tensor(0), node.tensor(1), options);
  const scaled = alpha === 1 ? plain : mul(plain, alpha);
  if (!node.has(2) || beta === 0) return scaled;
  return add(scaled, beta === 1 ? node.tensor(2) : mul(node.tensor(2), beta));
}

function convolution(node: ImportNode): Tensor {
  const [x, w] = [node.tensor(0), node.tensor(1)];
  const at = windowOf(node, dims(x).slice(2), node.ints('kernel_shape') ?? dims(w).slice(2));
  return conv(x, w, node.has(2) ? node.tensor(2) : undefined, {
    stride: at.strides,
    padding: [...at.before, ...at.after],
    dilation: at.dilations,
    groups: node.int('group', 1),
  });
}

/** How far one axis of a transposed convolution is cut in front, and how much is cut or added behind. */
interface Fit {
  readonly first: number;
  readonly last: number;
  readonly extra: number;
}

function transposedConvolution(node: ImportNode): Tensor {
  const [x, w] = [node.tensor(0), node.tensor(1)];
  const sizes = dims(x).slice(2);
  const kernel = dims(w).slice(2);
  const n = sizes.length;
  const list = (name: string, otherwise: number): readonly number[] => {
    const values = node.ints(name) ?? Array<number>(n).fill(otherwise);
    if (values.length !== n) node.refuse(`its ${name} do not fit ${n} spatial axes`);
    return values;
  };
  const strides = list('strides', 1);
  const dilations = list('dilations', 1);
  const outputPadding = list('output_padding', 0);
  const mode = node.text('auto_pad', 'NOTSET');
  const pads = node.ints('pads') ?? Array<number>(2 * n).fill(0);
  if (pads.length !== 2 * n) node.refuse(`its pads do not fit ${n} spatial axes`);
  // The size may count batch and channels.
  const wanted = node.ints('output_shape')?.slice(-n);
  const fits = sizes.map((size, i): Fit => {
    const full = (size - 1) * strides[i]! + outputPadding[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
    const target = wanted?.[i] ?? (mode.startsWith('SAME') ? size * strides[i]! : undefined);
    if (target === undefined)
      return mode === 'VALID'
        ? { first: 0, last: 0, extra: outputPadding[i]! }
        : { first: pads[i]!, last: pads[i + n]!, extra: outputPadding[i]! };
    const total = full - target;
    if (total < 0) return { first: 0, last: 0, extra: outputPadding[i]! - total };
    const half = Math.floor(total / 2);
    const [first, last] = mode === 'SAME_UPPER' ? [half, total - half] : [total - half, half];
    return { first, last, extra: outputPadding[i]! };
  });
  const bias = node.has(2) ? node.tensor(2) : undefined;
  const native = fits.every(({ extra }, i) => extra < strides[i]!);
  const options = {
    stride: strides,
    dilation: dilations,
    groups: node.int('group', 1),
    padding: [...fits.map(({ first }) => first), ...fits.map(({ last }) => last)],
  };
  if (native) return convTranspose(x, w, bias, { ...options, outputPadding: fits.map(({ extra }) => extra) });
  const y = pad(convTranspose(x, w, undefined, options), Array(n + 2).fill(0), [
    0,
    0,
    ...fits.map(({ extra }) => extra),
  ]);
  return bias === undefined ? y : add(y, reshape(bias, [1, bias.shape[0]!, ...Array(n).fill(1)]));
}

/** The letters of an equation without '->' that occur once, in alphabetical order, behind the ellipsis. */
function explicit(equation: string): string {
  const plain = equation.replaceAll(' ', '');
  if (plain.includes('->')) return plain;
  const letters = [...plain.replaceAll(/[.,]/g, '')];
  const single = [...new Set(letters)].filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).sort();
  return `${plain}->${plain.includes('...') ? '...' : ''}${single.join('')}`;
}

/** Products with weights. */
export const linearRules = {
  MatMul: (node) => [product(node.tensor(0), node.tensor(1))],
  Gemm: (node) => [gemm(node)],
  Conv: (node) => [convolution(node)],
  ConvTranspose: (node) => [transposedConvolution(node)],
  Einsum: (node) => [einsum(explicit(node.text('equation', '')), ...node.tensors())],
} satisfies ImportRules;
