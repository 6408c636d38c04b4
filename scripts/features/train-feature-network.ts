/**
 * Trains the feature networks of data/features/ (all, or those named) and assesses them on glyphs that they have not seen:
 * `node scripts/features/train.mjs glyphs`. Takes about 5 minutes of one core each; the same machine gives the same files.
 * Prints the SHA-256 of the weights, which stands in src/features/index.ts.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../src/data/built-in-file.ts';
import { subset } from '../../src/data/data-set.ts';
import { glyphs } from '../../src/data/glyphs.ts';
import { lookUp } from '../../src/errors.ts';
import { createFeatureNetwork, networkModel, standardNames } from '../../src/features/feature-network.ts';
import { type NetworkCard, networkCard } from '../../src/features/network-card.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { mapExamples } from '../../src/models/run-model.ts';
import { weightTensors } from '../../src/models/weight-tensors.ts';
import { freshWeights } from '../../src/models/weights.ts';
import { stream } from '../../src/random.ts';
import { train } from '../../src/training/train.ts';
import { assessNetwork } from './assess-network.ts';
import { glyphShapes } from './glyph-shapes.ts';
import { type NetworkPlan, networkPlans } from './network-plans.ts';
import { trainingBatches } from './training-batches.ts';
import { trainingImages, unitPixels } from './training-images.ts';

const shape = [1, 28, 28] as const;
const batch = 128;
const dimension = 64;

async function makeNetwork(name: string, plan: NetworkPlan): Promise<void> {
  const all = glyphs();
  const shapes = glyphShapes(all);
  const parts = trainingImages(all, plan.styles, plan.scripts, plan.testOf);
  const shapeOf = (set: typeof all, i: number) => shapes.get(set.attributes!.character![i]!)!;
  const characters = [
    ...new Set(Array.from({ length: parts.train.count }, (_, i) => shapeOf(parts.train, i))),
  ].sort();
  const classes = plan.spoilt > 0 ? [...characters, 'no character'] : characters;
  const labelsOf = (set: typeof all) =>
    Int32Array.from({ length: set.count }, (_, i) => classes.indexOf(shapeOf(set, i)));

  const families = [...new Set(parts.train.attributes!.family!)].sort();
  const styles = plan.typefaces ? families : [];

  const card: NetworkCard = {
    name,
    title: plan.title,
    sha256: '',
    dimension,
    architecture:
      plan.family === 'classifier'
        ? {
            family: 'classifier',
            config: { image: [...shape], channels: [...plan.channels], features: dimension, classes, styles },
          }
        : {
            family: 'autoencoder',
            config: {
              image: [...shape],
              architecture: 'convolutional',
              hidden: [],
              channels: [16, 32],
              latent: dimension,
              activation: 'elu',
              noise: 0.2,
            },
          },
    training: {
      dataset: all.name,
      data: all.provenance.files[0]!.sha256,
      images: parts.train.count,
      styles: [...plan.styles],
      scripts: [...plan.scripts],
      families,
      heldOutFamilies: [...parts.heldOutFamilies],
      steps: plan.steps,
      batch,
      learningRate: plan.learningRate,
      seed: plan.seed,
      command: `node scripts/features/train.mjs ${name}`,
    },
    neighbourAccuracy: [],
  };

  const model = networkModel(card);
  const root = stream(plan.seed).child(name);
  const heldOut = subset(
    parts.rest,
    Array.from({ length: parts.rest.count }, (_, i) => i).filter((i) => {
      const { style, script } = parts.rest.attributes as Record<string, readonly string[]>;
      return plan.styles.includes(style![i]!) && plan.scripts.includes(script![i]!);
    }),
  );
  const stylesOf = (set: typeof all) =>
    Int32Array.from(set.attributes!.family!, (family) => styles.indexOf(family));
  // Only what the model has as a field is read. A held-out typeface is none of the styles and costs nothing as one.
  const tableOf = (set: typeof all) => ({
    count: set.count,
    fields: {
      x: { shape, data: unitPixels(set) },
      target: { shape: [classes.length], data: oneHot(labelsOf(set), classes.length) },
      style: { shape: [styles.length], data: oneHot(stylesOf(set), styles.length) },
    },
  });
  const labelled = {
    pixels: unitPixels(parts.train),
    labels: labelsOf(parts.train),
    classes: classes.length,
    styles: stylesOf(parts.train),
  };
  const { weights } = await train({
    model,
    start: freshWeights(model, root.child('start')),
    stages: [{ name: 'all layers', layers: model.layers, length: { kind: 'share', share: 1 } }],
    source: trainingBatches(labelled, batch, root.child('batches'), plan),
    validation: tableOf(heldOut),
    steps: plan.steps,
    looks: 10,
    optimiser: { name: 'adamw', weightDecay: 0.02 },
    learningRate: plan.learningRate,
    schedule: 'one-cycle',
    convergence: { patience: 10, tolerance: 1e-3, toleranceKind: 'relative', direction: 'lower' },
    averageDecay: 0.99,
    keep: 'last',
    stream: root.child('training'),
    threads: 1,
    device: 'cpu',
    memoryLimit: 0,
    onLook: ({ step, training, validation }) =>
      console.log(
        `${name}: update ${step}, training ${training?.toFixed(3)}, held-out ${validation.toFixed(3)}`,
      ),
  });

  const raw = await mapExamples(model, weights, tableOf(parts.train), (c) => model.encode!(c), root, {
    batchSize: 64,
    threads: 1,
    device: 'cpu',
  });
  const { mean, deviation } = momentsOf(raw.data, dimension);
  const tensors = new Map([
    ...weightTensors(model, weights),
    [standardNames.mean, { dtype: 'float32' as const, shape: [dimension], data: mean }],
    [standardNames.deviation, { dtype: 'float32' as const, shape: [dimension], data: deviation }],
  ]);
  const bytes = Buffer.concat(writeSafetensors(tensors, { name, title: plan.title }));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const draft = { ...card, sha256 };
  const network = createFeatureNetwork(draft, tensors, sha256);
  const finished = networkCard.parse({
    ...draft,
    ...(await assessNetwork(network, parts.rest, shapes, plan.spoilt > 0)),
  });
  await network.dispose();
  const folder = join(packageFolder(import.meta.url), 'data', 'features');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.safetensors`), bytes);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(finished, null, 1)}\n`);
  console.log(`${name}: ${bytes.length} bytes, sha256 ${sha256}`);
}

/** Rows [labels, classes] with a 1 at each label; a label of -1 gives zeros. */
function oneHot(labels: Int32Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    if (label >= 0) rows[i * classes + label] = 1;
  });
  return rows;
}

/** Mean and standard deviation of each feature; one that hardly varies is left at its scale. */
function momentsOf(data: Float32Array, width: number): { mean: Float32Array; deviation: Float32Array } {
  const count = data.length / width;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  data.forEach((v, i) => {
    mean[i % width]! += v / count;
  });
  data.forEach((v, i) => {
    square[i % width]! += (v - mean[i % width]!) ** 2 / count;
  });
  const deviation = Float32Array.from(square, Math.sqrt);
  const largest = Math.max(...deviation);
  const still = deviation.filter((d) => d < 1e-3 * largest).length;
  if (still > 0) console.log(`${still} of ${width} features hardly vary`);
  return { mean: Float32Array.from(mean), deviation: deviation.map((d) => (d < 1e-3 * largest ? 1 : d)) };
}

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(networkPlans))
  await makeNetwork(name, lookUp('feature network', networkPlans as Record<string, NetworkPlan>, name));
