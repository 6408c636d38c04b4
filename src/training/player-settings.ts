import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import type { Model, Player } from '../models/model.ts';

/** The options of a run that a player may have of its own. */
export interface RunSettings {
  readonly optimiser: OptimiserSpec;
  readonly averageDecay?: number | undefined;
  readonly averageWarmUp?: boolean | undefined;
  /** Which of them go before what players have of their own; none if absent. */
  readonly stated?: readonly ('optimiser' | 'average')[] | undefined;
}

/** How a player is trained. */
export interface PlayerSettings extends RunSettings {
  /** Updates in one training step. */
  readonly repeats: number;
  /** Factor of the run's learning rate. */
  readonly rate: number;
}

/** A player's own settings, and the run's where it has none or where they were stated. */
export function playerSettings(player: Player, run: RunSettings): PlayerSettings {
  const { repeats = 1, rate = 1, average } = player;
  const isStated = (what: 'optimiser' | 'average') => run.stated?.includes(what) === true;
  const optimiser = isStated('optimiser') ? run.optimiser : (player.optimiser ?? run.optimiser);
  const averaged =
    average === 'none'
      ? {}
      : average === undefined || isStated('average')
        ? { averageDecay: run.averageDecay, averageWarmUp: run.averageWarmUp }
        : { averageDecay: average.decay, averageWarmUp: average.warmUp };
  return { optimiser, repeats, rate, ...averaged };
}

/** The players that have something to train among the given layers. */
export const activePlayers = (model: Model, layers: ReadonlySet<string>): Player[] =>
  model.players.filter((player) => player.layers.some((layer) => layers.has(layer)));
