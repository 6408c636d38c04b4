import type { TokenPassages } from '../data/text-batches.ts';
import { inputNames } from '../models/context.ts';
import { batchFeeds, type ExampleTable } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import { NO_TARGET } from '../models/next-token.ts';
import { evaluationBatch } from '../models/run-model.ts';
import type { Stream } from '../random.ts';
import { randomWindows } from '../training/batch-source.ts';
import { createLossEvaluator } from '../training/evaluate-loss.ts';
import { type JudgedRecipe, judgeRecipe } from './judge-recipe.ts';
import { measureLikelihood } from './measure-likelihood.ts';
import type { Measurement } from './measurement.ts';
import type { RecipeSpec } from './recipe-spec.ts';
import type { StepContext } from './step.ts';

/** What is known of a recipe's model on data that it was not trained on. */
export interface RecipeEvaluation {
  readonly measurements: readonly Measurement[];
  /** For running text: mean loss in nats a token over the whole part in consecutive windows, and its number of tokens. */
  readonly wholePart?: { readonly loss: number; readonly tokens: number };
  /** Mean loss of batches of random windows. */
  readonly estimate?: { readonly loss: number; readonly batches: number };
}

/** What a recipe evaluates. */
export interface EvaluatedModel extends JudgedRecipe {
  /** The evaluated part as one sequence of tokens, for running text. */
  readonly passages?: TokenPassages;
}

/** Measures a trained model as its recipe says. */
export async function evaluateRecipe(
  recipe: RecipeSpec,
  { model, evaluated, examples, passages }: EvaluatedModel,
  weights: Weights,
  draws: Stream,
  context: StepContext,
): Promise<RecipeEvaluation> {
  const { evaluation, training } = recipe;
  const run = { threads: context.threads, device: context.device, signal: context.signal };
  if (model.likelihood === undefined && evaluated.text === undefined)
    return { measurements: await judgeRecipe(recipe, { model, evaluated, examples }, weights, draws, run) };
  const { measurements } = await measureLikelihood(
    model,
    weights,
    evaluated,
    { on: 'target', split: evaluation.part },
    draws.child('codes'),
    {
      ...run,
      batchSize: evaluationBatch(model),
      importanceSamples: evaluation.importanceSamples,
      ...(evaluation.times === undefined ? {} : { times: evaluation.times }),
    },
  );
  if (passages === undefined) return { measurements };
  const player = model.players.at(-1)!;
  const lossOf = async (table: ExampleTable): Promise<number> => {
    const evaluator = await createLossEvaluator(model, player, table, {
      ...run,
      batchSize: evaluationBatch(model),
    });
    try {
      return await evaluator.evaluate(weights, draws);
    } finally {
      await evaluator.dispose();
    }
  };
  const targets = evaluated.table.fields.targets!.data as Int32Array;
  const wholePart = {
    loss: await lossOf(evaluated.table),
    tokens: targets.reduce((n, id) => n + (id === NO_TARGET ? 0 : 1), 0),
  };
  if (evaluation.estimateBatches === undefined) return { measurements, wholePart };
  const estimated = randomTable(
    model,
    passages,
    evaluation.estimateBatches * training.batch,
    draws.child('estimate'),
  );
  return {
    measurements,
    wholePart,
    estimate: { loss: await lossOf(estimated), batches: evaluation.estimateBatches },
  };
}

/** `count` random windows. */
function randomTable(model: Model, text: TokenPassages, count: number, draws: Stream): ExampleTable {
  const length = model.fields[0]!.shape[0]!;
  const batch = batchFeeds(model.fields, count);
  randomWindows(text, length, count, draws).fill(0, batch);
  const field = (name: string) => ({ shape: [length], data: batch.feeds[inputNames.field(name)]! });
  return { count, fields: { tokens: field('tokens'), targets: field('targets') } };
}
