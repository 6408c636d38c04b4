import { expand, pad, reshape } from '../../tensor/functions/arrangement.ts';
import { add, div, mul, pow, reciprocal, sqrt, square, sub } from '../../tensor/functions/elementwise.ts';
import { averagePool } from '../../tensor/functions/linear.ts';
import {
  batchNormEvaluation,
  groupNorm,
  instanceNorm,
  layerNorm,
} from '../../tensor/functions/normalisation.ts';
import { mean } from '../../tensor/functions/reduction.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims, filled, type Value } from './value.ts';

const onChannels = (v: Tensor, rank: number): Tensor =>
  reshape(v, [1, v.shape[0]!, ...Array(Math.max(0, rank - 2)).fill(1)]);

/** With the stored statistics, or in training mode with those of the batch, which then also move the stored ones. */
function batchNorm(node: ImportNode): Tensor[] {
  const [x, scale, bias, centre, spread] = [0, 1, 2, 3, 4].map((i) => node.tensor(i)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const epsilon = node.float('epsilon', 1e-5);
  if (node.int('training_mode', 0) !== 1)
    return [batchNormEvaluation(x, { mean: centre, variance: spread }, scale, bias, epsilon)];
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const batchMean = mean(x, axes, true);
  const batchSpread = mean(square(sub(x, batchMean)), axes, true);
  const unit = div(sub(x, batchMean), sqrt(add(batchSpread, epsilon)));
  const rank = x.shape.length;
  const keep = node.float('momentum', 0.9);
  const moved = (old: Tensor, fresh: Tensor) => add(mul(old, keep), mul(reshape(fresh, old.shape), 1 - keep));
  return [
    add(mul(unit, onChannels(scale, rank)), onChannels(bias, rank)),
    moved(centre, batchMean),
    moved(spread, batchSpread),
  ];
}

/** Over all axes from `axis` on, which are joined for the purpose. */
function layerNormOf(node: ImportNode): Tensor[] {
  const x = node.tensor(0);
  const axis = node.axis(node.int('axis', -1), x.shape.length);
  const epsilon = node.float('epsilon', 1e-5);
  const behind = dims(x).slice(axis);
  const width = sizeOf(behind);
  const flat = reshape(x, [...dims(x).slice(0, axis), width]);
  const vector = (i: number) => reshape(expand(node.tensor(i), behind), [width]);
  const y = layerNorm(flat, vector(1), node.has(2) ? vector(2) : undefined, epsilon);
  if (!node.wants(1) && !node.wants(2)) return [reshape(y, x.shape)];
  const centre = mean(flat, -1, true);
  const inverse = reciprocal(sqrt(add(mean(square(sub(flat, centre)), -1, true), epsilon)));
  const kept = dims(x).map((d, i) => (i < axis ? d : 1));
  return [reshape(y, x.shape), reshape(centre, kept), reshape(inverse, kept)];
}

function groupNormOf(node: ImportNode): Tensor {
  const [x, scale, bias] = [node.tensor(0), node.tensor(1), node.tensor(2)];
  const groups = node.int('num_groups', 0);
  const channels = dims(x)[1]!;
  if (!(groups >= 1 && channels % groups === 0))
    node.refuse(`it puts ${channels} channels in ${groups} groups`);
  // Before operator set 21 scale and shift belong to groups, not to channels.
  const each = (v: Tensor) =>
    dims(v)[0] === channels
      ? v
      : reshape(expand(reshape(v, [groups, 1]), [groups, channels / groups]), [channels]);
  return groupNorm(x, groups, each(scale), each(bias), node.float('epsilon', 1e-5));
}

/** Division by the size of neighbouring channels. */
function localResponse(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const size = node.int('size', 1);
  const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
  const [n, c, ...rest] = dims(x) as [number, number, ...number[]];
  if (!(size >= 1 && size <= c + 2 ** 12)) node.refuse(`its size is ${size}`);
  const before = Math.floor((size - 1) / 2);
  const squares = pad(
    reshape(square(x), [n, 1, c, sizeOf(rest)]),
    [0, 0, before, 0],
    [0, 0, size - 1 - before, 0],
  );
  const means = averagePool(squares, [size, 1], { stride: 1 });
  return div(x, pow(add(mul(reshape(means, x.shape), alpha), bias), beta));
}

function meanVariance(node: ImportNode): Tensor {
  const x = node.tensor(0);
  const axes = (node.ints('axes') ?? [0, 2, 3]).map((axis) => node.axis(axis, x.shape.length));
  const centred = sub(x, mean(x, axes, true));
  return div(centred, add(sqrt(mean(square(centred), axes, true)), 1e-9));
}

/** In evaluation nothing is dropped. What is drawn anew in each run cannot be part of a program. */
function dropout(node: ImportNode): (Tensor | Value)[] {
  const x = node.value(0);
  const training = node.has(2) && node.number(2, 'training mode') !== 0;
  const ratio = node.has(1) ? node.number(1, 'ratio') : node.float('ratio', 0.5);
  if (training && ratio > 0) node.refuse('it drops values at random', 'Export the model in evaluation mode.');
  return node.wants(1) ? [x, filled(1, x.shape, 'bool')] : [x];
}

/** Tensors brought to zero mean and unit spread. */
export const normalisationRules = {
  BatchNormalization: batchNorm,
  InstanceNormalization: (node) => [
    instanceNorm(node.tensor(0), node.tensor(1), node.tensor(2), node.float('epsilon', 1e-5)),
  ],
  LayerNormalization: layerNormOf,
  GroupNormalization: (node) => [groupNormOf(node)],
  LRN: (node) => [localResponse(node)],
  MeanVarianceNormalization: (node) => [meanVariance(node)],
  LpNormalization: (node) => {
    const x = node.tensor(0);
    const axis = node.axis(node.int('axis', -1), x.shape.length);
    const p = node.int('p', 2);
    if (p !== 1 && p !== 2) node.refuse(`its p is ${p}`);
    const width = dims(x)[axis]!;
    const size =
      p === 2 ? sqrt(mul(mean(square(x), axis, true), width)) : mul(mean(sqrt(square(x)), axis, true), width);
    return [div(x, size)];
  },
  Dropout: dropout,
} satisfies ImportRules;
