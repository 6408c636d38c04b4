import { lookUp } from '../errors.ts';
import { input } from '../tensor/build.ts';
import { linear } from '../tensor/functions/linear.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Model, ModelContext, NoiseKind } from './model.ts';

/** A random input of a program. */
export interface NoiseSpec {
  readonly name: string;
  readonly kind: NoiseKind;
  readonly shape: Shape;
  /** The axis along which examples lie. */
  readonly batchAxis: number;
}

/** A model context whose leaves are program inputs, with a record of those that were asked for. */
export interface InputContext extends ModelContext {
  /** Random inputs asked for so far. */
  readonly noises: readonly NoiseSpec[];
  /** Places between layers, in order. */
  readonly kept: readonly Tensor[];
}

/** Names of the inputs that stand for a model's leaves. */
export const inputNames = {
  field: (name: string): string => `field/${name}`,
  parameter: (name: string): string => `parameter/${name}`,
  state: (name: string): string => `state/${name}`,
  noise: (name: string): string => `noise/${name}`,
} as const;

export interface ContextOptions {
  readonly batchSize: number | string;
  /** Layers that behave as in training. Absent in evaluation. */
  readonly training?: ReadonlySet<string>;
  /** Fields beyond the model's own, with the shape of a whole batch. */
  readonly extraFields?: Readonly<Record<string, { shape: Shape; dtype: 'float32' | 'int32' }>>;
}

/** A context for building one program of a model. */
export function createContext(model: Model, options: ContextOptions): InputContext {
  const { batchSize, training, extraFields = {} } = options;
  const leaves = new Map<string, Tensor>();
  const noises: NoiseSpec[] = [];
  const kept: Tensor[] = [];
  const leaf = (name: string, make: () => Tensor): Tensor => {
    const known = leaves.get(name) ?? make();
    leaves.set(name, known);
    return known;
  };
  const byName = <T extends { name: string }>(list: readonly T[]): Record<string, T> =>
    Object.fromEntries(list.map((entry) => [entry.name, entry]));
  const fields = byName(model.fields);
  const parameters = byName(model.parameters);
  const states = byName(model.state);
  const parameter = (name: string): Tensor =>
    leaf(inputNames.parameter(name), () =>
      input(inputNames.parameter(name), lookUp('parameter', parameters, name).shape),
    );
  return {
    batchSize,
    noises,
    kept,
    keep: (x) => {
      kept.push(x);
      return x;
    },
    updating: training !== undefined,
    training: (layer) => training?.has(layer) ?? false,
    field: (name) =>
      leaf(inputNames.field(name), () => {
        const extra = extraFields[name];
        if (extra !== undefined) return input(inputNames.field(name), extra.shape, extra.dtype);
        const { shape, dtype } = lookUp('field', fields, name);
        return input(inputNames.field(name), [batchSize, ...shape], dtype);
      }),
    parameter,
    linear: (name, x) =>
      linear(
        x,
        parameter(`${name}/weight`),
        Object.hasOwn(parameters, `${name}/bias`) ? parameter(`${name}/bias`) : undefined,
      ),
    state: (name) =>
      leaf(inputNames.state(name), () => input(inputNames.state(name), lookUp('state', states, name).shape)),
    noise: (name, shape, { kind = 'normal', batchAxis = 0 } = {}) =>
      leaf(inputNames.noise(name), () => {
        noises.push({ name, kind, shape, batchAxis });
        return input(inputNames.noise(name), shape);
      }),
  };
}
