import type { ModelRanking } from './rank-models.ts';
import type { Matrix } from './trial-table.ts';

/** One sentence of a verdict, traceable to what it rests on. */
export interface VerdictSentence {
  /**
   * 'models': how the models stand beside each other, without a claim; 'recommendation': what to use; 'evidence': what is claimed and what is not;
   * 'alternative': what costs less; 'caution': what may mislead; 'seeds':
   * what would be needed to be surer; 'scope': what it holds for.
   */
  readonly kind: 'models' | 'recommendation' | 'evidence' | 'alternative' | 'caution' | 'seeds' | 'scope';
  /** Absent where it is about all models. */
  readonly model?: string;
  /** Absent where it is about all budgets. */
  readonly budget?: number;
  readonly text: string;
  /** Ids of comparisons and measurements. */
  readonly references: readonly string[];
}

/** Words with the ids of what they rest on. */
export type Said = Pick<VerdictSentence, 'text' | 'references'>;

/** What one place of the matrix costs; null where no trial finished. */
export type TrainingFlops = (model: string, technique: string, budget: number) => number | null;

/** What a verdict must know of a study besides its comparisons. */
export interface VerdictContext {
  readonly matrix: Matrix;
  /** Name of the primary metric in running text: 'negative log-likelihood'. */
  readonly metric: string;
  /** Its unit in words: 'nats per image'; empty where it has none. */
  readonly unit: string;
  /** What an example is: 'image', 'text', 'tune'. */
  readonly item: string;
  /** Name of the target. */
  readonly target: string;
  /** How often each model was pre-trained by the study; null for a checkpoint that was given. */
  readonly preTrainings: Readonly<Record<string, number | null>>;
  readonly learningRates:
    | { readonly kind: 'searched'; readonly rates: readonly number[]; readonly tuningSeeds: number }
    | { readonly kind: 'fixed'; readonly rate: number };
  /** Rows whose learning rate was given with them: they did not take part in the search, or have another rate. */
  readonly ratesByHand: readonly { readonly technique: string; readonly rate: number }[];
  /** Places whose searched rate was at an end of the grid. */
  readonly edgeRates: readonly {
    readonly model: string;
    readonly technique: string;
    readonly budget: number;
    readonly rate: number;
    readonly end: 'lowest' | 'highest';
  }[];
  /** Models that are trained otherwise than the study says for all, and the settings in words. */
  readonly ownTraining?: readonly { readonly model: string; readonly settings: string }[];
  /** Validation items of every trial, where the study asks for more than budgets hold. */
  readonly validation?: number;
  /** Models whose looks compared samples with validation examples instead of measuring a loss; none if absent. */
  readonly looksBySamples?: readonly string[];
  /** The order of the models; none where there is one, or where they share no scale. */
  readonly ranking?: ModelRanking | null;
  readonly trainingFlops: TrainingFlops;
  /** Trials that did not finish. */
  readonly failures: readonly {
    readonly model: string;
    readonly technique: string;
    readonly budget: number;
    readonly seed: number;
  }[];
}
