import type { PreparedData } from '../data/prepare-data.ts';
import type { CheckpointData } from '../models/checkpoint-data.ts';
import type { Model } from '../models/model.ts';
import type { Step } from './step.ts';
import type { EncodingInput } from './step-inputs.ts';
import type { StudySpec } from './study-spec.ts';
import type { TechniqueRow } from './technique-row.ts';
import type { Cell } from './trial-result.ts';

/** A model of a study: what it is called and what its examples are. */
export interface PlannedModel {
  readonly label: string;
  readonly family: string;
  readonly model: Model;
  readonly encoding: EncodingInput;
  /** Step that pre-trains it, one for each source seed; empty for checkpoints. */
  readonly pretraining: readonly string[];
  /** What a given checkpoint says of its past. */
  readonly data?: CheckpointData;
  /** `checkpointHash` of a given checkpoint. */
  readonly hash?: string;
}

/** What will be done, before anything is. */
export interface StudyPlan {
  readonly name: string;
  readonly spec: StudySpec;
  /** In an order in which every step comes behind those that it needs. */
  readonly steps: readonly Step[];
  readonly trials: readonly { readonly cell: Cell; readonly step: string }[];
  readonly models: readonly PlannedModel[];
  readonly rows: readonly TechniqueRow[];
  readonly seeds: readonly number[];
  readonly data: {
    readonly target: PreparedData;
    readonly source?: PreparedData;
    readonly unseen: readonly PreparedData[];
  };
  /** Name of the metric that decides; undefined where none serves all models, so that nothing is compared. */
  readonly primary?: string;
  /** What a person should know before starting. */
  readonly warnings: readonly string[];
}
