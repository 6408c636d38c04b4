import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import { initialise, type Values } from '../tensor/parameters.ts';
import { sizeOf } from '../tensor/shape.ts';
import { inputNames } from './context.ts';
import type { Model, Weights } from './model.ts';

/** Fresh weights, each tensor drawn from a stream of its own name. */
export function freshWeights(model: Model, stream: Stream): Weights {
  return {
    parameters: initialise(model.parameters, stream),
    state: Object.fromEntries(
      model.state.map(({ name, shape, initial }) => [name, new Float32Array(sizeOf(shape)).fill(initial)]),
    ),
  };
}

/** Weights as inputs of the model's programs. */
export function weightFeeds({ parameters, state }: Weights): Record<string, Float32Array> {
  return {
    ...Object.fromEntries(Object.entries(parameters).map(([name, v]) => [inputNames.parameter(name), v])),
    ...Object.fromEntries(Object.entries(state).map(([name, v]) => [inputNames.state(name), v])),
  };
}

/** Checks that every tensor of the model is there with its size, and that all values are finite. */
export function checkWeights(model: Model, weights: Weights, where?: string): void {
  const check = (
    specs: readonly { name: string; shape: readonly number[] }[],
    values: Values,
    kind: string,
  ) => {
    for (const { name, shape } of specs) {
      const length = values[name]?.length;
      if (length !== sizeOf(shape))
        throw new GraftError('bad-data', {
          what: `${kind} '${name}'`,
          problem:
            length === undefined
              ? 'is missing'
              : `has ${length} values where [${shape.join(', ')}] is needed`,
          ...(where === undefined ? {} : { where }),
        });
      if (!values[name]!.every(Number.isFinite))
        throw new GraftError('not-finite', {
          what: `${kind} '${name}'`,
          ...(where === undefined ? {} : { where }),
          hint: 'The model was damaged, or its training failed: take an earlier one.',
        });
    }
  };
  check(model.parameters, weights.parameters, 'parameter');
  check(model.state, weights.state, 'state');
}

/** A copy that shares no memory with the original. */
export function copyWeights({ parameters, state }: Weights): Weights {
  const copy = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).map(([name, v]) => [name, v.slice()]));
  return { parameters: copy(parameters), state: copy(state) };
}

/** A copy of the named parameters and of all state; the other parameters are shared with the original. */
export function copyPart({ parameters, state }: Weights, names: ReadonlySet<string>): Weights {
  const copy = (values: Values, taken: (name: string) => boolean): Values =>
    Object.fromEntries(Object.entries(values).map(([name, v]) => [name, taken(name) ? v.slice() : v]));
  return { parameters: copy(parameters, (name) => names.has(name)), state: copy(state, () => true) };
}

/** Writes the values of `source` into the arrays of `target`, which has the same names and sizes. */
export function setWeights(target: Weights, source: Weights): void {
  for (const part of ['parameters', 'state'] as const)
    for (const [name, values] of Object.entries(source[part]))
      if (target[part][name] !== values) target[part][name]!.set(values);
}
