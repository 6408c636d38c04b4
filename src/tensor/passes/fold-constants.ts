import { applyNode } from '../build.ts';
import { evaluateTensors } from '../evaluate.ts';
import type { ConstantData, DType } from '../ops.ts';
import type { Program } from '../program.ts';
import { isConcrete, sizeOf } from '../shape.ts';
import { isOp, type Node, type Tensor } from '../tensor.ts';
import { rebuild } from './rebuild.ts';

/** Results above this many elements stay computed: a program should not carry what it can make. */
const SIZE_LIMIT = 65536;

/** Computes in advance (in float64) what depends on constants alone. */
export function foldConstants(p: Program): Program {
  return rebuild(p, (node) => (foldable(node) ? node.outputs.map(fold) : undefined));
}

function foldable(node: Node): boolean {
  if (node.inputs.length === 0 || node.op === 'expand') return false;
  const small = node.outputs.every(({ shape }) => isConcrete(shape) && sizeOf(shape) <= SIZE_LIMIT);
  return small && node.inputs.every((operand) => isOp(operand.node, 'constant'));
}

function fold(tensor: Tensor): Tensor {
  const [value] = evaluateTensors([tensor]);
  const { dtype } = tensor;
  const data = typed(value!.data, dtype);
  return applyNode('constant', [], { data, shape: value!.shape, dtype }).outputs[0]!;
}

function typed(data: Float64Array, dtype: DType): ConstantData {
  return dtype === 'int32' ? Int32Array.from(data) : dtype === 'bool' ? Uint8Array.from(data) : data;
}
