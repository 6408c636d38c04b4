import { pixelsInWords } from '../data/represent-images.ts';
import type { CheckpointData } from '../models/checkpoint-data.ts';
import { proportionalLabels } from '../models/class-condition.ts';
import { drawImages } from '../models/draw-samples.ts';
import type { ExampleTable } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import { evaluationBatch, type RunOptions } from '../models/run-model.ts';
import { type Stream, stream } from '../random.ts';
import type { EncodedSet } from './encoding.ts';
import { pickImages, type UnitImages } from './image-grid.ts';
import { judgeSamples } from './judge-samples.ts';
import { tableImages } from './measure-images.ts';
import type { Measurement } from './measurement.ts';
import type { RecipeSpec } from './recipe-spec.ts';
import { sampleNetworks } from './sample-features.ts';

/** Samples drawn where a recipe does not say how many. */
const SAMPLES = 1000;

/** A recipe's trained model, what it is judged on, and what its examples are. */
export interface JudgedRecipe {
  readonly model: Model;
  readonly evaluated: EncodedSet;
  readonly examples: CheckpointData;
}

/**
 * Sample metrics of a recipe's model against the part that it is evaluated on, for families without a likelihood: as
 * many samples as the recipe says, against as many of the part's images, where it has so many.
 */
export async function judgeRecipe(
  { data, evaluation }: RecipeSpec,
  { model, evaluated: { table }, examples }: JudgedRecipe,
  weights: Weights,
  draws: Stream,
  run: Omit<RunOptions, 'batchSize'>,
): Promise<readonly Measurement[]> {
  const { sampler } = model;
  if (sampler.kind === 'autoregressive' || sampler.kind === 'none') return [];
  const count = evaluation.samples ?? SAMPLES;
  const real = someRows(table, count);
  const own = table.fields.label?.data;
  const labels = own && proportionalLabels(own, count, draws.child('labels'));
  const samples = await drawImages(model, sampler, weights, draws.child('samples'), {
    ...run,
    count,
    batchSize: evaluationBatch(model),
    ...(labels === undefined ? {} : { labels }),
  });
  const { measurements } = await judgeSamples(
    samples,
    [{ on: 'target', images: real, pixels: pixelsInWords(examples.values ?? 'unit') }],
    sampleNetworks(data),
    draws.child('quality'),
    run,
  );
  return measurements.map((one) => ({ ...one, split: evaluation.part }));
}

/** As many images as asked for, the same for every model and seed; all where there are no more. */
function someRows(table: ExampleTable, count: number): UnitImages {
  const images = tableImages(table);
  if (table.count <= count) return images;
  const order = stream(0).child('test items').permutation(table.count);
  return pickImages(images, order.subarray(0, count).sort());
}
