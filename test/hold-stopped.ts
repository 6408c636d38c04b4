import { constant } from '../src/tensor/build.ts';
import { evaluateTensors, type Feeds } from '../src/tensor/evaluate.ts';
import { instantiateProgram } from '../src/tensor/instantiate-program.ts';
import { topologicalOrder } from '../src/tensor/program.ts';
import type { Tensor } from '../src/tensor/tensor.ts';

/**
 * The tensor with everything behind a stopped gradient held at its value for the feeds: what the gradient is the
 * derivative of.
 */
export function holdStopped(tensor: Tensor, feeds: Feeds): Tensor {
  const stopped = topologicalOrder([tensor]).filter(({ op }) => op === 'stop-gradient');
  if (stopped.length === 0) return tensor;
  const values = evaluateTensors(
    stopped.map(({ outputs }) => outputs[0]!),
    feeds,
  );
  const held = new Map(
    stopped.map((node, i) => [
      node,
      constant(Float64Array.from(values[i]!.data), values[i]!.shape as number[]),
    ]),
  );
  return instantiateProgram(
    { outputs: { tensor } },
    (node) => node.outputs[0]!,
    {},
    (node) => (held.has(node) ? [held.get(node)!] : undefined),
  ).tensor!;
}
