import { z } from 'zod';
import { slotsOf } from '../engine/optimisers/create-optimiser.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { GraftError } from '../errors.ts';
import type { Model, Weights } from '../models/model.ts';
import { sizeOf } from '../tensor/shape.ts';
import { type ConvergenceState, convergenceState } from './convergence.ts';
import type { Look } from './look.ts';
import type { PlayerRunner } from './player-runner.ts';
import { activePlayers, playerSettings, type RunSettings } from './player-settings.ts';
import type { ScheduleState } from './schedules/schedule.ts';
import type { Stage, StageRecord } from './stage.ts';
import { type TallyState, tallyState } from './tally.ts';

/** Everything that training needs to go on at an update as if nothing had happened. */
export interface TrainingSnapshot {
  readonly step: number;
  readonly stage: number;
  readonly stageStart: number;
  readonly stageStartCounted: number;
  readonly flops: number;
  /** Operations so far as `flopsLimit` counts them. */
  readonly counted: number;
  readonly trainedParameters: number;
  readonly looks: readonly Look[];
  readonly stages: readonly StageRecord[];
  readonly sinceLook: TallyState;
  readonly best: { readonly step: number; readonly validation: number };
  readonly convergence: ConvergenceState;
  readonly schedule: ScheduleState;
  /** Updates of each player's optimiser and average. */
  readonly updates: readonly { readonly optimiser: number; readonly average: number }[];
  /** `weights/parameters/<name>`, `best/...`, `player/<i>/<vector>`. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/** What of a training a snapshot must fit. */
export interface SnapshotUse {
  readonly model: Model;
  readonly start: Weights;
  readonly stages: readonly Stage[];
  readonly optimiser: OptimiserSpec;
  readonly averageDecay?: number;
  readonly stated?: RunSettings['stated'];
}

/** Names of the parameters that some stage trains; all others stay as they were at the start. */
export function trainedNames(
  model: Pick<Model, 'parameters'>,
  stages: readonly Stage[],
): ReadonlySet<string> {
  const layers = new Set(stages.flatMap((stage) => stage.layers));
  return new Set(model.parameters.filter(({ layer }) => layers.has(layer)).map(({ name }) => name));
}

/** Copies of all vectors of a training under way that training changes; `trained`: names of parameters. */
export function snapshotArrays(
  weights: Weights,
  best: Weights,
  runners: readonly PlayerRunner[],
  trained: ReadonlySet<string>,
): TrainingSnapshot['arrays'] {
  const vectors = runners.flatMap(({ optimiser, average }, i) => [
    ...Object.entries(optimiser.state().vectors).map(([name, v]) => [`player/${i}/${name}`, v] as const),
    ...(average === undefined ? [] : [[`player/${i}/average`, average.average.slice()] as const]),
  ]);
  return {
    ...pack(weights, 'weights', trained),
    ...pack(best, 'best', trained),
    ...Object.fromEntries(vectors),
  };
}

/** Sets optimisers and averages to where they were. */
export function restoreRunners(runners: readonly PlayerRunner[], from: TrainingSnapshot): void {
  runners.forEach(({ optimiser, average }, i) => {
    const prefix = `player/${i}/`;
    const vectors = Object.fromEntries(
      Object.entries(from.arrays).flatMap(([name, v]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), v]] : [],
      ),
    );
    const { average: averageVector, ...own } = vectors;
    const { optimiser: updates, average: averageUpdates } = from.updates[i]!;
    optimiser.restore({ updates, vectors: average === undefined ? vectors : own });
    if (average !== undefined && averageVector !== undefined)
      average.restore({ updates: averageUpdates, average: averageVector });
  });
}

function pack(weights: Weights, prefix: string, trained: ReadonlySet<string>): Record<string, Float32Array> {
  return Object.fromEntries(packed(weights, prefix, trained).map(([name, v]) => [name, v.slice()]));
}

/** What a snapshot keeps of weights. */
function packed(
  { parameters, state }: Weights,
  prefix: string,
  trained: ReadonlySet<string>,
): (readonly [string, Float32Array])[] {
  return [
    ...Object.entries(parameters)
      .filter(([name]) => trained.has(name))
      .map(([name, v]) => [`${prefix}/parameters/${name}`, v] as const),
    ...Object.entries(state).map(([name, v]) => [`${prefix}/state/${name}`, v] as const),
  ];
}

/** Weights out of a snapshot's arrays, with the names of `like`, which has what training does not change. */
export function snapshotWeights(
  { arrays }: TrainingSnapshot,
  prefix: 'weights' | 'best',
  like: Weights,
): Weights {
  const take = (kind: 'parameters' | 'state') =>
    Object.fromEntries(
      Object.entries(like[kind]).map(([name, v]) => [name, arrays[`${prefix}/${kind}/${name}`] ?? v]),
    );
  return { parameters: take('parameters'), state: take('state') };
}

const count = z.int().min(0);

const recordSchema = z.object({
  step: count,
  stage: count,
  stageStart: count,
  stageStartCounted: z.number(),
  flops: z.number(),
  counted: z.number(),
  trainedParameters: count,
  looks: z.array(
    z.strictObject({
      step: count,
      flops: z.number(),
      training: z.number().nullable(),
      validation: z.number(),
      terms: z.record(z.string(), z.number()).optional(),
      learningRate: z.number(),
      stage: count,
    }),
  ),
  stages: z.array(
    z.strictObject({
      name: z.string(),
      layers: z.array(z.string()),
      from: count,
      to: count,
      note: z.string(),
    }),
  ),
  sinceLook: tallyState,
  best: z.strictObject({ step: count, validation: z.number() }),
  convergence: convergenceState,
  schedule: z.record(z.string(), z.number().nullable()),
  updates: z.array(z.strictObject({ optimiser: count, average: count })),
});

/**
 * Fails with `bad-data` unless a snapshot that was read back is one that a training of this kind can have made: its
 * record is complete, and every vector that going on needs is there with its length.
 */
export function checkSnapshot(snapshot: TrainingSnapshot, use: SnapshotUse): void {
  const refusal = (problem: string) => new GraftError('bad-data', { what: 'a training snapshot', problem });
  const parsed = recordSchema.safeParse(snapshot);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw refusal(`its record is damaged at ${issue.path.join('.') || 'its beginning'}: ${issue.message}`);
  }
  const { model, start, stages } = use;
  const stage = stages[snapshot.stage];
  if (stage === undefined || snapshot.stages.length !== snapshot.stage || snapshot.looks.length === 0)
    throw refusal('it is of another course of training');
  const trained = new Set(stage.layers);
  const players = activePlayers(model, trained);
  if (snapshot.updates.length !== players.length) throw refusal('it is of a model with other players');
  const lengths = [
    ...(['weights', 'best'] as const).flatMap((prefix) =>
      packed(start, prefix, trainedNames(model, stages)).map(([name, { length }]) => [name, length] as const),
    ),
    ...players.flatMap((player, i) => {
      const { optimiser, averageDecay } = playerSettings(player, use);
      const vectors = [...slotsOf(optimiser), ...(averageDecay === undefined ? [] : ['average'])];
      const own = new Set(player.layers.filter((layer) => trained.has(layer)));
      const length = model.parameters.reduce(
        (sum, { layer, shape }) => sum + (own.has(layer) ? sizeOf(shape) : 0),
        0,
      );
      return vectors.map((name) => [`player/${i}/${name}`, length] as const);
    }),
  ];
  for (const [name, length] of lengths) {
    const found = snapshot.arrays[name];
    if (found === undefined) throw refusal(`it lacks '${name}'`);
    if (found.length !== length) throw refusal(`'${name}' has ${found.length} values, not ${length}`);
  }
}
