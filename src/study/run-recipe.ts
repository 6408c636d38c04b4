import { join } from 'node:path';
import type { DataContext } from '../data/data-context.ts';
import type { DataSet, TextSet } from '../data/data-set.ts';
import { examplesOf, type PreparedData, prepareData } from '../data/prepare-data.ts';
import { joinPassages, type TokenPassages } from '../data/text-batches.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { trainTokenizer } from '../data/tokenizers/train-tokenizer.ts';
import { GraftError } from '../errors.ts';
import { saveCheckpoint } from '../models/checkpoint.ts';
import type { ExampleTable } from '../models/example-table.ts';
import { createModel, type FamilyName, familyOf } from '../models/index.ts';
import { NO_TARGET } from '../models/next-token.ts';
import { seenClasses } from '../models/seen-classes.ts';
import { freshWeights } from '../models/weights.ts';
import { type Stream, stream } from '../random.ts';
import { type BatchSource, epochs, microBatches, randomWindows } from '../training/batch-source.ts';
import { convergenceRule } from '../training/convergence.ts';
import type { Look } from '../training/look.ts';
import { type EncodedSet, encodeSet } from './encoding.ts';
import { type EvaluatedModel, evaluateRecipe, type RecipeEvaluation } from './evaluate-recipe.ts';
import { checkFamilyOptions, classesGiven, valuesOf } from './fit-family.ts';
import { nameOf } from './loaded-data.ts';
import { batchInWords, modelCard, trainedOn } from './model-card.ts';
import { statedTraining } from './model-training.ts';
import type { RecipeSpec } from './recipe-spec.ts';
import { requireDomain } from './require-domain.ts';
import { requireValidation } from './require-validation.ts';
import { removeTrainingSnapshot, runTraining } from './run-training.ts';
import { criterionInput } from './sample-criterion.ts';
import type { StepContext } from './step.ts';
import { testItems } from './test-items.ts';
import { trainingClock } from './training-clock.ts';

export interface RecipeResult extends RecipeEvaluation {
  readonly seed: number;
  readonly steps: number;
  readonly best: { readonly step: number; readonly validation: number };
  /** What validation measures, where it is no loss. */
  readonly distance?: string;
  readonly looks: readonly Look[];
  /** Of training, evaluation left out, over all attempts. */
  readonly seconds: number;
}

interface Prepared extends EvaluatedModel {
  readonly train: ExampleTable;
  readonly source: (batch: number, stream: Stream) => BatchSource;
  readonly validation: ExampleTable;
  readonly tokenizer?: Tokenizer;
}

/** Trains a recipe's model from one seed in the context's folder, evaluates it, and leaves a checkpoint there. */
export async function runRecipe(
  recipe: RecipeSpec,
  seed: number,
  sources: DataContext,
  context: StepContext,
): Promise<RecipeResult> {
  const clock = trainingClock(context);
  const data = await prepareData(recipe.data, sources, { where: 'data' });
  requireValidation(data);
  const prepared = prepareRecipe(recipe, data);
  const { model, train } = prepared;
  const { training } = recipe;
  const root = stream(seed);
  const source = prepared.source(training.batch, root.child('order'));
  const steps = stepsOf(recipe, source);
  const { keep, steps: _, epochs: __, learningRate, optimiser, average, ...rest } = training;
  const result = await runTraining(
    {
      model,
      start: freshWeights(model, root.child('init')),
      stages: [{ name: 'all layers', layers: model.layers, length: { kind: 'share', share: 1 } }],
      train,
      source,
      keep,
      validation: prepared.validation,
      training: {
        ...rest,
        ...statedTraining(model, { optimiser, average }),
        steps,
        convergence: convergenceRule.parse({}),
      },
      criterion: criterionInput(model),
      learningRate,
      stream: root.child('training'),
    },
    context,
  );
  clock.trained();
  const evaluation = await evaluateRecipe(
    recipe,
    prepared,
    result.weights,
    root.child('evaluation'),
    context,
  );
  const checkpoint = {
    model,
    weights: result.weights,
    data: {
      ...prepared.examples,
      ...trainedOn(
        { name: nameOf(data, recipe.data), hash: data.hash, spec: recipe.data },
        seenClasses(model, train),
      ),
    },
    ...(prepared.tokenizer === undefined ? {} : { tokenizer: prepared.tokenizer }),
  };
  const card = modelCard({
    title: recipe.name,
    checkpoint,
    facts: [
      ['Updates', String(result.steps)],
      ['Batch', batchInWords(training)],
      ['Learning rate', String(learningRate)],
      ['Seed', String(seed)],
    ],
    measurements: evaluation.measurements,
  });
  saveCheckpoint(join(context.directory, 'checkpoint'), checkpoint, card);
  removeTrainingSnapshot(context.directory);
  return {
    seed,
    steps: result.steps,
    best: result.best,
    ...(model.criterion === 'samples' ? { distance: result.unit } : {}),
    looks: result.looks,
    ...evaluation,
    seconds: clock.training().wall,
  };
}

function stepsOf({ training }: RecipeSpec, source: BatchSource): number {
  if (training.steps !== undefined && training.epochs === undefined) return training.steps;
  if (training.epochs !== undefined && training.steps === undefined && source.stepsPerEpoch !== undefined)
    return Math.round((training.epochs * source.stepsPerEpoch) / microBatches(training.accumulate, source));
  throw new GraftError('invalid-value', {
    what: 'length of the training',
    received: training,
    allowed: 'steps, or epochs where there are finitely many examples',
    where: 'training',
  });
}

function prepareRecipe(recipe: RecipeSpec, data: PreparedData): Prepared {
  checkFamilyOptions(recipe.family, recipe.model, 'model');
  requireDomain(
    { family: recipe.family, domain: familyOf(recipe.family).domain },
    data.train,
    data.name,
    'data',
  );
  const part = evaluatedPart(recipe, data);
  if (data.train.kind === 'image') {
    const values = valuesOf(recipe.family as FamilyName, recipe.model, recipe.values, data.train);
    const classes = classesGiven(recipe.model, data.train, data.train, 'data');
    const encoding = { kind: 'image', values, ...classes } as const;
    const { channels, height, width } = data.train;
    const train = encodeSet(data.train, encoding).table;
    return {
      model: createModel(recipe.family, { ...recipe.model, image: [channels, height, width], ...classes }),
      train,
      source: (batch, draws) => epochs(train, batch, draws),
      validation: encodeSet(data.validation, encoding).table,
      evaluated: encodeSet(part, encoding),
      examples: { values },
    };
  }
  const random = recipe.windows === 'random';
  const items = data.train.unit === 'item';
  const tokenizer = trainTokenizer(recipe.tokenizer, data.train.documents, !random);
  const context = (recipe.model.context as number | undefined) ?? 64;
  const model = createModel(recipe.family, {
    ...recipe.model,
    context,
    vocabulary: tokenizer.vocabularySize,
  });
  const passages = (set: TextSet) => joinPassages(set.documents.map((text) => tokenizer.encode(text)));
  const encoded = (set: TextSet): EncodedSet =>
    random
      ? consecutiveWindows(passages(set), context, tokenizer)
      : encodeSet(examplesOf(set, data.window), { kind: 'text', tokenizer, context, ends: items });
  const train = encoded(data.train).table;
  return {
    model,
    train,
    source: (batch, draws) =>
      random
        ? randomWindows(passages(data.train as TextSet), context, batch, draws)
        : epochs(train, batch, draws),
    validation: encoded(data.validation as TextSet).table,
    evaluated: encoded(part as TextSet),
    ...(random ? { passages: passages(part as TextSet) } : {}),
    tokenizer,
    examples: { unit: items ? 'item' : 'running' },
  };
}

/** What is evaluated: a part, or some of its items. */
function evaluatedPart({ evaluation, windows }: RecipeSpec, data: PreparedData): DataSet {
  const { part, items } = evaluation;
  if (items === undefined) return data[part];
  if (windows === 'random' && data.train.kind === 'text')
    throw new GraftError('conflict', {
      first: 'evaluation.items',
      second: 'windows: random',
      reason: 'the loss is that of the whole part in consecutive windows',
    });
  return testItems(examplesOf(data[part], data.window), items);
}

/** Windows of `length` inputs that follow each other without overlap; every token behind the first is a target once. */
function consecutiveWindows(text: TokenPassages, length: number, tokenizer: Tokenizer): EncodedSet {
  const rows: { tokens: Int32Array; targets: Int32Array }[] = [];
  for (let p = 0; p + 1 < text.starts.length; p++)
    for (let start = text.starts[p]!; start + 1 < text.starts[p + 1]!; start += length) {
      const end = Math.min(start + length, text.starts[p + 1]! - 1);
      const tokens = new Int32Array(length);
      const targets = new Int32Array(length).fill(NO_TARGET);
      tokens.set(text.ids.subarray(start, end));
      targets.set(text.ids.subarray(start + 1, end + 1));
      rows.push({ tokens, targets });
    }
  const join = (name: 'tokens' | 'targets') => {
    const data = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      data.set(row[name], i * length);
    });
    return { shape: [length], data };
  };
  const bytes = text.ids.reduce((total, id) => total + tokenizer.tokenBytes[id]!, 0);
  return {
    table: { count: rows.length, fields: { tokens: join('tokens'), targets: join('targets') } },
    representation: `text by ${tokenizer.kind} tokens (vocabulary ${tokenizer.vocabularySize}), consecutive windows of ${length}`,
    text: { item: new Int32Array(rows.length), bytes: Float64Array.of(bytes) },
  };
}
