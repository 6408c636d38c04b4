import type { Node } from '../../tensor/tensor.ts';
import type { Lowering, Readers } from '../lower-rules/lower-rule.ts';
import { lowerProduct } from '../lower-rules/product.ts';

/** Recognises that a node and nodes before it are one ONNX operator. Tried before the node's own rule. */
export type Fusion = (node: Node, readers: Readers) => Lowering | undefined;

const productFusion: Fusion = (node, readers) =>
  node.op === 'add' || node.op === 'sub' || node.op === 'mul' || node.op === 'div' || node.op === 'neg'
    ? lowerProduct(node.outputs[0]!, readers)
    : undefined;

export const fusions: readonly Fusion[] = [productFusion];
