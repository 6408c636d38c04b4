import { input } from '../tensor/build.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { createContext } from './context.ts';
import type { Model, ModelContext } from './model.ts';

/** The open dimension of exported programs. */
export const BATCH = 'batch';

/** A program before it is written. */
export interface Draft {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What inputs and outputs hold, by name. */
  readonly words: Readonly<Record<string, string>>;
}

/** A context whose fields and random inputs have plain names: `x`, `tokens`, `noise`, `uniform`. */
export function plainContext(model: Model): ModelContext {
  const base = createContext(model, { batchSize: BATCH });
  const leaves = new Map<string, Tensor>();
  const leaf = (name: string, make: () => Tensor): Tensor => {
    const tensor = leaves.get(name) ?? make();
    leaves.set(name, tensor);
    return tensor;
  };
  return {
    batchSize: BATCH,
    parameter: base.parameter,
    linear: base.linear,
    keep: base.keep,
    state: base.state,
    updating: base.updating,
    training: base.training,
    field: (name) =>
      leaf(name, () => {
        const { shape, dtype } = base.field(name);
        return input(name, shape, dtype);
      }),
    noise: (name, shape, { kind = 'normal' } = {}) =>
      leaf(`noise ${name}`, () => input(kind === 'normal' ? 'noise' : 'uniform', shape)),
  };
}
