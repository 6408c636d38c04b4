import { describe, expect, test } from 'vitest';
import { stream } from '../../random.ts';
import { constant, input } from '../build.ts';
import { evaluateTensors, type Feeds } from '../evaluate.ts';
import {
  concat,
  expand,
  flip,
  gather,
  gatherElements,
  oneHot,
  pad,
  pixelShuffle,
  reshape,
  scatterAdd,
  slice,
  stack,
  transpose,
} from '../functions/arrangement.ts';
import { add, cast, less, mul, sub, tanh, where } from '../functions/elementwise.ts';
import { attention, averagePool, conv, convTranspose, linear, matmul, maxPool } from '../functions/linear.ts';
import { crossEntropyEach, softmax } from '../functions/loss.ts';
import { batchNormTraining, groupNorm, layerNorm } from '../functions/normalisation.ts';
import { gru, lstm } from '../functions/recurrent.ts';
import { argMax, cumsum, logsumexp, max, mean, sum } from '../functions/reduction.ts';
import { program, topologicalOrder } from '../program.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { boundary } from './cut.ts';

const BATCH = 4;
const x = input('x', [BATCH, 3, 6]);
const image = input('image', [BATCH, 2, 5, 6]);
const labels = input('labels', [BATCH, 3], 'int32');
const fixed = (name: string, ...shape: number[]) => input(`w/${name}`, shape);
const ids = constant(Int32Array.of(2, 0), [2]);
const timeFirst = transpose(x, [1, 0, 2]);
const examples = new Set(['x', 'image', 'labels']);

/** What a result keeps of each example: values of an input tensor by name, with other examples where `from` says so. */
function feedsOf(tensors: readonly Tensor[], from: readonly number[]): Feeds {
  const feeds: Record<string, number[]> = {};
  for (const { op, attributes } of topologicalOrder(tensors)) {
    if (op !== 'input') continue;
    const { name, shape, dtype } = attributes as { name: string; shape: number[]; dtype: string };
    const size = sizeOf(shape);
    const draws = stream(7).child(name);
    const values = dtype === 'int32' ? [...draws.integers(size, 6)] : [...draws.normals(size)];
    const row = size / BATCH;
    feeds[name] = examples.has(name)
      ? values.map((_, i) => values[from[Math.floor(i / row)]! * row + (i % row)]!)
      : values;
  }
  return feeds;
}

/** Whether the examples of a tensor [before, batch, rest] are what they are alone, wherever they stand. */
function keepsApart(tensor: Tensor, before: number): boolean {
  const order = [0, 1, 2, 3];
  const [whole] = evaluateTensors([tensor], feedsOf([tensor], order));
  const rest = whole!.data.length / (before * BATCH);
  return [
    [1, 2, 3, 0],
    [2, 2, 0, 1],
    [3, 0, 3, 3],
  ].every((from) => {
    const [other] = evaluateTensors([tensor], feedsOf([tensor], from));
    return other!.data.every((value, i) => {
      const example = Math.floor(i / rest) % BATCH;
      return Object.is(value, whole!.data[i + (from[example]! - example) * rest]);
    });
  });
}

function edgeOf(tensor: Tensor): ReturnType<typeof boundary> {
  const p = program({ y: tensor });
  return boundary(p, (name) => (examples.has(name) ? 'example' : 'fixed'), BATCH);
}

const nodeOutputs = (tensor: Tensor): readonly Tensor[] => tensor.node.outputs;

/** Results with the examples behind so many values. */
const apart: Record<string, readonly [Tensor, number]> = {
  'an element-wise function': [tanh(x), 1],
  'a broadcast sum': [add(x, fixed('b', 6)), 1],
  'a sum with what has an axis of 1': [add(x, fixed('b', 1, 3, 1)), 1],
  'a sum with a constant that is the same for all examples': [add(x, expand(fixed('b', 6), [4, 3, 6])), 1],
  'a sum with a repeated constant': [add(x, constant(new Float32Array(72).fill(2), [4, 3, 6])), 1],
  'a sum with what is worked out from a repeated value': [
    add(x, mul(expand(fixed('b', 6), [4, 3, 6]), expand(constant(2), [4, 1, 1]))),
    1,
  ],
  'a choice': [where(less(x, 0), 0, x), 1],
  'a product of rows': [linear(x, fixed('m', 5, 6), fixed('b', 5)), 1],
  'a product of columns': [matmul(fixed('m', 5, 6), x, { transposeB: true }), 1],
  'a product with examples as columns': [
    matmul(fixed('m', 5, 18), reshape(x, [4, 18]), { transposeB: true }),
    5,
  ],
  'products of examples with themselves': [matmul(x, x, { transposeB: true }), 1],
  'joined axes': [mul(reshape(x, [12, 6]), fixed('b', 6)), 1],
  'joined axes in another order': [linear(reshape(timeFirst, [12, 6]), fixed('m', 5, 6)), 3],
  'a transpose': [transpose(linear(x, fixed('m', 5, 6)), [2, 0, 1]), 5],
  'reductions behind the batch': [mean(max(x, 2), 1, true), 1],
  'a reduction before the batch': [sum(timeFirst, 0), 1],
  'a logarithm of sums': [logsumexp(x, -1), 1],
  'the place of the largest': [argMax(x, 2), 1],
  'running sums': [cumsum(x, 1), 1],
  'a slice and a reversal': [flip(slice(x, 2, 1, 4), 1), 1],
  'a sequence joined with its reversal': [concat([timeFirst, flip(timeFirst, 0)], 0), 6],
  'two batches, one before the other': [concat([tanh(x), x], 1), 1],
  'a stack of two': [reshape(stack([x, tanh(x)], 0), [8, 3, 6]), 2],
  'what is joined with zeros': [concat([x, expand(constant(0), [4, 3, 2])], 2), 1],
  padding: [pad(x, [0, 1, 0], [0, 0, 2]), 1],
  'copies in front': [expand(x, [2, 4, 3, 6]), 2],
  'vectors by label': [gather(fixed('table', 6, 5), labels), 1],
  'vectors by label behind an axis': [gather(fixed('table', 2, 6), labels, 1), 2],
  'chosen columns': [gather(x, ids, 2), 1],
  'chosen steps before the batch': [gather(timeFirst, ids, 0), 2],
  'elements by label': [gatherElements(x, reshape(labels, [4, 3, 1]), 2), 1],
  'sums by label': [scatterAdd(reshape(cast(labels, 'float32'), [4, 3]), labels, 1, 6), 1],
  'one-hot vectors': [oneHot(labels, 6), 1],
  'a cross-entropy': [crossEntropyEach(x, labels), 1],
  'a convolution': [conv(image, fixed('k', 4, 1, 3, 3), fixed('b', 4), { padding: 1, groups: 2 }), 1],
  'a transposed convolution': [convTranspose(image, fixed('k', 2, 3, 2, 2), undefined, { stride: 2 }), 1],
  pooling: [averagePool(maxPool(image, 2), 2), 1],
  'a pixel shuffle': [pixelShuffle(conv(image, fixed('k', 4, 2, 1, 1)), 2), 1],
  'a group norm': [groupNorm(image, 2, fixed('s', 2), fixed('b', 2)), 1],
  'a layer norm': [layerNorm(x, fixed('s', 6), fixed('b', 6)), 1],
  'a softmax': [softmax(x), 1],
  'attention with a mask': [attention(x, x, x, fixed('mask', 3, 3)).output, 1],
  'an LSTM': [lstm(linear(timeFirst, fixed('m', 8, 6)), fixed('r', 8, 2)).hidden, 3],
  'an LSTM from zeros': [
    lstm(linear(timeFirst, fixed('m', 8, 6)), fixed('r', 8, 2), {
      hidden: expand(constant(0), [4, 2]),
      cell: slice(reshape(x, [4, 18]), 1, 0, 2),
    }).cell,
    3,
  ],
  'a GRU': [gru(linear(timeFirst, fixed('m', 6, 6)), fixed('r', 6, 2), fixed('b', 2)), 3],
};

describe('what keeps examples apart is recognised, with the place of the examples', () => {
  test.each(Object.entries(apart))('%s', (_, [tensor, before]) => {
    for (const output of nodeOutputs(tensor)) {
      expect(edgeOf(output)).toEqual([{ tensor: output, before }]);
      expect(keepsApart(output, before)).toBe(true);
    }
  });
});

const flat = reshape(x, [4, 18]);
const mixed: Record<string, Tensor> = {
  'a mean over the batch': sub(x, mean(x, 0, true)),
  'the largest of all': sub(x, max(x)),
  'sums over joined axes': sum(reshape(x, [12, 6]), 0),
  'products between examples': matmul(flat, flat, { transposeB: true }),
  'products over examples': matmul(flat, fixed('m', 4, 2), { transposeA: true }),
  'batch statistics': batchNormTraining(image, fixed('s', 2), fixed('b', 2)).output,
  'running sums over the batch': cumsum(x, 0),
  'neighbours in the batch': add(x, flip(x, 0)),
  'a part of the batch': slice(x, 0, 0, 2),
  'the place of the largest of the batch': argMax(x, 0),
  'chosen examples': gather(x, ids, 0),
  'something added to each place': add(x, fixed('b', 4, 3, 6)),
  'other constants for each place': add(
    x,
    constant(
      Float32Array.from({ length: 72 }, (_, i) => i),
      [4, 3, 6],
    ),
  ),
  'zeros beside the batch': pad(x, [1, 0, 0], [0, 0, 0]),
  'two batches in a row': concat([x, tanh(x)], 0),
  'a softmax over the batch': transpose(softmax(transpose(flat))),
  'a layer norm over the batch': layerNorm(transpose(flat), fixed('s', 4)),
  'attention to other examples': attention(
    reshape(x, [1, 12, 6]),
    reshape(x, [1, 12, 6]),
    reshape(x, [1, 12, 6]),
  ).output,
  'a batch as time': lstm(linear(x, fixed('m', 8, 6)), fixed('r', 8, 2)).hidden,
  'a batch as kernel': conv(fixed('z', 1, 3, 6), x),
  'axes split across the batch': tanh(reshape(x, [2, 2, 3, 6])),
};

describe('what does not is not taken', () => {
  test.each(Object.entries(mixed))('%s', (_, tensor) => {
    for (const output of nodeOutputs(tensor))
      expect(edgeOf(output)).not.toContainEqual({ tensor: output, before: expect.anything() });
  });

  test('a batch of one example has nothing to mix', () => {
    const one = input('x', [1, 3]);
    const y = sub(one, mean(one, 0, true));
    expect(boundary(program({ y }), () => 'example', 1)).toEqual([{ tensor: y, before: 1 }]);
  });

  test('the boundary lies before it', () => {
    const below = tanh(linear(x, fixed('m', 5, 6)));
    expect(edgeOf(sub(below, mean(below, 0, true)))).toEqual([{ tensor: below, before: 1 }]);
  });
});
