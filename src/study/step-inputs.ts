import type { DataSpec } from '../data/data-spec.ts';
import type { ImageValues } from '../data/represent-images.ts';
import type { TokenizerSpec } from '../data/tokenizers/train-tokenizer.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import type { TechniqueName } from '../techniques/index.ts';
import type { AverageSpec } from '../training/average-spec.ts';
import type { ConvergenceRule } from '../training/convergence.ts';
import type { ScheduleSpec } from '../training/schedules/schedule-spec.ts';

/** A data set in a step's inputs: what to load, and what its content must be. */
export interface DataInput {
  readonly name: string;
  readonly spec: DataSpec;
  /** Hash of the loaded content. */
  readonly hash: string;
}

/** Data whose items a source may not be trained on. */
export interface HeldOutInput {
  readonly target: DataInput;
  /** Sets never trained on, of whose test items the source has some; empty where it has none of any. */
  readonly unseen: readonly DataInput[];
}

/** How data become examples, in a form that can be written down. */
export type EncodingInput =
  | { readonly kind: 'image'; readonly values: ImageValues; readonly classes?: readonly string[] }
  | {
      readonly kind: 'text';
      readonly context: number;
      readonly ends: boolean;
      /** Where the tokenizer has no beginning mark: the first token of an item is given, not predicted. */
      readonly first?: 'given';
      /** Trained on this set's training part, or brought along by the checkpoint. */
      readonly tokenizer:
        | { readonly spec: TokenizerSpec; readonly on: DataInput; readonly heldOut: HeldOutInput }
        | 'checkpoint';
    };

export interface TrainingInput {
  readonly steps: number;
  readonly batch: number;
  readonly optimiser: OptimiserSpec;
  readonly schedule: ScheduleSpec;
  readonly looks: number;
  readonly convergence: ConvergenceRule;
  readonly average?: AverageSpec;
  /** What was said of these two for a model whose players have their own, before which it goes. */
  readonly stated?: readonly ('optimiser' | 'average')[];
  /** Validation items to have at least, more than the budget may hold. */
  readonly validation?: number;
  /** Batches whose gradients make one update; 1 if absent. */
  readonly accumulate?: number;
  /** Activations within layers are computed again in the backward pass. */
  readonly recompute?: boolean | undefined;
  /** By which a layer's learning rate is smaller than that of the next one towards the output. */
  readonly layerDecay?: number;
}

/** The space in which looks compare samples with examples, for models whose looks do; see `sampleCriterion`. */
export interface CriterionInput {
  /** A feature network, or 'pixels'. */
  readonly network: string;
  /** Of the network's weights; empty for pixels. */
  readonly hash: string;
}

export interface PretrainInputs {
  readonly version: number;
  readonly family: string;
  /** Of the family, from 2 on. */
  readonly familyVersion?: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly source: DataInput;
  readonly heldOut: HeldOutInput;
  readonly encoding: EncodingInput;
  readonly training: TrainingInput;
  readonly criterion?: CriterionInput;
  readonly learningRate: number;
  readonly seed: number;
}

/** Where a trial's model comes from. */
export type ModelInput =
  | { readonly from: 'step'; readonly step: string }
  | {
      readonly from: 'folder';
      readonly path: string;
      /** `checkpointHash`. */
      readonly hash: string;
      /** Of the family, from 2 on. */
      readonly familyVersion?: number;
    };

export interface AdaptInputs {
  readonly version: number;
  readonly model: ModelInput;
  readonly technique: {
    readonly name: TechniqueName;
    readonly version: number;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly target: DataInput;
  readonly source?: DataInput;
  readonly encoding: EncodingInput;
  readonly budget: number;
  readonly seed: number;
  readonly training: TrainingInput;
  readonly criterion?: CriterionInput;
  readonly equal: 'steps' | 'flops' | 'convergence';
}

export interface TuneInputs extends AdaptInputs {
  readonly learningRate: number;
}

export interface TrialInputs extends AdaptInputs {
  readonly labels: { readonly model: string; readonly technique: string };
  /** Fixed, or the rate whose tune steps were best by mean validation. */
  readonly learningRate:
    | number
    | { readonly tuned: readonly { readonly rate: number; readonly steps: readonly string[] }[] };
  readonly evaluateOn: readonly DataInput[];
  readonly evaluation: {
    readonly importanceSamples: number;
    /** Times of a variational bound. */
    readonly times?: number;
    readonly items: number;
  };
  readonly sampling: {
    readonly count: number;
    readonly shown: number;
    readonly temperature: number;
    readonly topK?: number;
    readonly topP?: number;
  };
  /** Of metrics that the trial measures and that have changed since ids named them; see `metricVersions`. */
  readonly metricVersions?: Readonly<Record<string, number>>;
  /** For images: networks that judge samples, with the hashes of their weights. */
  readonly features?: Readonly<Record<string, string>>;
}

/** Raised whenever the same inputs would give other results for a reason that no other version covers. */
export const STEP_VERSION = 9;

export interface TuneResult {
  readonly validation: number | null;
  /** Why there is none. */
  readonly failure?: string;
  readonly flops: number;
  readonly seconds: number;
}

export interface PretrainResult {
  readonly checkpoint: string;
  readonly steps: number;
  readonly validation: number;
  readonly looks: readonly {
    readonly step: number;
    readonly training: number | null;
    readonly validation: number;
  }[];
  readonly flops: number;
  readonly seconds: number;
  readonly parameters: number;
  readonly overlapRemoved: number;
  /** What went wrong in training, in sentences. */
  readonly warnings?: readonly string[];
}
