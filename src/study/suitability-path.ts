import type { Measurement } from './measurement.ts';
import { unitInWords } from './metric-in-words.ts';
import type { ReferenceLikelihood } from './reference-likelihood.ts';
import { number, percent } from './suitability-sentence.ts';

/** Shares of the way from a model's own domain to frequencies alone, up to which a target is at home and near. */
export const AT_HOME = 0.1;
export const NEAR = 0.5;
/** Share of the target's variance from which on reconstructions count as good: more is kept than lost. */
export const GOOD_RECONSTRUCTION = 0.5;

/** One decision on the way to a judgement. */
export interface JudgementStep {
  readonly question: string;
  /** The numbers that answer it. */
  readonly found: string;
  readonly answer: string;
}

/** What a judgement is made from. */
export interface JudgementFacts {
  readonly onTarget: Measurement | undefined;
  readonly onSource: Measurement | undefined;
  readonly reference: ReferenceLikelihood | undefined;
  /** Share of the target's variance that comes back in reconstructions. */
  readonly rebuilt: number | undefined;
  /** 'image' or 'text'. */
  readonly item: string;
}

/** 0: as on its own domain; 1: as the reference. */
export const wayGone = (target: number, source: number, reference: number): number =>
  (target - source) / (reference - source);

/** The decisions that led from the numbers to a judgement and its suggestion, in their order. */
export function judgementPath({
  onTarget,
  onSource,
  reference,
  rebuilt,
  item,
}: JudgementFacts): JudgementStep[] {
  const beyond = 'Does it know more of the target than frequencies alone?';
  if (onTarget === undefined)
    return [{ question: beyond, found: 'it has no likelihood', answer: 'not known' }];
  if (reference === undefined)
    return [{ question: beyond, found: 'frequencies alone were not measured', answer: 'not known' }];
  const [t, r] = [onTarget.value, reference.value];
  const first = {
    question: beyond,
    found: `${number(t)} against ${number(r)} ${unitInWords(onTarget.unit, item)} (lower is better)`,
    answer: t < r ? 'yes: go on' : 'no: unsuitable',
  };
  if (t >= r) return [first];
  const far = 'How far is the target on the way from its own domain to frequencies alone?';
  if (onSource === undefined)
    return [first, { question: far, found: 'its own domain was not measured', answer: 'not known' }];
  const s = onSource.value;
  if (s >= r)
    return [
      first,
      {
        question: far,
        found: `on its own domain it reaches ${number(s)}, no better than frequencies of the target`,
        answer: 'not known',
      },
    ];
  const share = wayGone(t, s, r);
  const bounds = `up to ${percent(AT_HOME)} at home, up to ${percent(NEAR)} near, beyond that far`;
  const second = {
    question: far,
    found: `${percent(share)}: ${number(t)} between ${number(s)} and ${number(r)}`,
    answer: `${share <= AT_HOME ? 'at home' : share <= NEAR ? 'near' : 'far'} (${bounds})`,
  };
  if (share <= AT_HOME || rebuilt === undefined) return [first, second];
  const carries = rebuilt >= GOOD_RECONSTRUCTION;
  return [
    first,
    second,
    {
      question: `Does ${percent(GOOD_RECONSTRUCTION)} of the target's variance come back in reconstructions?`,
      found: rebuilt > 0 ? percent(rebuilt) : 'none of it',
      answer: carries ? 'yes: keep the early layers' : 'no: change all layers',
    },
  ];
}
