import {
  type LearningCurve,
  type TransferBenefits,
  transferBenefits,
} from '../statistics/transfer-benefits.ts';
import type { Look } from '../training/look.ts';
import { type FinishedTrial, type Place, places, type TrialTable } from './trial-table.ts';

/** What a technique brings against the reference while training: from the validation curves of the same seeds. */
export interface LearningComparison extends Place {
  readonly reference: string;
  readonly seeds: readonly number[];
  /** Unit of the validation loss; lower is better. */
  readonly unit: string;
  /** Steps whose curves were read. */
  readonly steps: readonly string[];
  /** Speed-up counted in updates. */
  readonly byUpdates: TransferBenefits;
  /** Speed-up counted in floating-point operations; start and final gap are the same. */
  readonly byFlops: TransferBenefits;
}

/**
 * Start, speed-up and final gap of each technique against the reference, where both have curves of the same seeds. Read
 * off the running minimum of validation: trials keep the weights of their best look, not of their last one.
 */
export function compareLearning(table: TrialTable, reference: string): LearningComparison[] {
  return places(table.matrix).flatMap((place) => {
    if (place.technique === reference) return [];
    const pairs = table.matrix.seeds.flatMap((seed): [FinishedTrial, FinishedTrial, number][] => {
      const ours = table.trial(place, seed);
      const theirs = table.trial({ ...place, technique: reference }, seed);
      return ours && theirs && hasCurve(ours) && hasCurve(theirs) ? [[ours, theirs, seed]] : [];
    });
    const unit = pairs[0]?.[0].result.lossUnit;
    if (unit === undefined || pairs.some((pair) => pair[1].result.lossUnit !== unit)) return [];
    const benefits = (cost: 'step' | 'flops') =>
      transferBenefits(
        pairs.map(([ours]) => curve(ours, cost)),
        pairs.map(([, theirs]) => curve(theirs, cost)),
        'lower',
      );
    return [
      {
        ...place,
        reference,
        seeds: pairs.map(([, , seed]) => seed),
        unit,
        steps: pairs.flatMap(([ours, theirs]) => [ours.step, theirs.step]),
        byUpdates: benefits('step'),
        byFlops: benefits('flops'),
      },
    ];
  });
}

function curve({ result }: FinishedTrial, cost: 'step' | 'flops'): LearningCurve {
  const looks = ascending(result.looks);
  let best = Infinity;
  // The weights of the best look so far are those that a trial stopped here would keep.
  const value = looks.map(({ validation }) => {
    best = Math.min(best, validation);
    return best;
  });
  return { cost: looks.map((look) => look[cost]), value };
}

const hasCurve = ({ result }: FinishedTrial): boolean =>
  result.looks.every(({ validation }) => Number.isFinite(validation)) && ascending(result.looks).length >= 2;

/** Looks that follow an update: a stage may begin with a look at the weights that the stage before ended with. */
const ascending = (looks: readonly Look[]): Look[] =>
  looks.filter((look, i) => i === 0 || (look.step > looks[i - 1]!.step && look.flops > looks[i - 1]!.flops));
