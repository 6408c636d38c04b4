import type { GanObjective } from './gan-objectives.ts';

/** Names of a GAN's terms: means over a batch. */
export const ganTerms = {
  real: 'output on real',
  generated: 'output on generated',
  /** The discriminator's cost without penalties. */
  decision: 'decision cost',
  penalty: 'gradient penalty',
  r1: 'R1 penalty',
} as const;

/** Name of the term in which a criterion tells how much samples differ among themselves, in that of real examples. */
export const DIVERSITY = 'diversity';

/** Samples that differ by less than this share of what real examples differ by have collapsed. */
const COLLAPSED = 0.5;
/** A discriminator whose cost is below this share of an undecided one's is saturated. */
const SATURATED = 0.02;
/** Outputs beyond this have diverged. */
const EXPLODED = 1e4;

/** A look at a training, as far as a diagnosis needs it. */
export interface DiagnosedLook {
  readonly step: number;
  readonly validation: number;
  readonly terms?: Readonly<Record<string, number>>;
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;

/**
 * What went wrong in a GAN's training, in sentences: samples that have become alike (at the last look), a discriminator
 * that is sure of everything (over the last third of the looks), outputs that have run away, and samples at the end
 * that are far worse than at the best look.
 */
export function diagnoseGan(
  looks: readonly DiagnosedLook[],
  { undecided }: Pick<GanObjective, 'undecided'>,
): string[] {
  const trained = looks.filter(({ step }) => step > 0);
  const last = trained.at(-1);
  if (last === undefined) return [];
  const found: string[] = [];
  const diversity = last.terms?.[DIVERSITY];
  if (diversity !== undefined && diversity < COLLAPSED)
    found.push(
      `The generator has collapsed: at update ${last.step} samples differ among themselves by ${percent(diversity)} of what real examples do.`,
    );
  const recent = trained
    .slice(-Math.ceil(trained.length / 3))
    .flatMap(({ terms }) => terms?.[ganTerms.decision] ?? []);
  if (undecided !== undefined && recent.length > 0) {
    const mean = recent.reduce((a, b) => a + b, 0) / recent.length;
    if (mean < SATURATED * undecided)
      found.push(
        `The discriminator is saturated: over the last third of the looks its cost is ${percent(mean / undecided)} of that of one that cannot tell real from generated, so the generator learns little.`,
      );
  }
  const outputs = [ganTerms.real, ganTerms.generated].map((name) => Math.abs(last.terms?.[name] ?? 0));
  const largest = Math.max(...outputs);
  if (!(largest < EXPLODED))
    found.push(
      `Training has diverged: at update ${last.step} the discriminator's outputs are ${largest.toPrecision(2)} on average.`,
    );
  const best = trained.reduce((a, b) => (b.validation < a.validation ? b : a));
  if (last.validation > 3 * best.validation && best.validation > 0)
    found.push(
      `Training turned for the worse: samples at update ${last.step} are ${(last.validation / best.validation).toPrecision(2)} times as far from validation examples as those of update ${best.step}.`,
    );
  return found;
}
