import { applyNode } from '../build.ts';
import type { Tensor } from '../tensor.ts';

export interface LstmStates {
  /** [time, batch, width] */
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/**
 * Long short-term memory over x [time, batch, 4 width] (products with the inputs, biases included) and the recurrent
 * matrix [4 width, width], gates in the order input, output, forget, candidate (that of ONNX). Starts from 0 or from the
 * given states [batch, width].
 */
export function lstm(
  x: Tensor,
  recurrent: Tensor,
  start?: { readonly hidden: Tensor; readonly cell: Tensor },
): LstmStates {
  const operands = start === undefined ? [x, recurrent] : [x, recurrent, start.hidden, start.cell];
  const [hidden, cell] = applyNode('lstm', operands, {}).outputs as readonly [Tensor, Tensor];
  return { hidden, cell };
}

/**
 * Gated recurrent unit over x [time, batch, 3 width] and the recurrent matrix [3 width, width], in the order update,
 * reset, candidate; `bias` [width] is added to the candidate's recurrent part before the reset gate. Gives the hidden
 * states [time, batch, width].
 */
export function gru(x: Tensor, recurrent: Tensor, bias: Tensor, start?: Tensor): Tensor {
  const operands = start === undefined ? [x, recurrent, bias] : [x, recurrent, bias, start];
  return applyNode('gru', operands, {}).outputs[0]!;
}
