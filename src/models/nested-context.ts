import { lookUp } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext } from './model.ts';

/**
 * The context of a model inside another one: its parameters, layers and random inputs stand under `prefix/` in the outer
 * model, its fields are given.
 */
export function nestedContext(
  outer: ModelContext,
  prefix: string,
  fields: Readonly<Record<string, Tensor>>,
): ModelContext {
  const under = (name: string) => `${prefix}/${name}`;
  return {
    batchSize: outer.batchSize,
    updating: outer.updating,
    keep: outer.keep,
    field: (name) => lookUp('field', fields, name),
    parameter: (name) => outer.parameter(under(name)),
    linear: (name, x) => outer.linear(under(name), x),
    state: (name) => outer.state(under(name)),
    noise: (name, shape, options) => outer.noise(under(name), shape, options),
    training: (layer) => outer.training(under(layer)),
  };
}
