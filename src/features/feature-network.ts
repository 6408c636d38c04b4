import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../data/built-in-file.ts';
import { compile } from '../engine/compile.ts';
import type { Device } from '../engine/device.ts';
import type { Executable } from '../engine/executable.ts';
import { GraftError, lookUp } from '../errors.ts';
import { badFile } from '../formats/bad-file.ts';
import type { NumericArray } from '../formats/numeric-array.ts';
import { readFileChecked } from '../formats/read-file-checked.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { createAutoencoder } from '../models/autoencoder.ts';
import { createContext, inputNames } from '../models/context.ts';
import type { Model, Weights } from '../models/model.ts';
import { checkWeights, weightFeeds } from '../models/weights.ts';
import { type Matrix, matrix } from '../numeric/matrix.ts';
import { constant } from '../tensor/build.ts';
import { div, sub } from '../tensor/functions/elementwise.ts';
import { softmax } from '../tensor/functions/loss.ts';
import { program } from '../tensor/program.ts';
import { type Classifier, createClassifier } from './classifier.ts';
import { featureNetworks, type NetworkEntry } from './index.ts';
import { type NetworkCard, networkCard } from './network-card.ts';
import { networkInput, SIDE, type UnitImages } from './network-input.ts';

export interface RunNetworkOptions {
  readonly threads?: number;
  readonly device?: Device;
}

/** Class probabilities [images, classes], each row with sum 1. */
export interface Classified {
  readonly probabilities: Matrix;
  readonly classNames: readonly string[];
}

/** A trained network that turns images into feature vectors. */
export interface FeatureNetwork {
  readonly name: string;
  /** SHA-256 of its weights: part of every number that is made with it. */
  readonly hash: string;
  readonly dimension: number;
  readonly card: NetworkCard;
  /**
   * Features [images, dimension] of images that `networkInput` brings to size. Each feature has mean 0 and variance 1
   * over the network's training images. An image's features do not depend on the images beside it.
   */
  extract(images: UnitImages, options?: RunNetworkOptions): Promise<Matrix>;
  /** Fails with `unsupported` for a network that knows no classes. */
  classify(images: UnitImages, options?: RunNetworkOptions): Promise<Classified>;
  /** Gives back the memory of compiled programs. */
  dispose(): Promise<void>;
}

/** Images of one run; the rest of the last batch is empty. */
const BATCH = 64;

/** Names of the tensors that hold mean and standard deviation of each feature over the training images. */
export const standardNames = { mean: 'features/mean', deviation: 'features/deviation' } as const;

/**
 * Loads a feature network that comes with the package: `data/features/<name>.safetensors` with its card beside it. Fails
 * with `unknown-name`, with `file-not-found` where the package is incomplete, and with `bad-file` where the weights do
 * not have the hash that the program expects.
 * @param folder the package's folder, where it is not that of this module
 */
export async function loadFeatureNetwork(
  name: string,
  folder: string = packageFolder(import.meta.url),
): Promise<FeatureNetwork> {
  const { sha256 } = lookUp<NetworkEntry>('feature network', featureNetworks, name);
  const card = readNetworkCard(name, folder);
  const { bytes, path } = readNetworkFile(`${name}.safetensors`, 'feature network', folder);
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== sha256)
    throw badFile('feature network', path, `its SHA-256 is ${hash}, not ${sha256}`, { hint: remedy });
  const { tensors } = readSafetensors(bytes, path);
  return createFeatureNetwork(card, tensors, hash, path);
}

const remedy = 'The file comes with the package: install the package again.';

/** What is known of a feature network, without its weights. */
export function readNetworkCard(name: string, folder: string = packageFolder(import.meta.url)): NetworkCard {
  lookUp<NetworkEntry>('feature network', featureNetworks, name);
  const { bytes, path } = readNetworkFile(`${name}.json`, 'card of a feature network', folder);
  return parseCard(bytes, path);
}

function readNetworkFile(name: string, what: string, folder: string): { bytes: Uint8Array; path: string } {
  const path = join(folder, 'data', 'features', name);
  if (!existsSync(path)) throw new GraftError('file-not-found', { path, what, hint: remedy });
  return { bytes: readFileChecked(path, what), path };
}

function parseCard(bytes: Uint8Array, path: string): NetworkCard {
  const problem = (text: string) => badFile('card of a feature network', path, text, { hint: remedy });
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw problem('it is no JSON');
  }
  const parsed = networkCard.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw problem(`${issue.path.join('.')}: ${issue.message}`);
}

/** The model that a card describes. */
export function networkModel({ architecture }: NetworkCard): Model | Classifier {
  return architecture.family === 'classifier'
    ? createClassifier(architecture.config)
    : createAutoencoder(architecture.config);
}

/** A feature network of a card and its tensors: parameters by name, `state/<name>`, and `standardNames`. */
export function createFeatureNetwork(
  card: NetworkCard,
  tensors: ReadonlyMap<string, NumericArray>,
  hash: string,
  where?: string,
): FeatureNetwork {
  const model = networkModel(card);
  const floats = (name: string): Float32Array => tensors.get(name)?.data as Float32Array;
  const weights: Weights = {
    parameters: Object.fromEntries(model.parameters.map(({ name }) => [name, floats(name)])),
    state: Object.fromEntries(model.state.map(({ name }) => [name, floats(`state/${name}`)])),
  };
  checkWeights(model, weights, where);
  const { dimension } = card;
  const standard = (name: string) => constant(floats(name), [dimension]);
  const context = createContext(model, { batchSize: BATCH });
  const features = div(
    sub(model.encode!(context), standard(standardNames.mean)),
    standard(standardNames.deviation),
  );
  const logits = 'logits' in model ? model.logits(context) : undefined;
  const classNames = card.architecture.family === 'classifier' ? card.architecture.config.classes : [];
  const networkProgram = program(
    logits === undefined ? { features } : { features, probabilities: softmax(logits) },
  );
  const used = new Set(networkProgram.inputs.map(({ attributes }) => attributes.name));
  const constants = Object.fromEntries(Object.entries(weightFeeds(weights)).filter(([key]) => used.has(key)));
  const compiled = new Map<string, Promise<Executable>>();

  /** Compiles once for a key; an attempt that failed is forgotten. */
  const compileFor = (key: string, threads: number, device: Device): Promise<Executable> => {
    const compiling = compile(networkProgram, { threads, device, constants });
    compiled.set(key, compiling);
    compiling.catch(() => compiled.delete(key));
    return compiling;
  };

  const run = async (
    output: 'features' | 'probabilities',
    width: number,
    images: UnitImages,
    { threads = 1, device = 'cpu' }: RunNetworkOptions,
  ): Promise<Matrix> => {
    const key = `${device} ${threads}`;
    const executable = await (compiled.get(key) ?? compileFor(key, threads, device));
    const input = networkInput(images);
    const size = SIDE * SIDE;
    const count = input.length / size;
    const batch = new Float32Array(BATCH * size);
    const bound = executable.bind({ [inputNames.field('x')]: batch });
    const result = matrix(count, width);
    for (let start = 0; start < count; start += BATCH) {
      const n = Math.min(BATCH, count - start);
      batch.fill(0);
      batch.set(input.subarray(start * size, (start + n) * size));
      await bound.run();
      result.data.set((bound.outputs[output] as Float32Array).subarray(0, n * width), start * width);
    }
    return result;
  };

  return {
    name: card.name,
    hash,
    dimension,
    card,
    extract: (images, options = {}) => run('features', dimension, images, options),
    async classify(images, options = {}) {
      if (logits === undefined)
        throw new GraftError('unsupported', {
          what: `classifying with the feature network '${card.name}'`,
          reason: 'it knows no classes',
          hint: "Use 'glyph-recogniser'.",
        });
      return { probabilities: await run('probabilities', classNames.length, images, options), classNames };
    },
    async dispose() {
      const executables = [...compiled.values()];
      compiled.clear();
      for (const executable of executables) await (await executable).dispose();
    },
  };
}
