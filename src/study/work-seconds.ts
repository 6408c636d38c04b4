import type { StepEstimate, StepKind } from './step.ts';
import type { Work } from './work.ts';

/** What one worker of a machine does in a second. */
export interface MachineRates {
  /** Operations of large matrix products. */
  readonly products: number;
  /** Values that large element-wise nodes read and write. */
  readonly values: number;
  /** Smallest nodes of a tensor program, one behind another. */
  readonly nodes: number;
  /** Operations of a plain loop: squared differences, summed. */
  readonly scalars: number;
}

/**
 * Shares of those rates that the programs of models reach, whose products are small, whose values lie in no cache and
 * whose nodes have several outputs; and what is done of other work for one of the measured kind. Fitted to the
 * processor time of 900 steps of eight studies of all families (least squares of the relative errors).
 */
const SHARE = {
  products: 1,
  convolutions: 0.6,
  values: 0.3,
  nodes: 0.11,
  scalars: 0.77,
  compiled: 1 / 180_000,
  draws: 1 / 210,
};

/** Seconds that a step takes besides: loading, writing, pictures, numbers of samples that nothing is counted for. */
const OVERHEAD: Readonly<Record<StepKind, number>> = { pretrain: 0.5, tune: 0.15, trial: 0.3 };

/** Seconds of counted work. */
export function workSeconds(work: Work, rates: MachineRates): number {
  return (
    work.products / (rates.products * SHARE.products) +
    work.convolutions / (rates.products * SHARE.convolutions) +
    work.values / (rates.values * SHARE.values) +
    work.nodes / (rates.nodes * SHARE.nodes) +
    work.compiled / (rates.scalars * SHARE.compiled) +
    work.scalars / (rates.scalars * SHARE.scalars) +
    work.draws / (rates.scalars * SHARE.draws)
  );
}

/** Predicted seconds of a step, and the share of them that training takes. */
export interface PredictedSeconds {
  readonly seconds: number;
  readonly training: number;
}

/** Seconds of a step by what was counted of it; where nothing was, by its operations alone. */
export function stepSeconds(
  { kind, estimate }: { readonly kind: StepKind; readonly estimate: StepEstimate },
  rates: MachineRates,
): PredictedSeconds {
  const { work, flops } = estimate;
  const training = work === undefined ? flops / rates.products : workSeconds(work.training, rates);
  const measuring = work === undefined ? 0 : workSeconds(work.measuring, rates);
  const seconds = training + measuring + OVERHEAD[kind];
  return { seconds, training: training / seconds };
}
