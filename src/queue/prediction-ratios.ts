import type { StepKind } from '../study/step.ts';

/** Work that has been done: what was predicted for it, and what it took; seconds. */
export interface Evidence {
  readonly kind: StepKind;
  readonly predicted: number;
  readonly measured: number;
}

/** Share of all predicted work that must have been measured for it to weigh as much as the prediction. */
const DOUBT = 0.04;

/**
 * By how much steps of each kind take longer than predicted: what was measured over what was predicted of finished work,
 * drawn towards that of all kinds and this towards 1 as long as little has been measured.
 *
 * @param total predicted seconds of the whole plan
 */
export function predictionRatios(
  evidence: readonly Evidence[],
  total: number,
): Readonly<Record<StepKind, number>> {
  const prior = DOUBT * total;
  const towards = (centre: number, some: readonly Evidence[]): number => {
    const sum = (of: (each: Evidence) => number) => some.reduce((n, each) => n + of(each), 0);
    const predicted = sum((each) => each.predicted) + prior;
    return predicted > 0 ? (sum((each) => each.measured) + prior * centre) / predicted : centre;
  };
  const all = towards(1, evidence);
  const of = (kind: StepKind) =>
    towards(
      all,
      evidence.filter((each) => each.kind === kind),
    );
  return { pretrain: of('pretrain'), tune: of('tune'), trial: of('trial') };
}
