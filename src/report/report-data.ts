import type { Citation } from '../citation.ts';
import type { Notation } from '../data/data-set.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import type { StudyComparison } from '../study/compare-trials.ts';
import type { Json, StepKind } from '../study/step.ts';
import type { Cell, TrialResult } from '../study/trial-result.ts';
import type { Matrix } from '../study/trial-table.ts';
import type { Verdict } from '../study/verdict.ts';

/** Pictures or texts to look at. */
export type Media =
  | {
      readonly kind: 'image';
      /** A grid of small pictures as a PNG file in base64. */
      readonly png: string;
      /** Size of the PNG in pixels. */
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: 'text';
      readonly items: readonly {
        readonly text: string;
        /** The longest piece that also occurs in the training text. */
        readonly copied?: string;
        /** For tunes: how they are written. */
        readonly notation?: Notation;
      }[];
    };

/** A data set of the study and what was done to it. */
export interface DataDescription {
  readonly role: 'source' | 'target' | 'unseen';
  /** As in measurements' `on` for unseen ones. */
  readonly name: string;
  readonly hash: string;
  /** What is counted below: 'image', 'text', 'tune' or 'character'. */
  readonly unit: string;
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  /** How it was divided, in words. */
  readonly division: string;
  /** Exact duplicates that were removed. */
  readonly duplicatesRemoved: number;
  /** Source items (or characters) removed because the target holds them out; null where there was nothing to compare. */
  readonly overlapRemoved: number | null;
  /** Source items (or characters) removed because they are in the test set of data never trained on; null without such data. */
  readonly unseenOverlapRemoved: number | null;
  /** What was done to it, and further facts, in words. */
  readonly notes: readonly string[];
  readonly licence?: string;
  /** The first test items, drawn like the samples. */
  readonly examples?: Media;
}

/** A base model of the study. */
export interface ModelDescription {
  readonly label: string;
  readonly family: string;
  readonly parameters: number;
  /** Where it comes from, in words. */
  readonly origin: string;
  /** Those that its players have of their own, where they have any: they train it where the study says none. */
  readonly optimisers?: readonly OptimiserSpec[];
  /** Pre-training by the study itself, one for each source seed. */
  readonly pretraining: readonly {
    readonly step: string;
    readonly steps: number;
    /** Lowest validation loss. */
    readonly validation: number;
    readonly unit: string;
    readonly flops: number;
    readonly seconds: number;
  }[];
}

/** A row of the comparison. */
export interface TechniqueDescription {
  readonly label: string;
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly trains: boolean;
  /** Place in the list of colours, marks and dashes: the same in every picture. */
  readonly style: number;
}

/** A metric that occurs in the study. */
export interface MetricDescription {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** In words: 'nats per image'. */
  readonly unit: string;
  readonly direction: 'lower' | 'higher';
  /** Smallest and largest possible value; null where there is none. */
  readonly range: readonly [number | null, number | null];
}

/** A finished trial with what there is to look at. */
export interface ReportTrial {
  readonly step: string;
  readonly result: TrialResult;
  readonly samples?: Media;
  readonly nearest?: Media;
  readonly reconstructions?: Media;
}

/** A step that did not finish. */
export interface ReportFailure {
  readonly step: string;
  readonly kind: StepKind;
  readonly label: string;
  /** Where it is a trial. */
  readonly cell?: Cell;
  readonly reason: string;
}

/** The search for a learning rate of one row at one budget. */
export interface RateSearch {
  readonly model: string;
  readonly technique: string;
  readonly budget: number;
  /** Mean of the lowest validation losses over tuning seeds; null where it diverged. */
  readonly rates: readonly {
    readonly rate: number;
    readonly validation: number | null;
    readonly steps: readonly string[];
  }[];
  readonly chosen: number;
  /** In words: 'nats per image'. */
  readonly unit: string;
}

/** Time, memory and disk. */
export interface Resources {
  readonly wallSeconds: number;
  /** Peak of one worker, bytes. */
  readonly memory: number;
  /** Bytes. */
  readonly disk: number;
}

/** Where and with what the study was run. */
export interface Environment {
  /** Name -> version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly workers: number;
  readonly threadsPerWorker: number;
  readonly device: string;
}

/**
 * Everything that a report shows: the report, in whatever format, is a pure function of this value. Plain JSON; no
 * number in it is NaN or infinite.
 */
export interface ReportData {
  readonly format: 1;
  readonly study: {
    readonly name: string;
    readonly description?: string;
    /** How far it is: '82 of 82 steps done', '45 of 60 steps done, 2 failed'. */
    readonly progress: string;
    /** The study file with defaults filled in. */
    readonly spec: Json;
    readonly source?: string;
    readonly target: string;
    readonly kind: 'image' | 'text';
    /** What an example is: 'image', 'text', 'tune'. */
    readonly item: string;
    /** What every technique gets the same of, in words. */
    readonly equal: string;
    /** ISO date and time at which the last step finished. */
    readonly finished?: string;
  };
  readonly matrix: Matrix;
  readonly data: readonly DataDescription[];
  readonly models: readonly ModelDescription[];
  readonly techniques: readonly TechniqueDescription[];
  readonly metrics: readonly MetricDescription[];
  readonly trials: readonly ReportTrial[];
  readonly failures: readonly ReportFailure[];
  readonly rateSearches: readonly RateSearch[];
  /** Null where no trial finished with the primary metric. */
  readonly comparison: StudyComparison | null;
  readonly verdict: Verdict | null;
  /** Trial whose model is offered for use. */
  readonly best: { readonly step: string; readonly cell: Cell } | null;
  /** Each text once, with the steps that it concerns. */
  readonly warnings: readonly { readonly text: string; readonly steps: readonly string[] }[];
  readonly cost: {
    readonly predicted: Resources | null;
    readonly actual: Resources;
    /** Seconds of all steps together, by kind of step. */
    readonly stepSeconds: Readonly<Partial<Record<StepKind, number>>>;
    readonly steps: { readonly total: number; readonly done: number };
    /** Operations of training, all steps. */
    readonly flops: number;
  };
  readonly environment: Environment;
  /** Paragraphs for a methods section. */
  readonly methods: readonly string[];
  readonly citations: readonly Citation[];
  /** Media that were left out to keep the report small, in words. */
  readonly leftOut: readonly string[];
}

/** A metric with its unit, once where they are the same words: 'Negative log-likelihood, nats per image'. */
export function metricLabel({ title, unit }: Pick<MetricDescription, 'title' | 'unit'>): string {
  return unit === '' || unit.toLowerCase() === title.toLowerCase() ? title : `${title}, ${unit}`;
}

/** The metric that decides, as it is described. */
export function primaryOf({ comparison, metrics }: ReportData): MetricDescription | undefined {
  return metrics.find(({ name }) => name === comparison?.primary.metric);
}
