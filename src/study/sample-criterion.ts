import { featureNetworks, type NetworkEntry } from '../features/index.ts';
import { kernelSums, polynomialKernel } from '../metrics/mmd.ts';
import { proportionalLabels } from '../models/class-condition.ts';
import { drawImages } from '../models/draw-samples.ts';
import type { ExampleTable } from '../models/example-table.ts';
import { DIVERSITY } from '../models/gan-diagnosis.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatch, type RunOptions } from '../models/run-model.ts';
import { centred } from '../numeric/covariance.ts';
import { type Matrix, matrix } from '../numeric/matrix.ts';
import { stream as streamOf } from '../random.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Criterion } from '../training/criterion.ts';
import { sampleNetwork } from './sample-features.ts';
import type { CriterionInput } from './step-inputs.ts';

/** Samples drawn at a look: as many as there are validation examples, within these bounds. */
const FEWEST_SAMPLES = 256;
const MOST_SAMPLES = 1024;

/** The space of pixels, for images that feature networks do not see. */
const PIXELS: CriterionInput = { network: 'pixels', hash: '' };

/** In which space a model's looks compare samples with examples; undefined where looks measure the loss. */
export function criterionInput(model: Pick<Model, 'criterion' | 'fields'>): CriterionInput | undefined {
  if (model.criterion !== 'samples') return undefined;
  const channels = model.fields[0]!.shape[0];
  if (channels !== 1 && channels !== 3) return PIXELS;
  const [network, { sha256 }] = (Object.entries(featureNetworks) as [string, NetworkEntry][]).find(
    ([, { use }]) => use === 'features',
  )!;
  return { network, hash: sha256 };
}

/**
 * Looks of models whose losses say nothing about how good their samples are: the kernel distance between features of
 * validation examples and of samples, which are drawn from the same latent vectors at every look (docs/decisions/0009).
 *
 * The distance is the biased estimate of the squared maximum mean discrepancy under the kernel of KID
 * (x.y / d + 1)^3: it is never negative, so that a relative tolerance means something, and what it adds to the
 * unbiased one is, but for the spread of the samples, the same at all looks. Term 'diversity': root mean square
 * distance between samples, in that between examples.
 */
export async function sampleCriterion(
  model: Model,
  validation: ExampleTable,
  { network }: CriterionInput,
  run: Pick<RunOptions, 'threads' | 'device'>,
): Promise<Criterion> {
  const { sampler } = model;
  if (sampler.kind === 'autoregressive' || sampler.kind === 'none')
    throw new Error(`looks of a ${model.family} draw no images`);
  const some = rowsOf(validation);
  const features = async (data: Float32Array): Promise<Matrix> => {
    const { shape } = model.fields[0]!;
    if (network === PIXELS.network) return matrix(data.length / sizeOf(shape), sizeOf(shape), data);
    return (await sampleNetwork(network)).extract({ shape, data }, run);
  };
  const real = await features(some.images);
  const kernel = polynomialKernel(1 / real.columns, 1, 3);
  const meanOf = (a: Matrix, b: Matrix): number => kernelSums(a, b, kernel).all / (a.rows * b.rows);
  const amongReal = meanOf(real, real);
  const count = Math.min(MOST_SAMPLES, Math.max(FEWEST_SAMPLES, real.rows));
  const space = network === PIXELS.network ? 'pixels' : `'${network}'`;
  return {
    unit: `kernel distance of samples in ${space}`,
    isLoss: false,
    async evaluate(weights, stream) {
      const labels = some.labels && proportionalLabels(some.labels, count, stream.child('labels'));
      const { data } = await drawImages(model, sampler, weights, stream.child('latents'), {
        ...run,
        count,
        batchSize: evaluationBatch(model),
        ...(labels === undefined ? {} : { labels }),
      });
      // Weights that have diverged make no images that a network could be shown.
      if (!data.every(Number.isFinite)) return { value: Number.NaN };
      const generated = await features(data);
      const value = amongReal + meanOf(generated, generated) - 2 * meanOf(real, generated);
      return { value, terms: { [DIVERSITY]: Math.sqrt(spread(generated) / Math.max(spread(real), 1e-12)) } };
    },
    dispose: async () => {},
  };
}

/** Half the mean squared distance of two rows. */
const spread = (rows: Matrix): number =>
  centred(rows).data.reduce((sum, v) => sum + v * v, 0) / Math.max(1, rows.rows - 1);

/** The examples that looks compare with: all, or as many as there are samples at most, the same for every model. */
function rowsOf({ count, fields }: ExampleTable): { images: Float32Array; labels?: Int32Array } {
  const { shape, data } = fields.x!;
  const width = sizeOf(shape);
  const chosen =
    count <= MOST_SAMPLES
      ? Int32Array.from({ length: count }, (_, i) => i)
      : streamOf(0).child('looks').permutation(count).subarray(0, MOST_SAMPLES).sort();
  const images = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => {
    images.set((data as Float32Array).subarray(row * width, (row + 1) * width), i * width);
  });
  const labels = fields.label?.data;
  return { images, ...(labels === undefined ? {} : { labels: Int32Array.from(chosen, (i) => labels[i]!) }) };
}
