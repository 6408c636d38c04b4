import { GraftError } from '../../errors.ts';
import { badFile, quote, showShape } from '../../formats/bad-file.ts';
import type { KerasLayer, TfjsModel } from '../../formats/tfjs-layers.ts';
import { input } from '../../tensor/build.ts';
import {
  BATCH,
  type ImportedProgram,
  type ImportedWeight,
  weightInputs,
} from '../../tensor/imported-program.ts';
import { type Initial, one, zero } from '../../tensor/parameters.ts';
import { program } from '../../tensor/program.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  type KerasKind,
  type KerasValue,
  type KerasWeight,
  keras3Activations,
  kerasLayers,
  last,
  Refusal,
} from './keras-layers.ts';

const FORMAT = 'TensorFlow.js Layers model';

/** Shape of a model's input for one example, as its layer declares it; undefined where something is open. */
export function kerasInputShape({ config }: KerasLayer): readonly (number | undefined)[] | undefined {
  const shape = config.batch_input_shape ?? config.batch_shape;
  if (!Array.isArray(shape) || shape.length > 8) return undefined;
  return shape
    .slice(1)
    .map((d: unknown) =>
      Number.isInteger(d) && (d as number) > 0 && (d as number) <= 65_536 ? (d as number) : undefined,
    );
}

/**
 * The program of a model of Keras layers: outputs of the named layers from inputs [batch, ...shape] that are called as
 * their layers are. Weights stand as linear layers and convolutions have them here ([out, in], [out, in, h, w]), under the
 * name of their layer. Fails with `unsupported` for kinds and options of layers that are not read, with `bad-file` where layers
 * and weights do not fit.
 */
export function kerasProgram(
  model: TfjsModel,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
): ImportedProgram {
  const { path, layers } = model;
  const parameters: ImportedWeight[] = [];
  const state: ImportedWeight[] = [];
  const values = new Map<string, KerasValue>();
  const compute = (layer: KerasLayer, sources: readonly KerasValue[]): void => {
    const kind = Object.hasOwn(kerasLayers, layer.kind) ? kerasLayers[layer.kind]! : undefined;
    if (kind === undefined)
      throw unsupported(layer, path, `a layer of class ${quote(layer.kind)} is not read`, {
        hint: `Layers that are: ${Object.keys(kerasLayers).join(', ')}.`,
      });
    if (sources.length === 0) throw badFile(FORMAT, path, `layer ${quote(layer.name)} reads nothing`);
    const { activation } = layer.config;
    const other = model.keras === 3 ? keras3Activations[String(activation)] : undefined;
    const config = kind.schema.safeParse(
      other === undefined ? layer.config : { ...layer.config, activation: other },
    );
    if (!config.success) {
      const [issue] = config.error.issues;
      throw unsupported(layer, path, `its option ${issue!.path.join('.')} is not read: ${issue!.message}`);
    }
    const weights = weightsOf(model, layer, kind);
    for (const { weight, statistic } of weights) (statistic ? state : parameters).push(weight);
    const byName = new Map(weights.map(({ to, tensor }) => [to, tensor]));
    try {
      values.set(
        layer.name,
        kind.apply(config.data as never, { values: sources, weight: (to) => byName.get(to) }),
      );
    } catch (error) {
      if (error instanceof Refusal) throw unsupported(layer, path, `it ${error.message}`);
      if (error instanceof GraftError && error.code === 'shape-mismatch')
        throw badFile(
          FORMAT,
          path,
          `layer ${quote(layer.name)} does not fit what it reads: ${error.message}`,
        );
      throw error;
    }
  };
  // In the order of the file, which is that of computation; a layer that stands before what it reads waits.
  let waiting: readonly KerasLayer[] = layers;
  let before: KerasValue | undefined;
  while (waiting.length > 0) {
    const next: KerasLayer[] = [];
    for (const layer of waiting) {
      const fed = inputs[layer.name];
      if (layer.kind === 'InputLayer' || (layer.from === undefined && before === undefined)) {
        const own = fed ?? inputs[model.inputs[0]!];
        if (own === undefined) throw badFile(FORMAT, path, `input ${quote(layer.name)} is not fed`);
        before = { tensor: own, channelsFirst: false };
        if (layer.kind === 'InputLayer') {
          values.set(layer.name, before);
          continue;
        }
      }
      const sources =
        layer.from === undefined
          ? [before!]
          : layer.from.map((name) => values.get(name)).filter((v) => v !== undefined);
      if (layer.from !== undefined && sources.length < layer.from.length) {
        next.push(layer);
        continue;
      }
      compute(layer, sources);
      before = values.get(layer.name);
    }
    if (next.length === waiting.length)
      throw badFile(FORMAT, path, `layer ${quote(next[0]!.name)} reads a layer that is not there, or itself`);
    waiting = next;
  }
  const results = outputs.map((name) => {
    const value = values.get(name);
    if (value === undefined)
      throw new GraftError('unknown-name', {
        kind: 'layer',
        received: name,
        allowed: [...values.keys()],
        where: path,
      });
    return [name, last(value)] as const;
  });
  const made = program(Object.fromEntries(results));
  const read = new Set(made.inputs.map(({ attributes }) => attributes.name));
  const used = parameters.filter(({ name }) => read.has(weightInputs.parameter(name)));
  return {
    program: made,
    parameters: used,
    state: state.filter(({ name }) => read.has(weightInputs.state(name))),
    layers: [...new Set(used.map(({ layer }) => layer))],
    blocked: [],
  };
}

const unsupported = (
  layer: KerasLayer,
  path: string,
  reason: string,
  more: { hint?: string } = {},
): GraftError => new GraftError('unsupported', { what: `layer '${layer.name}' of ${path}`, reason, ...more });

/** The weights that a layer has in the file, arranged as they stand here. */
function weightsOf(
  model: TfjsModel,
  layer: KerasLayer,
  { weights = [] }: KerasKind,
): { to: string; tensor: Tensor; weight: ImportedWeight; statistic: boolean }[] {
  return weights.flatMap((spec) => {
    const { from, to, axes, statistic = false } = spec;
    const stored = model.weights.get(`${layer.name}/${from}`);
    if (stored === undefined) {
      if (isOptional(spec, layer)) return [];
      throw badFile(FORMAT, model.path, `layer ${quote(layer.name)} has no weight '${from}'`);
    }
    if (stored.shape.length !== axes.length || stored.values.length === 0)
      throw badFile(
        FORMAT,
        model.path,
        `weight '${from}' of layer ${quote(layer.name)} is ${showShape(stored.shape)}, not of ${axes.length} axes`,
      );
    const shape = axes.map((axis) => stored.shape[axis]!);
    const name = `${layer.name}/${to}`;
    return {
      to,
      statistic,
      tensor: input(weightInputs[statistic ? 'state' : 'parameter'](name), shape),
      weight: {
        name,
        shape,
        layer: layer.name,
        decay: shape.length > 1,
        initial: initialOf(to, shape),
        values: arranged(stored.values, stored.shape, axes),
      },
    };
  });
}

/** Biases, scales and shifts may be switched off. */
const isOptional = ({ from }: KerasWeight, { config }: KerasLayer): boolean =>
  (from === 'bias' && config.use_bias === false) ||
  (from === 'gamma' && config.scale === false) ||
  (from === 'beta' && config.center === false);

/** What Keras starts with by default: Glorot's uniform distribution for kernels. */
function initialOf(to: string, shape: readonly number[]): Initial {
  if (shape.length === 1) return to === 'weight' || to === 'variance' ? one : zero;
  const [a, b, ...window] = shape as [number, number, ...number[]];
  return { draw: 'uniform', bound: Math.sqrt(6 / ((a + b) * sizeOf(window))) };
}

/** Values with their axes in another order. */
function arranged(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const sides = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const place = sides.map(() => 0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[from]!;
    for (let a = sides.length - 1; a >= 0; a--) {
      from += steps[a]!;
      place[a]!++;
      if (place[a]! < sides[a]!) break;
      from -= place[a]! * steps[a]!;
      place[a] = 0;
    }
  }
  return result;
}

/** An input for each that the model has, with an open number of examples. */
export const kerasInput = (name: string, shape: readonly number[]): Tensor => input(name, [BATCH, ...shape]);
