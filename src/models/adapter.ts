import type { Stream } from '../random.ts';
import { add, mul } from '../tensor/functions/elementwise.ts';
import { linear } from '../tensor/functions/linear.ts';
import { type ParameterSpec, zero } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import type { IterationInputs, Model, ModelContext, Sampler, Weights } from './model.ts';
import { freshWeights } from './weights.ts';

/** What a low-rank adapter puts beside linear layers (Hu et al. 2022). */
export interface AdapterConfig {
  readonly rank: number;
  /** What the product of the two matrices is multiplied with. */
  readonly scale: number;
  /** Names of the linear layers, each `name/weight` of the model. */
  readonly targets: readonly string[];
  /** Share of an adapter's inputs that training drops. */
  readonly dropout: number;
}

/** A low-rank adapter with its values, apart from the model that it belongs to. */
export interface Adapter {
  readonly config: AdapterConfig;
  /** `target/lora/a` [rank, in] and `target/lora/b` [out, rank] of each target. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

const downName = (target: string): string => `${target}/lora/a`;
const upName = (target: string): string => `${target}/lora/b`;
/** The layer of a model's layer that holds its adapters. */
export const adapterLayer = (layer: string): string => `${layer}/lora`;

/**
 * The model with x w^T + scale (x a^T) b^T in place of x w^T for each target (Hu et al. 2022, section 4.1; the input of
 * the adapter may be dropped out, as in their code). a starts uniform in +-1 / sqrt(in) as in that code, b at 0, so that
 * nothing changes at first. Adapters of a layer are a layer of their own behind it. Its checkpoints are those of the
 * model itself, into which `mergeAdapter` takes the adapters in.
 */
export function withAdapter(model: Model, config: AdapterConfig): Model {
  const { rank, scale, targets } = config;
  const weights = new Map(model.parameters.map((spec) => [spec.name, spec]));
  const targeted = new Set(targets);
  const added = targets.flatMap((target): ParameterSpec[] => {
    const { shape, layer } = weights.get(`${target}/weight`)!;
    const [outputs, inputs] = shape as [number, number];
    const spec = { layer: adapterLayer(layer), decay: true } as const;
    return [
      {
        ...spec,
        name: downName(target),
        shape: [rank, inputs],
        initial: { draw: 'uniform', bound: 1 / Math.sqrt(inputs) },
      },
      { ...spec, name: upName(target), shape: [outputs, rank], initial: zero },
    ];
  });
  const owners = new Set(added.map(({ layer }) => layer));
  const layers = model.layers.flatMap((layer) =>
    owners.has(adapterLayer(layer)) ? [layer, adapterLayer(layer)] : [layer],
  );
  const wrap = (context: ModelContext): ModelContext => ({
    ...context,
    linear(name, x) {
      const y = context.linear(name, x);
      if (!targeted.has(name)) return y;
      const layer = adapterLayer(weights.get(`${name}/weight`)!.layer);
      const input = dropout(context, layer, `${name}/lora`, x, config.dropout);
      const down = linear(input, context.parameter(downName(name)));
      return add(y, mul(linear(down, context.parameter(upName(name))), scale));
    },
  });
  const { likelihood, encode, codes, reconstruct, score, withContext, untied: _, ...rest } = model;
  const within =
    <A extends readonly unknown[], R>(f: (context: ModelContext, ...rest: A) => R) =>
    (context: ModelContext, ...given: A): R =>
      f(wrap(context), ...given);
  return {
    ...rest,
    parameters: [...model.parameters, ...added],
    layers,
    players: model.players.map((player) => ({
      ...player,
      layers: layers.filter((layer) =>
        player.layers.some((own) => layer === own || layer === adapterLayer(own)),
      ),
      objective: within(player.objective),
    })),
    sampler: wrapSampler(model.sampler, within),
    ...(likelihood === undefined
      ? {}
      : {
          likelihood: {
            ...likelihood,
            logWeights: within(likelihood.logWeights),
            ...(likelihood.tokenCosts === undefined ? {} : { tokenCosts: within(likelihood.tokenCosts) }),
          },
        }),
    ...(encode === undefined ? {} : { encode: within(encode) }),
    ...(codes === undefined ? {} : { codes: { ...codes, of: within(codes.of) } }),
    ...(reconstruct === undefined ? {} : { reconstruct: within(reconstruct) }),
    ...(score === undefined ? {} : { score: within(score) }),
    ...(withContext === undefined
      ? {}
      : {
          withContext: {
            longest: withContext.longest,
            build: (context: number) => withAdapter(withContext.build(context), config),
          },
        }),
  };
}

function wrapSampler(
  sampler: Sampler,
  within: <A extends readonly unknown[], R>(
    f: (context: ModelContext, ...rest: A) => R,
  ) => (context: ModelContext, ...rest: A) => R,
): Sampler {
  switch (sampler.kind) {
    case 'latent':
      return { ...sampler, decode: within((context, z: Tensor) => sampler.decode(context, z)) };
    case 'iterative':
      return {
        ...sampler,
        step: within((context, at: IterationInputs) => sampler.step(context, at)),
        finish: (state, context) => within((own, last: Tensor) => sampler.finish(last, own))(context, state),
      };
    case 'autoregressive':
      return {
        ...sampler,
        step: within((context) => sampler.step(context)),
        logits: within((context, time: number) => sampler.logits(context, time)),
      };
    case 'none':
      return sampler;
  }
}

/** Weights of the model with fresh adapters beside its own. */
export function freshAdapter(model: Model, config: AdapterConfig, weights: Weights, stream: Stream): Weights {
  const names = new Set(model.parameters.map(({ name }) => name));
  const adapted = withAdapter(model, config);
  const added = adapted.parameters.filter(({ name }) => !names.has(name));
  const { parameters } = freshWeights({ ...adapted, parameters: added, state: [] }, stream);
  return { ...weights, parameters: { ...weights.parameters, ...parameters } };
}

/** The adapter's values out of the weights of an adapted model. */
export function extractAdapter(config: AdapterConfig, { parameters }: Weights): Adapter {
  const names = config.targets.flatMap((target) => [downName(target), upName(target)]);
  return { config, values: Object.fromEntries(names.map((name) => [name, parameters[name]!])) };
}

/**
 * Weights of the model itself that compute what it computes with the adapter: w + scale b a. Tensors without an adapter
 * are shared with those given.
 */
export function mergeAdapter(
  model: Model,
  { config, values }: Adapter,
  { parameters, state }: Weights,
): Weights {
  const { rank, scale, targets } = config;
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  const own = model.parameters.map(({ name }) => [name, parameters[name]!] as const);
  const merged = targets.map((target) => {
    const name = `${target}/weight`;
    const [outputs, inputs] = shapes.get(name) as [number, number];
    const [a, b] = [values[downName(target)]!, values[upName(target)]!];
    const sum = parameters[name]!.slice();
    const row = new Float64Array(inputs);
    for (let o = 0; o < outputs; o++) {
      row.fill(0);
      for (let r = 0; r < rank; r++) {
        const factor = scale * b[o * rank + r]!;
        if (factor !== 0) for (let i = 0; i < inputs; i++) row[i]! += factor * a[r * inputs + i]!;
      }
      for (let i = 0; i < inputs; i++) sum[o * inputs + i]! += row[i]!;
    }
    return [name, sum] as const;
  });
  return { state, parameters: Object.fromEntries([...own, ...merged]) };
}
