import { createContext, inputNames, type NoiseSpec } from '../models/context.ts';
import type { Model, Player } from '../models/model.ts';
import { add, div, mul } from '../tensor/functions/elementwise.ts';
import { mean, sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { type Program, program } from '../tensor/program.ts';
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
 * `withWeight` the sum of weights is an output, too, for objectives that have weights.
 */
export function buildStep(
  model: Model,
  player: Player,
  layers: ReadonlySet<string>,
  batchSize: number,
  losses: readonly LossTerm[] = [],
  withWeight = false,
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
  const grads = gradients(
    loss,
    trained.map(({ name }) => context.parameter(name)),
  );
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
  return {
    program: optimiseProgram(program(outputs)),
    trained,
    noises: context.noises,
    writesState: state.map(([name]) => name),
  };
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
