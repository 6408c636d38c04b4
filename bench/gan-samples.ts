/**
 * How good the samples of checkpoints are, beside real images: 5,000 samples against 5,000 test images, and 5,000
 * training images against the same, in the first feature network; and what a classifier makes of the samples.
 *
 *     graft pretrain examples/recipes/gan-mnist.yaml --out gan-mnist seeds=5
 *     npm run bench -- gan-samples gan-mnist/seed-* --data mnist --classifier mnist.onnx --mean 0.1307 --deviation 0.3081
 *
 * The classifier is an ONNX file from images [1, c, h, w], less the mean and over the deviation, to log-probabilities
 * [1, classes]. Ends with exit code 1 where a checkpoint misses what is asked of a GAN of MNIST: coverage at least 0.75
 * of that of real images, 90 % of the samples classified with a confidence above 0.9, each class in 5 to 15 % of them.
 */
import { resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { dataContext } from '../src/data/data-context.ts';
import { subset } from '../src/data/data-set.ts';
import { prepareData } from '../src/data/prepare-data.ts';
import { loadFeatureNetwork } from '../src/features/feature-network.ts';
import { applyMetric, metricContext } from '../src/metrics/apply-metric.ts';
import { metrics } from '../src/metrics/index.ts';
import { loadCheckpoint } from '../src/models/checkpoint.ts';
import { drawImages } from '../src/models/draw-samples.ts';
import { stream } from '../src/random.ts';
import { encodeSet } from '../src/study/encoding.ts';
import type { UnitImages } from '../src/study/image-grid.ts';
import { tableImages } from '../src/study/measure-images.ts';
import { readOptions } from './read-options.ts';

const { values, positionals: folders } = readOptions({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'mnist' },
    classifier: { type: 'string' },
    mean: { type: 'string', default: '0' },
    deviation: { type: 'string', default: '1' },
    count: { type: 'string', default: '5000' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const data = await prepareData(values.data, dataContext(process.cwd(), process.env.GRAFT_DATA));
const network = await loadFeatureNetwork('glyphs');
const classifier =
  values.classifier === undefined
    ? undefined
    : await InferenceSession.create(resolve(values.classifier), { intraOpNumThreads: 1 });

/** Log-probabilities of each image, highest first place and its probability. */
async function classify({ shape, data: pixels }: UnitImages) {
  const width = shape.reduce((a, b) => a * b, 1);
  const found: { label: number; confidence: number }[] = [];
  for (let i = 0; i * width < pixels.length; i++) {
    const scaled = pixels
      .slice(i * width, (i + 1) * width)
      .map((v) => (v - Number(values.mean)) / Number(values.deviation));
    const input = { [classifier!.inputNames[0]!]: new Tensor('float32', scaled, [1, ...shape]) };
    const logs = (await classifier!.run(input))[classifier!.outputNames[0]!]!.data as Float32Array;
    const label = logs.indexOf(Math.max(...logs));
    found.push({ label, confidence: Math.exp(logs[label]!) });
  }
  return found;
}

const confidentShare = (found: readonly { confidence: number }[]): number =>
  found.filter(({ confidence }) => confidence > 0.9).length / found.length;

function some(part: 'train' | 'test'): { images: UnitImages; labels: Int32Array | undefined } {
  const set = data[part];
  const chosen = subset(set, stream(0).child(part).permutation(set.count).subarray(0, count).sort());
  return {
    images: tableImages(encodeSet(chosen, { kind: 'image', values: 'unit' }).table),
    labels: chosen.labels?.values,
  };
}

const test = some('test');
const real = await network.extract(test.images);
const coverageOf = async (images: UnitImages): Promise<number> =>
  applyMetric(
    metrics.coverage,
    { real, generated: await network.extract(images) },
    { k: 5 },
    metricContext(stream(1)),
  ).value;
const reference = await coverageOf(some('train').images);
const classified = classifier === undefined ? undefined : await classify(test.images);
const accuracy =
  classified && classified.filter(({ label }, i) => label === test.labels?.[i]).length / classified.length;

const rows = [];
for (const folder of folders) {
  const { model, weights } = loadCheckpoint(resolve(folder));
  const { sampler } = model;
  if (sampler.kind === 'autoregressive' || sampler.kind === 'none')
    throw new Error(`${folder} makes no images`);
  const samples = await drawImages(model, sampler, weights, stream(0).child('samples'), {
    count,
    batchSize: 250,
    threads: 1,
    device: 'cpu',
  });
  const coverage = await coverageOf(samples);
  const found = classifier === undefined ? undefined : await classify(samples);
  const shares =
    found &&
    Array.from({ length: 10 }, (_, c) => found.filter(({ label }) => label === c).length / found.length);
  rows.push({
    checkpoint: folder,
    coverage,
    toReal: coverage / reference,
    ...(found === undefined ? {} : { confident: confidentShare(found), shares: shares! }),
  });
}
const missed = rows.filter(
  ({ toReal, confident, shares }) =>
    toReal < 0.75 || (confident ?? 1) < 0.9 || (shares ?? []).some((share) => share < 0.05 || share > 0.15),
);
const result = {
  benchmark: 'gan-samples',
  data: data.name,
  count,
  network: network.name,
  realCoverage: reference,
  ...(classified === undefined ? {} : { accuracy, realConfident: confidentShare(classified) }),
  rows,
  met: missed.length === 0,
};
if (values.json) console.log(JSON.stringify(result, null, 1));
else {
  const { rows: _, ...facts } = result;
  console.log(facts);
  console.table(
    rows.map(({ shares, ...row }) => ({
      ...row,
      ...(shares === undefined ? {} : { rarest: Math.min(...shares), commonest: Math.max(...shares) }),
    })),
  );
}
process.exit(missed.length === 0 ? 0 : 1);
