import type { PoolAttributes } from '../../tensor/ops.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { type Attributes, float } from '../graph-builder.ts';
import { elementTypes } from '../model-proto.ts';
import { conv, convTranspose } from './convolution.ts';
import { type LowerRule, type LowerRules, operator } from './lower-rule.ts';
import { emitMatmul, lowerProduct } from './product.ts';

const window = ({ strides, pads }: Pick<PoolAttributes, 'strides' | 'pads'>): Attributes => ({
  strides,
  pads,
});

/** ONNX counts the index of a maximum over the whole tensor, the program within its plane. */
const maxPool: LowerRule<'max-pool'> = (node) => ({
  reads: node.inputs,
  emit: (graph, reads, [, wantsIndex]) => {
    const { kernel, dilations } = node.attributes;
    const [y, flat] = graph.nodeWithOutputs('MaxPool', reads, [true, wantsIndex === true], {
      ...window(node.attributes),
      kernel_shape: kernel,
      dilations,
    });
    if (!wantsIndex) return [y!, ''];
    const plane = sizeOf(node.inputs[0]!.shape.slice(2) as number[]);
    const index = graph.node('Mod', [flat!, graph.integer(plane)]);
    return [y!, graph.node('Cast', [index], { to: elementTypes.int32 })];
  },
});

const layerNorm: LowerRule<'layer-norm'> = (node) => ({
  reads: node.inputs,
  emit: (graph, reads, [, wantsMean, wantsDeviation]) => {
    const outputs = graph.nodeWithOutputs(
      'LayerNormalization',
      reads,
      [true, wantsMean === true || wantsDeviation === true, wantsDeviation === true],
      { axis: -1, epsilon: float(node.attributes.epsilon) },
    );
    return outputs;
  },
});

const attention: LowerRule<'attention'> = (node) => ({
  reads: node.inputs,
  emit: (graph, [q, k, v, mask]) => {
    const scores = emitMatmul(graph, q!, k!, {
      alpha: node.attributes.scale,
      transposeB: node.inputs[1]!.shape.length,
    });
    const masked = mask === undefined ? scores : graph.node('Add', [scores, mask]);
    const p = graph.node('Softmax', [masked], { axis: -1 });
    return [graph.node('MatMul', [p, v!]), p];
  },
});

export const linearLowering = {
  matmul: (node, context) => lowerProduct(node.outputs[0]!, context)!,
  conv,
  'conv-transpose': convTranspose,
  'max-pool': maxPool,
  'average-pool': operator('AveragePool', (a) => ({
    ...window(a),
    kernel_shape: a.kernel,
    count_include_pad: a.includePad ? 1 : 0,
  })),
  'layer-norm': layerNorm,
  softmax: operator('Softmax', () => ({ axis: -1 })),
  attention,
} satisfies Partial<LowerRules>;
