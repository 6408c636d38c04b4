import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageFolder } from '../data/built-in-file.ts';
import { type ImageSet, subset } from '../data/data-set.ts';
import { glyphs } from '../data/glyphs.ts';
import { isGraftError } from '../errors.ts';
import { columnMeans, covariance } from '../numeric/covariance.ts';
import { rowOf } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { type FeatureNetwork, loadFeatureNetwork } from './feature-network.ts';
import { type FeatureNetworkName, featureNetworks } from './index.ts';
import type { UnitImages } from './network-input.ts';

const names = Object.keys(featureNetworks) as FeatureNetworkName[];
const folder = join(packageFolder(import.meta.url), 'data', 'features');
const all = glyphs();
const temporary = mkdtempSync(join(tmpdir(), 'graft-features-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Up to `count` images of a set that pass a test, spread over it. */
function pick(set: ImageSet, count: number, accepts: (i: number) => boolean): UnitImages {
  const found = Array.from({ length: set.count }, (_, i) => i).filter(accepts);
  const order = stream(3).permutation(found.length).subarray(0, count);
  const { pixels } = subset(
    set,
    Array.from(order, (i) => found[i]!),
  );
  return { shape: [1, 28, 28], data: Float32Array.from(pixels, (v) => v / 255) };
}

const of = (name: string) => all.attributes![name]!;

describe.each(names)('%s', (name) => {
  let network: FeatureNetwork;
  beforeAll(async () => {
    network = await loadFeatureNetwork(name);
  });
  afterAll(() => network.dispose());

  test('is small, and its card and the registry name the same weights', () => {
    expect(statSync(join(folder, `${name}.safetensors`)).size).toBeLessThan(1.5e6);
    expect(network).toMatchObject({ name, hash: featureNetworks[name].sha256 });
    expect(network.card).toMatchObject({ name, sha256: network.hash, dimension: network.dimension });
  });

  test('features are standardised over the training images, none is dead', async () => {
    const { styles, scripts, families } = network.card.training;
    const images = pick(
      all,
      1500,
      (i) =>
        styles.includes(of('style')[i]!) &&
        scripts.includes(of('script')[i]!) &&
        families.includes(of('family')[i]!),
    );
    const features = await network.extract(images);
    const variances = covariance(features).data.filter((_, at) => at % (network.dimension + 1) === 0);
    for (const mean of columnMeans(features)) expect(Math.abs(mean)).toBeLessThan(0.15);
    for (const variance of variances) {
      expect(variance).toBeGreaterThan(0.5);
      expect(variance).toBeLessThan(1.6);
    }
  });

  test('an image has the same features to the bit alone, among others, and on another place', async () => {
    const images = pick(all, 150, () => true);
    const together = await network.extract(images);
    for (const i of [0, 63, 64, 149]) {
      const alone = await network.extract({
        shape: images.shape,
        data: images.data.subarray(i * 784, (i + 1) * 784),
      });
      expect(rowOf(alone, 0)).toEqual(rowOf(together, i));
    }
    expect((await network.extract({ shape: [1, 28, 28], data: new Float32Array(0) })).rows).toBe(0);
  });

  test('two threads give the same features but for rounding', async () => {
    const images = pick(all, 20, () => true);
    const one = await network.extract(images);
    const two = await network.extract(images, { threads: 2 });
    one.data.forEach((value, at) => {
      expect(Math.abs(value - two.data[at]!)).toBeLessThan(1e-4);
    });
  });
});

test('the accuracies that the cards state are those of the networks', async () => {
  for (const name of ['glyphs', 'glyph-recogniser'] as const) {
    const network = await loadFeatureNetwork(name);
    const { recognition, accuracy } = network.card;
    const handwriting = accuracy!.find(({ style, script }) => style === 'handwriting' && script === 'latin')!;
    const { families } = network.card.training;
    expect(handwriting.images).toBe(name === 'glyphs' ? 'style never trained on' : 'held-out typefaces');
    const items = Array.from({ length: all.count }, (_, i) => i).filter(
      (i) =>
        of('style')[i] === 'handwriting' &&
        of('script')[i] === 'latin' &&
        !families.includes(of('family')[i]!),
    );
    expect(items).toHaveLength(handwriting.count);
    const { pixels } = subset(all, items);
    const data = Float32Array.from(pixels, (v) => v / 255);
    const { probabilities, classNames } = await network.classify({ shape: [1, 28, 28], data });
    const largest = items.map((_, i) =>
      Math.max(...rowOf(probabilities, i).filter((_, c) => c !== recognition?.noClass)),
    );
    const right = items.filter((item, i) =>
      classNames[rowOf(probabilities, i).indexOf(largest[i]!)]!.includes(of('character')[item]!),
    );
    expect(right.length / items.length).toBeCloseTo(handwriting.accuracy, 2);
    if (recognition !== undefined) {
      const stated = recognition.real.find(
        ({ style, script }) => style === 'handwriting' && script === 'latin',
      )!;
      const sure = largest.filter((p) => p >= recognition.threshold);
      expect(sure.length / items.length).toBeCloseTo(stated.recognised, 2);
    }
    await network.dispose();
  }
});

test('a network without classes says which one has some', async () => {
  const network = await loadFeatureNetwork('glyphs-autoencoder');
  await expect(network.classify(pick(all, 1, () => true))).rejects.toThrow("Use 'glyph-recogniser'");
});

describe('files', () => {
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'no error',
      (error: unknown) => (isGraftError(error) ? error.code : error),
    );

  test('unknown name, missing file, changed weights, damaged card', async () => {
    expect(await codeOf(loadFeatureNetwork('glyfs'))).toBe('unknown-name');
    expect(await codeOf(loadFeatureNetwork('glyphs', join(temporary, 'nowhere')))).toBe('file-not-found');
    const copy = join(temporary, 'data', 'features');
    cpSync(folder, copy, { recursive: true });
    const weights = join(copy, 'glyphs.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(weights, bytes);
    await expect(loadFeatureNetwork('glyphs', temporary)).rejects.toThrow('SHA-256');
    writeFileSync(join(copy, 'glyphs.json'), '{"name": "glyphs"}');
    expect(await codeOf(loadFeatureNetwork('glyphs', temporary))).toBe('bad-file');
    writeFileSync(join(copy, 'glyphs.json'), 'no JSON');
    await expect(loadFeatureNetwork('glyphs', temporary)).rejects.toThrow('no JSON');
  });
});
