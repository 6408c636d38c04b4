import { createContext, inputNames, type NoiseSpec } from '../models/context.ts';
import type { Model, Player } from '../models/model.ts';
import { add, div, mul } from '../tensor/functions/elementwise.ts';
import { mean, sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { type Program, program, topologicalOrder } from '../tensor/program.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { recomputeActivations } from './recompute.ts';
import type { LossTerm } from './stage.ts';

/** The program of one training step of one player, before compiling. */
export interface StepProgram {
  /** Outputs: `loss`, `term/<name>`, `gradient/<parameter>`, `state/<name>/new`, and `weight` where it was asked for. */
  readonly program: Program;
  /** The parameters that get gradients, in the model's order. */
  readonly trained: readonly ParameterSpec[];
  readonly noises: readonly NoiseSpec[];
  /** State tensors that the step rewrites. */
  readonly writesState: readonly string[];
}

export const outputNames = {
  loss: 'loss',
  weight: 'weight',
  term: (name: string): string => `term/${name}`,
  gradient: (name: string): string => `gradient/${name}`,
  state: (name: string): string => `state/${name}/new`,
} as const;

/**
 * Builds forward pass, loss (sum of costs over sum of weights, plus further terms) and the gradients of the
 * parameters in `layers`. Layers that are not trained behave as in evaluation and their state is not written. With
 * `withWeight` the sum of weights is an output, too, for objectives that have weights; with `recompute` activations
 * within layers are computed again in the backward pass (`recomputeActivations`).
 */
export function buildStep(
  model: Model,
  player: Player,
  layers: ReadonlySet<string>,
  batchSize: number,
  losses: readonly LossTerm[] = [],
  withWeight = false,
  recompute = false,
): StepProgram {
  const context = createContext(model, { batchSize, training: layers });
  const objective = player.objective(context);
  const average = (cost: typeof objective.cost) =>
    objective.weight === undefined ? mean(cost) : div(sum(cost), sum(objective.weight));
  const base = average(objective.cost);
  const extra = losses.map((term) => ({ name: term.name, value: term.build(context, model, objective) }));
  const loss = extra.reduce((total, { value }) => add(total, value), base);
  const playable = new Set(player.layers.filter((layer) => layers.has(layer)));
  const trained = model.parameters.filter(({ layer }) => playable.has(layer));
  const parameters = trained.map(({ name }) => context.parameter(name));
  // Below the first trained layer there is no backward pass.
  const kept = recompute
    ? context.kept.map((tensor) => ({ tensor, active: dependsOn(tensor, parameters) }))
    : [];
  const active = kept.filter((place) => place.active).map(({ tensor }) => tensor);
  const grads = gradients(loss, [...parameters, ...active]);
  const ownLayer = new Map(model.state.map(({ name, layer }) => [name, layer]));
  const state = Object.entries(objective.state ?? {}).filter(([name]) => layers.has(ownLayer.get(name)!));
  const outputs = {
    [outputNames.loss]: loss,
    ...(withWeight && objective.weight !== undefined ? { [outputNames.weight]: sum(objective.weight) } : {}),
    ...Object.fromEntries(
      Object.entries(objective.terms ?? {}).map(([name, term]) => [outputNames.term(name), average(term)]),
    ),
    ...Object.fromEntries(extra.map(({ name, value }) => [outputNames.term(name), mul(value, 1)])),
    ...Object.fromEntries(trained.map(({ name }, i) => [outputNames.gradient(name), grads[i]!])),
    ...Object.fromEntries(state.map(([name, tensor]) => [outputNames.state(name), tensor])),
  };
  const places = kept.map((place) => ({
    tensor: place.tensor,
    gradient: place.active ? grads[parameters.length + active.indexOf(place.tensor)] : undefined,
  }));
  const isGradient = (name: string) => name.startsWith(outputNames.gradient(''));
  const forward = Object.entries(outputs).filter(([name]) => !isGradient(name));
  const written =
    active.length < 2
      ? outputs
      : recomputeActivations(
          outputs,
          forward.map(([, tensor]) => tensor),
          places,
        );
  return {
    program: optimiseProgram(program(written)),
    trained,
    noises: context.noises,
    writesState: state.map(([name]) => name),
  };
}

/** Whether a tensor is computed from one of others. */
function dependsOn(tensor: Tensor, others: readonly Tensor[]): boolean {
  const nodes = new Set(others.map(({ node }) => node));
  return topologicalOrder([tensor]).some((node) => nodes.has(node));
}

/** Names of the inputs that a step changes: what it trains and the state that it writes. */
export const changedInputs = ({ trained, writesState }: StepProgram): string[] => [
  ...trained.map(({ name }) => inputNames.parameter(name)),
  ...writesState.map((name) => inputNames.state(name)),
];

/**
 * Inputs of step programs that never change during a stage: weights and state that none of its steps changes.
 * `changing`: names of the inputs that do.
 */
export function isFrozenInput(model: Model, changing: ReadonlySet<string>): (name: string) => boolean {
  const known = new Set([
    ...model.parameters.map(({ name }) => inputNames.parameter(name)),
    ...model.state.map(({ name }) => inputNames.state(name)),
  ]);
  return (name) => known.has(name) && !changing.has(name);
}
