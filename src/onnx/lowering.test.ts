import { describe, expect, test } from 'vitest';
import { isGraftError } from '../errors.ts';
import { constant, input } from '../tensor/build.ts';
import { concat, expand, reshape, slice, split, transpose } from '../tensor/functions/arrangement.ts';
import { add, div, exp, gelu, mul, neg, pow, relu, sub, tanh } from '../tensor/functions/elementwise.ts';
import { attention, conv, convTranspose, linear, matmul } from '../tensor/functions/linear.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { program } from '../tensor/program.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type LowerOptions, lowerProgram } from './lower-program.ts';
import type { NodeProto } from './model-proto.ts';
import { rewriteProgram } from './rewrites/rewrite-program.ts';

function nodesOf(
  outputs: Readonly<Record<string, Tensor>>,
  options: LowerOptions = {},
): readonly NodeProto[] {
  return lowerProgram(rewriteProgram(optimiseProgram(program(outputs))), options).graph.nodes;
}
const operators = (outputs: Readonly<Record<string, Tensor>>, options: LowerOptions = {}) =>
  nodesOf(outputs, options).map(({ opType }) => opType);

const x = input('x', [6, 4]);
const w = input('w', [5, 4]);
const b = input('b', [5]);
const c = input('c', [6, 5]);
const batch = input('batch', [2, 3, 4]);

describe('matrix products', () => {
  test('product, bias and factor are one Gemm', () => {
    const nodes = nodesOf({ y: mul(add(mul(matmul(x, w, { transposeB: true }), 3), b), 0.5) });
    expect(nodes.map(({ opType }) => opType)).toEqual(['Gemm']);
    expect(nodes[0]!.attributes).toEqual({
      transB: { kind: 'int', value: 1 },
      alpha: { kind: 'float', value: 1.5 },
      beta: { kind: 'float', value: 0.5 },
    });
  });

  test('a residual and a second product are added by Gemm', () => {
    expect(operators({ y: sub(c, linear(x, w)) })).toEqual(['Gemm']);
    expect(operators({ y: add(linear(x, w), linear(input('z', [6, 7]), input('u', [5, 7]))) })).toEqual([
      'Gemm',
      'Gemm',
    ]);
  });

  test('a factor that a broadcast belongs to stays where it is', () => {
    const row = input('row', [1, 4]);
    const scaled = mul(row, expand(constant(2), [2, 4]));
    const nodes = nodesOf({ y: matmul(transpose(scaled), input('z', [2, 5])) });
    expect(nodes.at(-1)!.opType).toBe('Gemm');
  });

  test('leading axes are joined', () => {
    expect(operators({ y: linear(batch, w, b) })).toEqual(['Reshape', 'Gemm', 'Reshape']);
  });

  test('transposes and factors of operands go into the product, even when others read them too', () => {
    const scaled = mul(transpose(x), 2);
    const nodes = nodesOf({ y: matmul(neg(c), scaled, { transposeA: true, transposeB: true }), scaled });
    expect(nodes.map(({ opType }) => opType).sort()).toEqual(['Gemm', 'Mul', 'Transpose']);
    expect(nodes.find(({ opType }) => opType === 'Gemm')!.inputs).toEqual(['c', 'x']);
  });

  test('a factor behind a reshape reaches the products', () => {
    const h = mul(tanh(batch), 0.5);
    expect(
      operators({ y: matmul(reshape(h, [6, 4]), w, { transposeB: true }), z: linear(h, w) }),
    ).not.toContain('Mul');
  });

  test('a product that somebody else reads is computed once', () => {
    const y = matmul(x, w, { transposeB: true });
    expect(operators({ y, z: add(y, b) })).toEqual(['Gemm', 'Add']);
  });

  test('batches of products take transposes and factor', () => {
    const nodes = nodesOf({ y: mul(matmul(batch, transpose(input('k', [2, 5, 4]))), 0.1) });
    expect(nodes.map(({ opType, domain }) => [opType, domain])).toEqual([['FusedMatMul', 'com.microsoft']]);
  });
});

test('files for others hold operators of the standard only', () => {
  const q = input('q', [2, 3, 4]);
  const scores = mul(matmul(q, transpose(mul(batch, 2))), 0.5);
  const found = nodesOf({ y: scores, z: attention(q, batch, batch).output }, { portable: true });
  expect(found.every(({ domain }) => domain === '')).toBe(true);
  expect(found.map(({ opType }) => opType)).toContain('Softmax');
});

describe('passes over memory that are saved', () => {
  test.each<[string, () => Tensor, string[]]>([
    ['expand before an addition', () => add(c, expand(b, [6, 5])), ['Add']],
    ['square', () => pow(c, 2), ['Mul']],
    ['division by a number', () => div(c, 4), ['Mul']],
    ['a whole slice', () => exp(slice(c, 0, 0, 6)), ['Exp']],
    [
      'a transpose that moves only ones',
      () => transpose(reshape(c, [1, 30]), [1, 0]),
      ['Reshape', 'Reshape'],
    ],
    ['a double reshape to the same shape', () => exp(reshape(c, [6, 5])), ['Exp']],
  ])('%s', (_, build, expected) => {
    expect(operators({ y: build() })).toEqual(expected);
  });

  test('the gradient of a split is a concatenation', () => {
    const [p, q, r] = split(c, [2, 2, 1], 1) as [Tensor, Tensor, Tensor];
    const [g] = gradients(concat([exp(r), exp(p), exp(q)], 1), [c], [input('g', [6, 5])]);
    const found = operators({ dc: g! });
    expect(found).toContain('Concat');
    expect(found).not.toContain('Pad');
  });

  test('GELU and its gradient share one error function; alone it is one operator', () => {
    const [g] = gradients(gelu(c), [c], [input('g', [6, 5])]);
    expect(operators({ y: gelu(c), dc: g! }).filter((op) => op === 'Erf' || op === 'Gelu')).toEqual(['Erf']);
    expect(operators({ y: gelu(c) })).toEqual(['Gelu']);
  });

  test('what two rules write alike is written once', () => {
    const nodes = nodesOf({ y: linear(batch, w), z: sum(linear(batch, w, b)) });
    expect(nodes.filter(({ opType, inputs }) => opType === 'Reshape' && inputs[0] === 'batch').length).toBe(
      1,
    );
  });
});

describe('convolutions', () => {
  const image = input('image', [8, 16, 12, 12]);
  const kernel = input('kernel', [32, 16, 3, 3]);
  const y = conv(image, kernel, undefined, { padding: 1 });
  const blocked = (outputs: Readonly<Record<string, Tensor>>) =>
    nodesOf(outputs, { blockedChannels: 16 }).filter(({ domain }) => domain === 'com.microsoft.nchwc');

  test('are plain where the graph may run anywhere', () => {
    expect(operators({ y })).toEqual(['Conv']);
    const up = convTranspose(input('z', [8, 16, 6, 6]), input('k', [16, 32, 4, 4]), undefined, { stride: 2 });
    expect(operators({ up })).toEqual(['ConvTranspose']);
  });

  test('use the CPU’s blocked layout, with few channels without reordering the input', () => {
    expect(blocked({ y }).map(({ opType }) => opType)).toEqual(['ReorderInput', 'Conv', 'ReorderOutput']);
    const few = conv(input('rgb', [8, 3, 24, 24]), input('k', [16, 3, 5, 5]));
    expect(blocked({ few }).map(({ opType }) => opType)).toEqual(['Conv', 'ReorderOutput']);
  });

  test('keep the blocked layout from one to the next, rectifiers included', () => {
    const back = input('back', [16, 32, 3, 3]);
    const found = blocked({ z: conv(tanh(relu(y)), back, undefined, { padding: 1 }) });
    expect(found.map(({ opType }) => opType)).toEqual(['ReorderInput', 'Conv', 'Conv', 'ReorderOutput']);
    expect(found[1]!.attributes.activation).toEqual({ kind: 'string', value: 'Relu' });
  });

  test('of a weight’s gradient block the examples, filled up where few are missing', () => {
    const weightGradient = (batch: number) => {
      const kernel = input('kernel', [32, 16, 4, 4]);
      const y = conv(input('image', [batch, 16, 12, 12]), kernel, undefined, { stride: 2, padding: 1 });
      const [dw] = gradients(sum(mul(y, input('upstream', y.shape))), [kernel]);
      return nodesOf({ dw: dw! }, { blockedChannels: 16 });
    };
    const operatorsFor = (batch: number) => weightGradient(batch).map(({ opType }) => opType);
    expect(operatorsFor(32)).toContain('ReorderInput');
    expect(operatorsFor(32).filter((op) => op === 'Pad')).toHaveLength(1);
    expect(operatorsFor(30).filter((op) => op === 'Pad')).toHaveLength(3);
    expect(operatorsFor(20)).not.toContain('ReorderInput');
  });

  test('to a few channels are matrix products, gradients as well', () => {
    const kernel = input('kernel', [1, 32, 3, 3]);
    const wide = input('wide', [16, 32, 18, 16]);
    const y = conv(wide, kernel, undefined, { padding: 1 });
    const [dw, dx] = gradients(sum(mul(y, input('upstream', y.shape))), [kernel, wide]);
    const used = (outputs: Readonly<Record<string, Tensor>>, options: LowerOptions) =>
      operators(outputs, options).filter((op) => /Conv|MatMul/.test(op));
    expect(used({ y, dw: dw!, dx: dx! }, { blockedChannels: 16 }).sort()).toEqual([
      'FusedMatMul',
      'MatMul',
      'MatMul',
    ]);
    expect(used({ y }, {})).toEqual(['Conv']);
  });

  test('stay plain where channels do not fill blocks, with groups, and where they are small', () => {
    expect(blocked({ y: conv(image, input('k', [24, 16, 3, 3])) })).toEqual([]);
    expect(blocked({ y: conv(image, input('k', [32, 8, 3, 3]), undefined, { groups: 2 }) })).toEqual([]);
    expect(blocked({ y: conv(input('s', [1, 16, 4, 4]), input('k', [16, 16, 1, 1])) })).toEqual([]);
  });
});

test('an input and an output of one name cannot be in one ONNX graph', () => {
  expect.assertions(1);
  try {
    lowerProgram(program({ x: exp(x) }));
  } catch (error) {
    expect(isGraftError(error, 'conflict')).toBe(true);
  }
});

test('an open dimension that no input has alone is refused with what is missing', () => {
  const p = program({
    y: expand(constant(Float32Array.of(1), [1]), ['batch']),
    x: exp(input('z', ['2*batch'])),
  });
  expect(() => lowerProgram(p)).toThrow("open dimension 'batch' is not supported");
});

test('a sum over outer and inner axes reduces the inner ones first', () => {
  const image = input('image', [8, 16, 12, 12]);
  const axesOf = (axes: number[]) =>
    nodesOf({ y: sum(image, axes) }).filter(({ opType }) => opType === 'ReduceSum').length;
  expect([axesOf([0, 2, 3]), axesOf([0, 3]), axesOf([2, 3]), axesOf([0, 1]), axesOf([1])]).toEqual([
    2, 2, 1, 1, 1,
  ]);
});
