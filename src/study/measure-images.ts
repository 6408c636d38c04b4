import { join } from 'node:path';
import { writePng } from '../formats/write-png.ts';
import { applyMetric } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { ImageSamples } from '../models/draw-options.ts';
import type { ExampleTable } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import { mapExamples, type RunOptions } from '../models/run-model.ts';
import { type Matrix, matrix } from '../numeric/matrix.ts';
import type { Stream } from '../random.ts';
import { sizeOf } from '../tensor/shape.ts';
import { firstImages, imageGrid, pairs, pickImages, type UnitImages } from './image-grid.ts';
import type { Measurement } from './measurement.ts';
import { toMeasurement } from './to-measurement.ts';

const COLUMNS = 12;

/** Images of a table as they are drawn and compared. */
export function tableImages(table: ExampleTable): UnitImages {
  const { shape, data } = table.fields.x!;
  return { shape, data: data as Float32Array };
}

const rowsOf = ({ shape, data }: UnitImages): Matrix => {
  const width = sizeOf(shape);
  return matrix(data.length / width, width, data);
};

/** Samples beside each other, and each beside its nearest training example; how many are no near-copies. */
export async function measureMemorisation(
  samples: ImageSamples,
  train: ExampleTable,
  folder: string,
  shown: number,
): Promise<Measurement[]> {
  await writePng(join(folder, 'samples.png'), imageGrid(firstImages(samples, shown), COLUMNS));
  if (train.count < 2) return [];
  const images = tableImages(train);
  const paired = Math.ceil(shown / 2);
  const { measurement, nearest } = measureCopies(samples, images, 'target');
  await writePng(
    join(folder, 'nearest.png'),
    imageGrid(pairs(firstImages(samples, paired), pickImages(images, nearest.subarray(0, paired))), COLUMNS),
  );
  return [measurement];
}

/** How many samples are no near-copies of training images, by the distance of pixels, and the nearest of each. */
export function measureCopies(
  samples: UnitImages,
  train: UnitImages,
  on: string,
): { measurement: Measurement; nearest: Float64Array | Int32Array } {
  const inputs = { train: rowsOf(train), generated: rowsOf(samples) };
  const result = applyMetric(metrics.authpct, inputs);
  const measurement = toMeasurement(metrics.authpct, result, {
    on,
    split: 'train',
    real: inputs.train.rows,
    generated: inputs.generated.rows,
    features: { network: 'pixels', hash: '' },
  });
  return { measurement, nearest: result.perItem!.nearest_train! };
}

/** Error of reconstructions of held-out examples, and a picture of some beside the originals. */
export async function measureReconstruction(
  model: Model,
  weights: Weights,
  table: ExampleTable,
  representation: string,
  folder: string,
  stream: Stream,
  options: RunOptions,
): Promise<Measurement[]> {
  if (model.reconstruct === undefined) return [];
  const made = await mapExamples(model, weights, table, model.reconstruct, stream, options);
  const images = tableImages(table);
  const shown = Math.min(18, table.count);
  await writePng(
    join(folder, 'reconstructions.png'),
    imageGrid(pairs(firstImages(images, shown), firstImages(made, shown)), COLUMNS),
  );
  const result = applyMetric(metrics.reconstruction_mse, {
    real: rowsOf(images),
    reconstructed: rowsOf(made),
  });
  return [
    toMeasurement(metrics.reconstruction_mse, result, {
      on: 'target',
      split: 'test',
      real: table.count,
      representation,
    }),
  ];
}
