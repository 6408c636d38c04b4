import { GraftError } from '../errors.ts';
import { VARIATIONAL_BOUND } from '../metrics/likelihood-inputs.ts';
import type { Stream } from '../random.ts';
import type { Interval } from '../statistics/alternative.ts';
import { comparePaired, type PairedComparison, type PairedResult } from '../statistics/compare-paired.ts';
import { summarize, variance } from '../statistics/summarize.ts';
import { oneSampleTTest } from '../statistics/t-test.ts';
import { type CurveComparison, compareCurves } from './compare-curves.ts';
import { compareForgetting, type Forgetting } from './compare-forgetting.ts';
import { compareLearning, type LearningComparison } from './compare-learning.ts';
import { pairUp } from './pair-up.ts';
import {
  type FinishedTrial,
  type Matrix,
  type Place,
  places,
  type TrialTable,
  type TrialValue,
  trialTable,
} from './trial-table.ts';

/** How the trials of a study are compared. */
export interface CompareTrialsOptions {
  readonly matrix: Matrix;
  /** Name of the metric that decides; measured on the target's test data. */
  readonly primary: string;
  /** Labels of the techniques that each other one is compared with; default: see `defaultReferences`. */
  readonly references?: readonly string[];
  /** Default 0.95. */
  readonly confidence?: number;
  /** Source of bootstrap resamples. */
  readonly stream: Stream;
}

/** What one place of the matrix came to in the primary metric. */
export interface CellSummary extends Place {
  /** One for each seed that has a finished trial. */
  readonly values: readonly {
    readonly seed: number;
    readonly value: number;
    readonly measurement: string;
    readonly converged: boolean;
  }[];
  /** Null where no trial finished. */
  readonly mean: number | null;
  readonly standardError: number | null;
  /** t interval of the mean over seeds; null with fewer than two. It is no comparison: that is what pairs are for. */
  readonly interval: Interval | null;
  /** Where the values are bounds: means over seeds of the looser bound, of how far it lies off, of what the tighter rests on. */
  readonly bound: {
    readonly elbo: number;
    readonly gap: number;
    readonly effectiveSamples: number;
  } | null;
  /** Where samples are judged in a feature network: means over seeds in the other networks, by name. */
  readonly otherNetworks: Readonly<Record<string, number>>;
  /** All its trials had converged. */
  readonly converged: boolean;
}

/** A technique against a reference at one budget. */
export interface TrialComparison extends Place {
  readonly id: string;
  readonly reference: string;
  /** Seeds that both sides have. */
  readonly seeds: readonly number[];
  /** Ids of the numbers that were compared. */
  readonly measurements: readonly string[];
  /** Null where nothing could be compared. */
  readonly result: PairedResult | null;
  /** Why there is no result. */
  readonly missing: 'no common seeds' | 'measured differently' | null;
  /**
   * The values of one side spread over seeds three times as far as the other's or further. Skewed noise then breaks
   * the symmetry that the level of a claim rests on.
   */
  readonly unequalSpread: boolean;
}

/** Everything that is compared in a study. */
export interface StudyComparison {
  readonly primary: {
    readonly metric: string;
    readonly unit: string;
    readonly direction: 'lower' | 'higher';
    /** Real items of the test set, generated ones where there are any. */
    readonly real?: number;
    readonly generated?: number;
    /** The feature network in which samples are compared, where they are. */
    readonly network?: string;
    /** Where values are variational bounds, whose gap to what they bound is unknown: of which models. */
    readonly variational?: readonly string[];
  };
  readonly confidence: number;
  /** Labels of the techniques that the others are compared with. */
  readonly references: readonly string[];
  /** Number of stated comparisons: Holm's adjustment covers all of them. */
  readonly family: number;
  readonly cells: readonly CellSummary[];
  readonly comparisons: readonly TrialComparison[];
  readonly forgetting: readonly Forgetting[];
  /** From learning curves, each technique against the first reference. */
  readonly learning: readonly LearningComparison[];
  /** From budget curves, each technique against the first reference. */
  readonly curves: readonly CurveComparison[];
}

/** Names of the techniques that the others are compared with unless a study says otherwise. */
const REFERENCE_NAMES = ['from-scratch', 'fine-tune'];

/** The references of a study: training from scratch and plain fine-tuning, where it has them. */
export function defaultReferences({ techniques }: Matrix): string[] {
  return REFERENCE_NAMES.flatMap((name) => {
    const rows = techniques.filter((row) => row.name === name);
    // The row without options if there is one.
    const row = rows.find(({ label }) => label === name) ?? rows[0];
    return row === undefined ? [] : [row.label];
  });
}

/**
 * Compares the finished trials of a study in its primary metric: each technique against each reference, for each model
 * and budget, paired by seed, with Holm's adjustment over all of them. Comparisons that failed trials leave without a
 * pair still count in the family. Fails with `bad-data` where no trial has the primary metric, `unknown-name` on a
 * reference that is no row.
 */
export function compareTrials(
  trials: readonly FinishedTrial[],
  {
    matrix,
    primary,
    references = defaultReferences(matrix),
    confidence = 0.95,
    stream,
  }: CompareTrialsOptions,
): StudyComparison {
  const table = trialTable(matrix, trials);
  checkReferences(matrix, references);
  const valuesAt = (place: Place) => table.values(place, primary, 'target');
  const example = places(matrix).flatMap(valuesAt)[0]?.measurement;
  if (example === undefined)
    throw new GraftError('bad-data', {
      what: 'comparison',
      problem: `no finished trial has the primary metric '${primary}' on the target`,
    });
  const { unit, direction, real, generated, features } = example;
  const variational = matrix.models.filter((model) =>
    places(matrix).some(
      (place) =>
        place.model === model &&
        valuesAt(place).some(({ measurement }) => measurement.kind === VARIATIONAL_BOUND),
    ),
  );
  const comparisons = statedComparisons(table, references, valuesAt, { direction, confidence, stream });
  const base = references[0];
  return {
    primary: {
      metric: primary,
      unit,
      direction,
      ...(real === undefined ? {} : { real }),
      ...(generated === undefined ? {} : { generated }),
      ...(features === undefined ? {} : { network: features.network }),
      ...(variational.length === 0 ? {} : { variational }),
    },
    confidence,
    references,
    family: comparisons.length,
    cells: places(matrix).map((place) => summarizeCell(place, valuesAt(place), confidence)),
    comparisons,
    forgetting: compareForgetting(table, primary, confidence),
    learning: base === undefined ? [] : compareLearning(table, base),
    curves: base === undefined ? [] : compareCurves(table, base, valuesAt, { direction, confidence, stream }),
  };
}

function checkReferences({ techniques }: Matrix, references: readonly string[]): void {
  const allowed = techniques.map(({ label }) => label);
  for (const received of references)
    if (!allowed.includes(received))
      throw new GraftError('unknown-name', { kind: 'reference technique', received, allowed });
}

function statedComparisons(
  { matrix }: TrialTable,
  references: readonly string[],
  valuesAt: (place: Place) => TrialValue[],
  options: { direction: 'lower' | 'higher'; confidence: number; stream: Stream },
): TrialComparison[] {
  const stated = places(matrix).flatMap((place) =>
    references
      // Two references meet once: the later one is compared with the earlier.
      .filter(
        (reference, i) => reference !== place.technique && !references.slice(0, i).includes(place.technique),
      )
      .map((reference) => ({
        place,
        reference,
        pairs: pairUp(valuesAt(place), valuesAt({ ...place, technique: reference })),
      })),
  );
  if (stated.length === 0) return [];
  const idOf = ({ model, technique, budget }: Place, reference: string) =>
    `${model}/${budget}/${technique} ~ ${reference}`;
  const { results } = comparePaired(
    stated.map(({ place, reference, pairs }): PairedComparison => {
      const open = [pairs.some(([a]) => !converged(a)), pairs.some(([, b]) => !converged(b))];
      const unconverged =
        open[0] && open[1] ? 'both' : open[0] ? 'technique' : open[1] ? 'reference' : undefined;
      return {
        label: idOf(place, reference),
        // Without a pair it takes part as one seed does: counted, never claimed. Its result is dropped below.
        differences: pairs.length === 0 ? [0] : pairs.map(([a, b]) => a.value - b.value),
        ...(unconverged === undefined ? {} : { unconverged }),
      };
    }),
    { ...options, stream: options.stream.child('comparisons') },
  );
  return stated.map(({ place, reference, pairs }, i) => ({
    ...place,
    id: idOf(place, reference),
    reference,
    seeds: pairs.map(([a]) => a.seed),
    measurements: pairs.flatMap(([a, b]) => [a.id, b.id]),
    result: pairs.length === 0 ? null : results[i]!,
    unequalSpread: unequalSpread(pairs),
    missing:
      pairs.length > 0
        ? null
        : pairUp(valuesAt(place), valuesAt({ ...place, technique: reference }), () => true).length > 0
          ? 'measured differently'
          : 'no common seeds',
  }));
}

/** How many times as far one side has to spread to be called unequal: the case that decision 0002 simulates. */
const UNEQUAL = 3;

function unequalSpread(pairs: readonly [TrialValue, TrialValue][]): boolean {
  if (pairs.length < 2) return false;
  const [a, b] = [0, 1].map((side) => variance(Float64Array.from(pairs, (pair) => pair[side]!.value)));
  return Math.max(a!, b!) > UNEQUAL ** 2 * Math.min(a!, b!);
}

/** Bounds by importance samples carry the ELBO and how many samples they rest on. */
function boundOf(found: readonly TrialValue[]): CellSummary['bound'] {
  const extras = found.flatMap(({ value, measurement: { extras: e } }) =>
    e?.gap_to_elbo === undefined || e.effective_sample_size === undefined
      ? []
      : [{ value, gap: e.gap_to_elbo, samples: e.effective_sample_size }],
  );
  if (extras.length === 0 || extras.length < found.length) return null;
  const meanOf = (pick: (of: (typeof extras)[number]) => number) => summarize(extras.map(pick)).mean;
  return {
    elbo: meanOf(({ value, gap }) => value + gap),
    gap: meanOf(({ gap }) => gap),
    effectiveSamples: meanOf(({ samples }) => samples),
  };
}

/** Means of the same metric on the same data in feature networks that do not decide, where all trials have them. */
function otherNetworks(found: readonly TrialValue[]): Record<string, number> {
  const values = new Map<string, number[]>();
  for (const { measurement: m, trial } of found)
    for (const { metric, on, split, features, value } of trial.result.measurements)
      if (metric === m.metric && on === m.on && split === m.split && features !== undefined)
        if (m.features !== undefined && features.network !== m.features.network)
          values.set(features.network, [...(values.get(features.network) ?? []), value]);
  return Object.fromEntries(
    [...values]
      .filter(([, list]) => list.length === found.length)
      .map(([network, list]) => [network, summarize(list).mean]),
  );
}

const converged = ({ trial }: TrialValue): boolean => trial.result.converged;

function summarizeCell(place: Place, found: readonly TrialValue[], confidence: number): CellSummary {
  const values = found.map((value) => ({
    seed: value.seed,
    value: value.value,
    measurement: value.id,
    converged: converged(value),
  }));
  const numbers = found.map(({ value }) => value);
  const summary = numbers.length === 0 ? null : summarize(numbers);
  // One trial that stands for all seeds has no spread over seeds.
  const spread = new Set(values.map(({ measurement }) => measurement)).size >= 2;
  return {
    ...place,
    values,
    mean: summary?.mean ?? null,
    standardError: spread ? summary!.standardError : null,
    interval: spread ? oneSampleTTest(numbers, 0, { confidence }).interval : null,
    bound: boundOf(found),
    otherNetworks: otherNetworks(found),
    converged: found.every(converged),
  };
}
