import { expect } from 'vitest';
import { type createContext, inputNames } from '../src/models/context.ts';
import type { Model } from '../src/models/model.ts';
import { evaluateTensors, type Feeds } from '../src/tensor/evaluate.ts';
import { gradients } from '../src/tensor/gradient.ts';
import type { Tensor } from '../src/tensor/tensor.ts';
import { holdStopped } from './hold-stopped.ts';

/**
 * Compares the gradients of a loss with central differences of step `h` (fourth order, relative 1e-6), in which what stands
 * behind a stopped gradient keeps its value, at about
 * `elements` values of each parameter of the model, spread over it.
 */
export function expectParameterGradients(
  loss: Tensor,
  model: Pick<Model, 'parameters'>,
  context: Pick<ReturnType<typeof createContext>, 'parameter'>,
  feeds: Feeds,
  h = 1e-4,
  elements = 3,
): void {
  const leaves = model.parameters.map(({ name }) => context.parameter(name));
  const held = holdStopped(loss, feeds);
  const analytic = evaluateTensors(gradients(loss, leaves), feeds);
  model.parameters.forEach(({ name }, p) => {
    const key = inputNames.parameter(name);
    const values = Float64Array.from(feeds[key]!);
    const stride = Math.max(1, Math.floor(values.length / elements));
    for (let j = Math.floor(stride / 2); j < values.length; j += stride) {
      const at = (offset: number) => {
        const moved = values.slice();
        moved[j]! += offset;
        return evaluateTensors([held], { ...feeds, [key]: moved })[0]!.data[0]!;
      };
      const numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      expect(Math.abs(numeric - analytic[p]!.data[j]!), `${name}[${j}]`).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(numeric)),
      );
    }
  });
}
