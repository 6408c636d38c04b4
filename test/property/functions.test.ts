import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraftError } from '../../src/errors.ts';
import { input } from '../../src/tensor/build.ts';
import { evaluate } from '../../src/tensor/evaluate.ts';
import * as arrangement from '../../src/tensor/functions/arrangement.ts';
import { einsum } from '../../src/tensor/functions/einsum.ts';
import * as e from '../../src/tensor/functions/elementwise.ts';
import * as linear from '../../src/tensor/functions/linear.ts';
import * as loss from '../../src/tensor/functions/loss.ts';
import * as normalisation from '../../src/tensor/functions/normalisation.ts';
import * as reduction from '../../src/tensor/functions/reduction.ts';
import { resize, resizeLast } from '../../src/tensor/functions/resize.ts';
import type { Dimension, Shape } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

const dimension = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) as fc.Arbitrary<Dimension> },
  { weight: 1, arbitrary: fc.constantFrom<Dimension>('b', 't', 0) },
);
const shape = fc.array(dimension, { maxLength: 5 });
const number = fc.constantFrom(-3, -2, -1, 0, 1, 2, 3, 4, 0.5, Number.NaN);
const numbers = fc.array(number, { maxLength: 5 });
const target = fc.array(fc.oneof(dimension, number), { maxLength: 5 });
const names = fc.string({ unit: fc.constantFrom('i', 'j', 'k', ',', '-', '>', '.'), maxLength: 9 });
const equations = fc.oneof(
  names,
  fc
    .array(fc.string({ unit: fc.constantFrom('i', 'j', 'k'), maxLength: 3 }), { minLength: 3, maxLength: 3 })
    .map(([a, b, c]) => `${a},${b}->${c}`),
);

interface Arguments {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly z: Tensor;
  readonly ids: Tensor;
  readonly n: number;
  readonly m: number;
  readonly list: readonly number[];
  readonly more: readonly number[];
  readonly shape: Shape;
  readonly equation: string;
}

/** Everything that takes shapes, axes or sizes from a caller. */
const calls: Readonly<Record<string, (a: Arguments) => Tensor | readonly Tensor[]>> = {
  reshape: ({ x, shape: to }) => arrangement.reshape(x, to),
  transpose: ({ x, list }) => arrangement.transpose(x, list),
  'transpose of the last axes': ({ x }) => arrangement.transpose(x),
  slice: ({ x, n, m, list }) => arrangement.slice(x, n, m, list[0], list[1] ?? 1),
  flip: ({ x, n }) => arrangement.flip(x, n),
  concat: ({ x, y, z, n }) => arrangement.concat([x, y, z], n),
  'concat of nothing': ({ n }) => arrangement.concat([], n),
  stack: ({ x, y, n }) => arrangement.stack([x, y], n),
  split: ({ x, list, n }) => arrangement.split(x, list, n),
  unsqueeze: ({ x, n }) => arrangement.unsqueeze(x, n),
  squeeze: ({ x, n }) => arrangement.squeeze(x, n),
  expand: ({ x, shape: to }) => arrangement.expand(x, to),
  pad: ({ x, list, more }) => arrangement.pad(x, list, more),
  'pad by reflection': ({ x, list, more }) => arrangement.pad(x, list, more, 'reflect'),
  'pad by the edge': ({ x, list, more }) => arrangement.pad(x, list, more, 'edge'),
  gather: ({ x, ids, n }) => arrangement.gather(x, ids, n),
  'gather by floats': ({ x, y, n }) => arrangement.gather(x, y, n),
  gatherElements: ({ x, ids, n }) => arrangement.gatherElements(x, ids, n),
  scatterAdd: ({ x, ids, n, m }) => arrangement.scatterAdd(x, ids, n, m),
  oneHot: ({ ids, n }) => arrangement.oneHot(ids, n),
  pixelShuffle: ({ x, n }) => arrangement.pixelShuffle(x, n),
  pixelUnshuffle: ({ x, n }) => arrangement.pixelUnshuffle(x, n),
  einsum: ({ x, y, equation }) => einsum(equation, x, y),
  'einsum of one': ({ x, equation }) => einsum(equation, x),
  add: ({ x, y }) => e.add(x, y),
  'add of unlike types': ({ x, ids }) => e.add(x, ids),
  where: ({ x, y, z }) => e.where(e.less(x, y), y, z),
  matmul: ({ x, y, n }) => linear.matmul(x, y, { transposeA: n > 0, transposeB: n > 1 }),
  linear: ({ x, y, z }) => linear.linear(x, y, z),
  conv: ({ x, y, list, n, m }) => linear.conv(x, y, undefined, { stride: n, padding: list, groups: m }),
  'conv with a bias': ({ x, y, z }) => linear.conv(x, y, z),
  convTranspose: ({ x, y, n, m, list }) =>
    linear.convTranspose(x, y, undefined, { stride: n, dilation: m, outputPadding: list }),
  maxPool: ({ x, n, m, list }) => linear.maxPool(x, n, { stride: m, padding: list }),
  averagePool: ({ x, list, n, m }) => linear.averagePool(x, list, { stride: m, padding: n }),
  globalAveragePool: ({ x }) => linear.globalAveragePool(x),
  attention: ({ x, y, z }) => linear.attention(x, y, z).output,
  'attention with a mask': ({ x, y }) => linear.attention(x, x, x, y).output,
  softmax: ({ x }) => loss.softmax(x),
  crossEntropy: ({ x, ids }) => loss.crossEntropy(x, ids),
  layerNorm: ({ x, y }) => normalisation.layerNorm(x, y),
  rmsNorm: ({ x, y }) => normalisation.rmsNorm(x, y),
  batchNormTraining: ({ x, y }) => normalisation.batchNormTraining(x, y).output,
  batchNormEvaluation: ({ x, y, z }) => normalisation.batchNormEvaluation(x, { mean: y, variance: z }),
  groupNorm: ({ x, y, n }) => normalisation.groupNorm(x, n, y),
  instanceNorm: ({ x }) => normalisation.instanceNorm(x),
  sum: ({ x, list }) => reduction.sum(x, list),
  'max of integers': ({ ids, n }) => reduction.max(ids, n),
  variance: ({ x, n, m }) => reduction.variance(x, n, false, m),
  logsumexp: ({ x, list }) => reduction.logsumexp(x, list, true),
  cumsum: ({ x, n }) => reduction.cumsum(x, n),
  resize: ({ x, n, m }) => resize(x, [n, m], 'bilinear'),
  resizeLast: ({ x, n }) => resizeLast(x, n, 'nearest'),
};

describe('what does not fit is answered with a coded error, what fits can be computed', () => {
  test.each(Object.keys(calls))('%s', (name) => {
    const property = fc.property(
      fc.record({ x: shape, y: shape, z: shape, ids: shape }),
      fc.record({ n: number, m: number, list: numbers, more: numbers, shape: target, equation: equations }),
      (shapes, rest) => {
        let made: readonly Tensor[];
        const feeds: Record<string, Float64Array> = {};
        try {
          const tensors = Object.fromEntries(
            Object.entries(shapes).map(([key, s]) => [
              key,
              input(key, s as Shape, key === 'ids' ? 'int32' : 'float32'),
            ]),
          ) as unknown as Pick<Arguments, 'x' | 'y' | 'z' | 'ids'>;
          const result = calls[name]!({ ...tensors, ...rest });
          made = Array.isArray(result) ? result : [result as Tensor];
        } catch (error) {
          if (error instanceof GraftError) return;
          throw error;
        }
        for (const tensor of made) for (const d of tensor.shape) expect(d).not.toBeNaN();
        for (const [key, s] of Object.entries(shapes)) {
          const n = (s as Dimension[]).reduce<number>((size, d) => size * (typeof d === 'number' ? d : 2), 1);
          feeds[key] = new Float64Array(n).fill(key === 'ids' ? 0 : 0.5);
        }
        const outputs = Object.fromEntries(made.map((tensor, i) => [String(i), tensor]));
        try {
          for (const [i, { data }] of Object.entries(evaluate({ outputs }, feeds, { b: 2, t: 2 }))) {
            const size = outputs[i]!.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 2), 1);
            if (outputs[i]!.shape.every((d) => typeof d === 'number')) expect(data.length).toBe(size);
          }
        } catch (error) {
          // An index that an axis does not have is known with the values alone.
          if (!(error instanceof GraftError)) throw error;
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});
