import { BATCH } from '../../tensor/imported-program.ts';
import type { OpName } from '../../tensor/ops.ts';
import { cut } from '../../tensor/passes/cut.ts';
import { type Program, topologicalOrder } from '../../tensor/program.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Number of values of one example, for float tensors with a leading batch axis. */
function widthOf({ shape, dtype }: Tensor): number | undefined {
  const rest = shape.slice(1);
  const fits =
    dtype === 'float32' && shape[0] === BATCH && rest.length > 0 && rest.every((d) => typeof d === 'number');
  return fits ? sizeOf(rest as number[]) : undefined;
}

/**
 * The code of an autoencoder in one program: the narrowest value of an example through which all that the output
 * knows of the input passes. Of several of one width in a row the last before the next product: the bias behind a matrix
 * product, a shift or a non-linearity still belong to the code that the decoder takes. undefined where there is none
 * narrower than the input.
 */
export function findCode({ outputs }: Program, inputName: string, output: string): Tensor | undefined {
  const result = outputs[output]!;
  const order = topologicalOrder([result]);
  const input = order.find(
    (node) => node.op === 'input' && (node.attributes as { name: string }).name === inputName,
  );
  const most = input === undefined ? undefined : widthOf(input.outputs[0]!);
  if (most === undefined) return undefined;
  const candidates = order
    .flatMap((node) => node.outputs)
    .flatMap((tensor) => {
      const width = widthOf(tensor);
      return width !== undefined && width < most ? [{ tensor, width }] : [];
    })
    .sort((a, b) => a.width - b.width);
  const first = candidates.findIndex(({ tensor }) => separates(tensor, result, inputName));
  let code = candidates[first];
  for (const next of candidates.slice(first + 1)) {
    if (code === undefined || next.width !== code.width || products.has(next.tensor.node.op)) break;
    if (separates(next.tensor, result, inputName)) code = next;
  }
  return code?.tensor;
}

/** Operations that mix the values of an example with weights: what begins a layer. */
const products: ReadonlySet<OpName> = new Set([
  'matmul',
  'conv',
  'conv-transpose',
  'attention',
  'lstm',
  'gru',
]);

/** Whether the result depends on the input through the tensor alone. */
export function separates(tensor: Tensor, result: Tensor, inputName: string): boolean {
  const { above } = cut({ inputs: [], outputs: { result } }, { code: tensor });
  const names = above.inputs.map(({ attributes }) => attributes.name);
  return names.includes('code') && !names.includes(inputName);
}
