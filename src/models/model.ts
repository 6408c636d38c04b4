import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import type { DType } from '../tensor/ops.ts';
import type { ParameterSpec, Values } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One tensor that every example brings: an image's pixels, a text's token ids. */
export interface Field {
  readonly name: string;
  /** Shape for one example; a batch has one axis more in front. */
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A tensor that training writes without a gradient: normalisation statistics, fitted densities. */
export interface StateSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly layer: string;
  readonly initial: number;
}

export type NoiseKind = 'normal' | 'uniform';

export interface NoiseOptions {
  /** Default 'normal'. */
  readonly kind?: NoiseKind;
  /** The axis of the batch; default 0. */
  readonly batchAxis?: number;
}

/** What a model needs to build its part of a program. */
export interface ModelContext {
  /** Examples in the batch. */
  readonly batchSize: number | string;
  /** The batch's fields by name: [batch, ...shape]. */
  field(name: string): Tensor;
  parameter(name: string): Tensor;
  /**
   * The linear layer of that name: x w^T + b with the parameters `name/weight` and, where the model has it,
   * `name/bias`. What a technique puts beside linear layers (adapters) comes in here.
   */
  linear(name: string, x: Tensor): Tensor;
  state(name: string): Tensor;
  /**
   * Marks x as a place between layers and returns it: where memory is short, what layers compute within is not kept for
   * the backward pass but computed again from there.
   */
  keep(x: Tensor): Tensor;
  /** Random numbers of the given shape, drawn anew for each run; a name used twice gives the same numbers. */
  noise(name: string, shape: readonly (number | string)[], options?: NoiseOptions): Tensor;
  /**
   * True in a training step, whichever layers are frozen: what belongs to the objective rather than to a layer, as the
   * corruption that a denoising autoencoder learns to undo, is then in force.
   */
  readonly updating: boolean;
  /** False where a layer must behave as in evaluation (always in evaluation, and for frozen layers). */
  training(layer: string): boolean;
}

/** What a player minimises: sum(cost) / sum(weight). */
export interface Objective {
  /** Cost of each example in nats (or the family's own unit): [batch]. */
  readonly cost: Tensor;
  /** What each example counts, e.g. its number of tokens: [batch]; 1 when absent. */
  readonly weight?: Tensor;
  /** Parts of the cost, each [batch]; looks record their means (of models with several players with each player's loss). */
  readonly terms?: Readonly<Record<string, Tensor>>;
  /** New values of state tensors by name. */
  readonly state?: Readonly<Record<string, Tensor>>;
}

/**
 * One update of a training step. A GAN has two players, other families one. Players take turns in their order; each
 * trains layers of its own and reads those of the others as they are at its turn.
 */
export interface Player {
  readonly name: string;
  /** The layers whose parameters it trains. */
  readonly layers: readonly string[];
  /** Unit of the cost, for axis labels. */
  readonly unit: string;
  /** Its updates in one training step, each on another batch; 1 if absent. */
  readonly repeats?: number;
  /** Its optimiser where the run's was not stated (`RunSettings.stated`). */
  readonly optimiser?: OptimiserSpec;
  /** Factor of the run's learning rate; 1 if absent. */
  readonly rate?: number;
  /** A moving average of its weights where the run's was not stated; 'none': it has none in any case. */
  readonly average?: { readonly decay: number; readonly warmUp: boolean } | 'none';
  /** Validation examples at most that a look costs, spread evenly over the set; all if absent. */
  readonly lookExamples?: number;
  objective(context: ModelContext): Objective;
}

/** Log-likelihood of each example in nats. */
export interface Likelihood {
  /**
   * 'exact'; 'bound': log-weights whose log-mean-exp over samples bounds the likelihood from below; or 'variational': one
   * number that estimates a lower bound without bias, the better the more samples (times of a diffusion) there are.
   */
  readonly kind: 'exact' | 'bound' | 'variational';
  /** For a bound whose draws are all equal, for the posterior is one code: nothing tells how far it lies from the likelihood. */
  readonly single?: true;
  /** Values of an example that the likelihood is spread over (pixels x channels); undefined where it varies (text). */
  readonly dimensions?: number;
  /** What the data must be for the likelihood to mean something: 'binary', 'grid of 256 levels', 'real', 'tokens'. */
  readonly support: 'binary' | 'levels' | 'real' | 'tokens';
  /**
   * Log-weights [samples, batch], where the number of samples may be an open dimension; for exact likelihoods samples is
   * 1, and a variational bound is [1, batch] for any (fixed) number of samples.
   */
  logWeights(context: ModelContext, samples: number | string): Tensor;
  /** For tokens: the cost in nats of each target, 0 where there is none: [batch, time]. */
  readonly tokenCosts?: (context: ModelContext) => Tensor;
}

/** Samples that one program makes from a latent vector with a standard normal prior. */
export interface LatentSampler {
  readonly kind: 'latent';
  readonly latent: number;
  /** z [batch, latent] -> example [batch, ...shape] in the range of the field it imitates. */
  decode(context: ModelContext, z: Tensor): Tensor;
}

/** A tensor that a sampler keeps from token to token; 0 before the first. */
export interface Carried {
  readonly name: string;
  /** Shape for one example. */
  readonly shape: readonly number[];
  /**
   * 'slot': a step gives [..., 1, width], which is put at the token's position of [..., context, width]; what lies behind
   * the position must not matter. 'whole': a step gives what the next one reads.
   */
  readonly update: 'slot' | 'whole';
}

/** Samples that are made token by token. */
export interface AutoregressiveSampler {
  readonly kind: 'autoregressive';
  readonly vocabulary: number;
  /** Longest sequence that the model can see. */
  readonly context: number;
  /** What is kept from token to token: keys and values of earlier tokens, hidden states. */
  readonly carried: readonly Carried[];
  /**
   * One step: token [batch] at `position` (int32 [1]) with what is carried as further fields [batch, ...shape] -> logits
   * [batch, vocabulary] and what each carried tensor takes in.
   */
  step(context: ModelContext): {
    readonly logits: Tensor;
    readonly carried: Readonly<Record<string, Tensor>>;
  };
  /** Logits [batch, time, vocabulary] for tokens [batch, time] without a cache: what the cached step must equal. */
  logits(context: ModelContext, time: number): Tensor;
}

/** What a step of an iterative sampler works on. */
export interface IterationInputs {
  /** [batch, ...shape] */
  readonly state: Tensor;
  /** The step's row of numbers: [k]. */
  readonly numbers: Tensor;
  /** Standard normal draws [batch, ...shape] where steps are noisy. */
  readonly noise?: Tensor;
}

/** Samples that are made from noise by one program that is run again and again. */
export interface IterativeSampler {
  readonly kind: 'iterative';
  /** Shape of the state for one example; it starts as standard normal numbers. */
  readonly shape: readonly number[];
  /** A row of as many numbers for each step, in the order of the steps. */
  readonly steps: readonly (readonly number[])[];
  /** Whether every step draws noise of the state's shape. */
  readonly noisy: boolean;
  /** Options of the configuration that change sampling alone: a trained model may be sampled with others. */
  readonly settings: readonly string[];
  /** The state after a step. */
  step(context: ModelContext, at: IterationInputs): Tensor;
  /** From the last state to examples in the range of the field that they imitate. */
  finish(state: Tensor, context: ModelContext): Tensor;
}

/** Samplers whose samples have a fixed shape. */
export type ArraySampler = LatentSampler | IterativeSampler;

/** A model that judges examples and makes none. */
export interface NoSampler {
  readonly kind: 'none';
}

export type Sampler = ArraySampler | AutoregressiveSampler | NoSampler;

/** A density fitted to the codes of the training data after training, for models whose codes have no prior. */
export interface CodeDensity {
  /** From codes [count, latent] to values of state tensors. */
  fit(codes: { count: number; latent: number; data: Float32Array }): Record<string, Float32Array>;
}

/** All numbers of a model: trained parameters and state, by name. */
export interface Weights {
  readonly parameters: Values;
  readonly state: Values;
}

/** A generative model: an architecture with its objective, as data and functions; values live apart. */
export interface Model {
  readonly family: string;
  /** JSON that `createModel` turns into this model again. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly fields: readonly Field[];
  /** Names of the classes that the field `label` numbers, for models that make examples by class. */
  readonly classes?: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  readonly state: readonly StateSpec[];
  /** Linear layers that it computes by `ModelContext.linear`, from input to output: what adapters can be put beside. */
  readonly linears?: readonly string[];
  /** From input to output: the units that techniques freeze and unfreeze. */
  readonly layers: readonly string[];
  readonly players: readonly Player[];
  /**
   * What looks at validation measure: the mean cost of the last player (if absent), or samples against the examples,
   * where no player's cost tells a better model from a worse one.
   */
  readonly criterion?: 'loss' | 'samples';
  /** What is wrong with a training, in sentences, from its looks in order; empty where nothing is. */
  readonly diagnose?: (
    looks: readonly {
      readonly step: number;
      readonly validation: number;
      readonly terms?: Readonly<Record<string, number>>;
    }[],
  ) => readonly string[];
  readonly sampler: Sampler;
  readonly likelihood?: Likelihood;
  /** Code of each example: [batch, latent]. */
  readonly encode?: (context: ModelContext) => Tensor;
  /** For codes from a code book of so many entries: the entry at each place of each example's code, as numbers [batch, places]. */
  readonly codes?: { readonly entries: number; of(context: ModelContext): Tensor };
  /** Each example as the model gives it back: [batch, ...shape]. */
  readonly reconstruct?: (context: ModelContext) => Tensor;
  /** How real the model takes each example for, higher for real ones, where it has a judge but no likelihood: [batch]. */
  readonly score?: (context: ModelContext) => Tensor;
  readonly codeDensity?: CodeDensity;
  /**
   * The same model for sequences of another length up to `longest`, where no parameter depends on it: rows of a model
   * made for long contexts need be no longer than the data.
   */
  readonly withContext?: { readonly longest: number; build(context: number): Model };
  /** For models whose output layer shares a parameter with an earlier one: the same model with a parameter of its own. */
  readonly untied?: () => { readonly model: Model; convert(weights: Weights): Weights };
}
