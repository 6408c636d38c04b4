import type { Weights } from '../models/model.ts';
import type { Stream } from '../random.ts';

/** What looks at validation measure; lower is better. */
export interface Criterion {
  /** For axis labels. */
  readonly unit: string;
  /** Whether it is the loss that is trained, so that both can share an axis. */
  readonly isLoss: boolean;
  /** One stream, one result for one set of weights. `terms`: further numbers worth a curve. */
  evaluate(
    weights: Weights,
    stream: Stream,
  ): Promise<{ readonly value: number; readonly terms?: Readonly<Record<string, number>> }>;
  dispose(): Promise<void>;
}
