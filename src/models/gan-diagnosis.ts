import type { GanObjective } from './gan-objectives.ts';

/** Names of a GAN's terms: means over a batch. */
export const ganTerms = {
  real: 'output on real',
  generated: 'output on generated',
  /** The discriminator's cost without penalties, where it has some. */
  decision: 'decision cost',
  penalty: 'gradient penalty',
  r1: 'R1 penalty',
} as const;

/** Name of the term in which a criterion tells how much samples differ among themselves, in that of real examples. */
export const DIVERSITY = 'diversity';

/** What the training loop calls the discriminator's whole cost. */
const DISCRIMINATOR_LOSS = 'discriminator loss';

/** Samples that differ by less than this share of what real examples differ by have collapsed. */
const COLLAPSED = 0.5;
/** A discriminator whose cost is below this share of an undecided one's is saturated. */
const SATURATED = 0.02;
/** Outputs beyond this have diverged. */
const EXPLODED = 1e4;
/** A last look so many times as far from the examples as the best one is a turn for the worse. */
const WORSE = 3;

/** A look at a training, as far as a diagnosis needs it. */
export interface DiagnosedLook {
  readonly step: number;
  readonly validation: number;
  readonly terms?: Readonly<Record<string, number>>;
}

/**
 * What went wrong in a GAN's training, in sentences: samples that have become alike, or never were anything else (at
 * the last look), a discriminator that is sure of everything (over the last third of the looks), outputs that have run
 * away, and samples at the end that are far worse than at the best look. Sentences hold no figures, which are in the
 * looks, so that many trials with one fault say one thing.
 */
export function diagnoseGan(
  looks: readonly DiagnosedLook[],
  { undecided }: Pick<GanObjective, 'undecided'>,
): string[] {
  const trained = looks.filter(({ step }) => step > 0);
  const last = trained.at(-1);
  if (last === undefined) return [];
  const found: string[] = [];
  const diversity = trained.flatMap(({ terms }) => terms?.[DIVERSITY] ?? []);
  if (diversity.length > 0 && diversity.at(-1)! < COLLAPSED)
    found.push(
      Math.max(...diversity) < COLLAPSED
        ? 'Samples never became diverse: at every look they differ among themselves by less than half of what real examples do. The generator collapsed, or had too few updates.'
        : 'The generator collapsed: at the last look samples differ among themselves by less than half of what real examples do, and they had differed more before.',
    );
  const recent = trained
    .slice(-Math.ceil(trained.length / 3))
    .flatMap(({ terms }) => terms?.[ganTerms.decision] ?? terms?.[DISCRIMINATOR_LOSS] ?? []);
  if (undecided !== undefined && recent.length > 0 && meanOf(recent) < SATURATED * undecided)
    found.push(
      `The discriminator is saturated: over the last third of the looks its cost is below ${100 * SATURATED} % of that of one that cannot tell real from generated, so the generator learns little.`,
    );
  const outputs = [ganTerms.real, ganTerms.generated].map((name) => Math.abs(last.terms?.[name] ?? 0));
  if (!(Math.max(...outputs) < EXPLODED))
    found.push(
      `Training diverged: at the last look the outputs of the discriminator are beyond ${EXPLODED} on average.`,
    );
  const best = Math.min(...trained.map(({ validation }) => validation));
  if (best > 0 && last.validation > WORSE * best)
    found.push(
      `Training turned for the worse: at the last look samples are more than ${WORSE} times as far from validation examples as at the best look, whose weights are kept where the best are kept.`,
    );
  return found;
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
