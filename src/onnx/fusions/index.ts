import type { Node } from '../../tensor/tensor.ts';
import { rectifiedConv } from '../lower-rules/convolution.ts';
import type { LowerContext, Lowering } from '../lower-rules/lower-rule.ts';
import { lowerProduct } from '../lower-rules/product.ts';
import { softplusSum } from './softplus-sum.ts';

/** Recognises that a node and nodes before it are one ONNX operator. Tried before the node's own rule. */
export type Fusion = (node: Node, context: LowerContext) => Lowering | undefined;

const productFusion: Fusion = (node, context) =>
  node.op === 'add' || node.op === 'sub' || node.op === 'mul' || node.op === 'div' || node.op === 'neg'
    ? lowerProduct(node.outputs[0]!, context)
    : undefined;

export const fusions: readonly Fusion[] = [productFusion, rectifiedConv, softplusSum];
