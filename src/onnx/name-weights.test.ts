import { expect, test } from 'vitest';
import { nameWeights } from './name-weights.ts';
import type { StoredWeight } from './stored-tensors.ts';

const weight = (name: string, node: string, opType = 'MatMul', at = 1): StoredWeight => ({
  name,
  shape: [2, 3],
  values: new Float64Array(6),
  statistic: false,
  reader: {
    opType,
    domain: '',
    name: node,
    inputs: Array.from({ length: at + 1 }, (_, i) => (i === at ? name : `x${i}`)),
    outputs: [],
    attributes: {},
  },
});
const named = (...weights: StoredWeight[]) => nameWeights(weights).map(({ name, layer }) => [name, layer]);

test.each([
  ['a layer of PyTorch', 'conv1.weight', '', ['conv1/weight', 'conv1']],
  [
    'a block of a stack',
    'transformer.h.3.attn.c_attn.weight',
    '',
    ['transformer/h/3/attn/c_attn/weight', 'transformer/h/3'],
  ],
  ['an entry of a sequence', 'net.0.weight', '', ['net/0/weight', 'net/0']],
  ['a sequence alone', '2.bias', '', ['2/bias', '2']],
  [
    'Keras by tf2onnx',
    'StatefulPartitionedCall/model/dense_1/MatMul/ReadVariableOp:0',
    '',
    ['dense_1/kernel', 'dense_1'],
  ],
  ['Keras, a bias', 'sequential/conv2d/BiasAdd/ReadVariableOp:0', '', ['conv2d/bias', 'conv2d']],
  [
    'a name made up, by the place of its node',
    'onnx::MatMul_123',
    '/encoder/layers.1/linear1/MatMul',
    ['encoder/layers/1/linear1/weight', 'encoder/layers/1'],
  ],
  ['a name made up, its node without a path', 'val_7', 'Gemm_4', ['Gemm_4/weight', 'Gemm_4']],
])('%s', (_, name, node, expected) => {
  expect(named(weight(name, node))).toEqual([expected]);
});

test('a name made up, by the module that the exporter noted', () => {
  const noted = weight('val_16', 'node_MatMul_15');
  expect(named({ ...noted, reader: { ...noted.reader, scope: 'h.0.linear1' } })).toEqual([
    ['h/0/linear1/weight', 'h/0'],
  ]);
  expect(named(weight('onnx::Conv_55', '/net/net.2/Conv', 'Conv'))).toEqual([['net/2/weight', 'net/2']]);
});

test('names are made different', () => {
  const [first, second] = named(
    weight('onnx::Add_1', '/a/Add', 'Add'),
    weight('onnx::Add_2', '/a/Add', 'Add'),
  );
  expect(first).toEqual(['a/bias', 'a']);
  expect(second).toEqual(['a/bias-2', 'a']);
});

test('weights of recurrent nodes are called by what they do', () => {
  expect(named(weight('onnx::LSTM_9', '/rnn/LSTM', 'LSTM', 2))).toEqual([['rnn/recurrent-weight', 'rnn']]);
});
