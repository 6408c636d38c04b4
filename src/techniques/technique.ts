import type { z } from 'zod';
import type { Citation } from '../citation.ts';
import type { Model } from '../models/model.ts';
import type { Slots } from '../training/stage.ts';

/** What a technique may know when it fills its slots. */
export interface TechniqueContext {
  readonly model: Pick<Model, 'family' | 'layers' | 'linears' | 'parameters' | 'players' | 'untied'>;
}

/** A way of adapting a model: a value that fills slots of the training run. It knows no model, metric or loop. */
export interface Technique<S extends z.ZodObject = z.ZodObject> {
  readonly title: string;
  /** One sentence for a reader who does not know it. */
  readonly summary: string;
  /** Raised whenever the same options would train differently. */
  readonly version: number;
  readonly options: S;
  readonly citations: readonly Citation[];
  /** Adapts nothing: its result does not depend on target data, learning rate or number of updates. */
  readonly trains: boolean;
  fill(context: TechniqueContext, options: z.output<S>): Slots;
}

/** Types a technique by its options. */
export function defineTechnique<S extends z.ZodObject>(technique: Technique<S>): Technique<S> {
  return technique;
}
