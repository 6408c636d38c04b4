import { z } from 'zod';
import { type DataSpec, dataSpec } from '../data/data-spec.ts';
import { type ImageValues, imageValues } from '../data/represent-images.ts';

/** What a checkpoint's examples are, beyond the model: how data become fields. */
export interface CheckpointData {
  /** For images: what pixels are. */
  readonly values?: ImageValues;
  /** For text: whether an example is a whole item between end marks or a window of running text. */
  readonly unit?: 'item' | 'running';
  /** Content hash of the data that the model was trained on, and their name. */
  readonly trainedOn?: string;
  /** These data as a person writes them, where they are known by name. */
  readonly source?: DataSpec;
  /** Models by class: the classes of which these data had examples. */
  readonly classes?: readonly string[];
  /** What was done with it since, in order. */
  readonly adapted?: readonly Adaptation[];
}

/** One adaptation that a model went through. */
export interface Adaptation {
  readonly technique: string;
  /** Examples that it looked at, validation included. */
  readonly items: number;
  /** Name of the data, with their content hash in brackets. */
  readonly target: string;
  /** Models by class: the classes of which it had examples. */
  readonly classes?: readonly string[];
}

/** The same as it is read from config.json. */
export const checkpointData = z.strictObject({
  values: imageValues.optional(),
  unit: z.enum(['item', 'running']).optional(),
  trainedOn: z.string().optional(),
  source: dataSpec.optional(),
  classes: z.array(z.string()).optional(),
  adapted: z
    .array(
      z.strictObject({
        technique: z.string(),
        items: z.int(),
        target: z.string(),
        classes: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
