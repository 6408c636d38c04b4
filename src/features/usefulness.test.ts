/** Whether distances between features mean what they are used for: on glyphs, and where they are there on known data sets. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { glyphs } from '../data/glyphs.ts';
import { readIdxFile } from '../formats/idx.ts';
import { readNpzFile } from '../formats/npz.ts';
import { applyMetric, metricContext } from '../metrics/apply-metric.ts';
import { metrics } from '../metrics/index.ts';
import type { InputsOf, Metric, Needs } from '../metrics/metric.ts';
import type { Matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { type FeatureNetwork, loadFeatureNetwork } from './feature-network.ts';

const size = 28 * 28;
const count = 400;
const draws = stream(17);

type Pixels = Float32Array;

function sample(pixels: ArrayLike<number>, items: ArrayLike<number>, name: string): Pixels {
  const order = draws
    .child(name)
    .permutation(items.length)
    .subarray(0, 2 * count);
  const out = new Float32Array(order.length * size);
  order.forEach((at, i) => {
    for (let p = 0; p < size; p++) out[i * size + p] = pixels[items[at]! * size + p]! / 255;
  });
  return out;
}

function glyphsOf(style: string): Pixels {
  const set = glyphs();
  const { style: styles, script } = set.attributes as Record<string, readonly string[]>;
  const items = Array.from({ length: set.count }, (_, i) => i).filter(
    (i) => styles![i] === style && script![i] === 'latin',
  );
  return sample(set.pixels, items, style);
}

const firstHalf = (pixels: Pixels) => pixels.subarray(0, count * size);
const secondHalf = (pixels: Pixels) => pixels.subarray(count * size);

const clipped = (value: number) => Math.min(1, Math.max(0, value));

function withNoise(pixels: Pixels, deviation: number): Pixels {
  const noise = draws.child('noise').normals(pixels.length);
  return pixels.map((v, i) => clipped(v + deviation * noise[i]!));
}

/** Means over squares of 2 * radius + 1 pixels. */
function blurred(pixels: Pixels, radius: number): Pixels {
  const out = new Float32Array(pixels.length);
  const side = 28;
  for (let i = 0; i < pixels.length; i++) {
    const [y, x] = [Math.floor((i % size) / side), i % side];
    let sum = 0;
    for (let v = -radius; v <= radius; v++)
      for (let h = -radius; h <= radius; h++)
        if (y + v >= 0 && y + v < side && x + h >= 0 && x + h < side) sum += pixels[i + v * side + h]!;
    out[i] = sum / (2 * radius + 1) ** 2;
  }
  return out;
}

type Name = 'fid' | 'kid' | 'precision' | 'recall' | 'coverage';

const featuresOf = (network: FeatureNetwork, data: Pixels) => network.extract({ shape: [1, 28, 28], data });

function distances<N extends Name>(
  inputs: { readonly real: Matrix; readonly generated: Matrix },
  names: readonly N[],
): Record<N, number> {
  const context = metricContext();
  const value = (name: N) =>
    applyMetric(metrics[name] as unknown as Metric, inputs as unknown as InputsOf<Needs>, {}, context).value;
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<N, number>;
}

/** Two halves of one set score near the ideal; another set clearly worse: of their KID halves have at most `share`. */
async function expectToTellApart(
  network: FeatureNetwork,
  one: Pixels,
  other: Pixels,
  share = 0.1,
): Promise<void> {
  const real = await featuresOf(network, firstHalf(one));
  const names = ['fid', 'kid', 'precision', 'recall', 'coverage'] as const;
  const same = distances({ real, generated: await featuresOf(network, secondHalf(one)) }, names);
  const different = distances({ real, generated: await featuresOf(network, firstHalf(other)) }, names);
  expect(Math.abs(same.kid)).toBeLessThan(share * different.kid);
  expect(same.fid).toBeLessThan(0.4 * different.fid);
  expect(same.coverage).toBeGreaterThan(0.9);
  expect(same.precision).toBeGreaterThan(0.85);
  expect(same.recall).toBeGreaterThan(0.85);
  expect(different.coverage).toBeLessThan(0.9 * same.coverage);
}

/** FID and KID rise with every step of noise and of blur. */
async function expectToGrow(network: FeatureNetwork, pixels: Pixels): Promise<void> {
  const real = await featuresOf(network, firstHalf(pixels));
  const other = secondHalf(pixels);
  for (const [kind, spoilt] of [
    ['noise', [0.1, 0.2, 0.4, 0.8].map((deviation) => withNoise(other, deviation))],
    ['blur', [1, 2, 3].map((radius) => blurred(other, radius))],
  ] as const) {
    let before = distances({ real, generated: await featuresOf(network, other) }, ['fid', 'kid']);
    for (const [level, images] of spoilt.entries()) {
      const after = distances({ real, generated: await featuresOf(network, images) }, ['fid', 'kid']);
      expect(after.fid, `FID at level ${level} of ${kind}`).toBeGreaterThan(before.fid);
      expect(after.kid, `KID at level ${level} of ${kind}`).toBeGreaterThan(before.kid);
      before = after;
    }
  }
}

/** Twenty images over and over: good each, poor together. */
async function expectToMissVariety(network: FeatureNetwork, pixels: Pixels): Promise<void> {
  const few = pixels.slice(0, count * size);
  for (let i = 0; i < count; i++) few.copyWithin(i * size, (i % 20) * size, ((i % 20) + 1) * size);
  const inputs = {
    real: await featuresOf(network, secondHalf(pixels)),
    generated: await featuresOf(network, few),
  };
  const { coverage, recall, precision } = distances(inputs, ['precision', 'recall', 'coverage']);
  expect(precision).toBeGreaterThan(0.7);
  expect(recall).toBeLessThan(0.5);
  expect(coverage).toBeLessThan(0.5);
}

describe.each(['glyphs', 'glyphs-autoencoder'] as const)('%s', (name) => {
  const network = loadFeatureNetwork(name);

  test('tells handwriting from sans-serif, and sans-serif from serif, which is nearer', async () => {
    const [sans, handwriting, serif] = ['sans-serif', 'handwriting', 'serif'].map(glyphsOf);
    await expectToTellApart(await network, handwriting!, sans!);
    await expectToTellApart(await network, sans!, serif!, 0.3);
  });

  test('distances grow with noise and blur', async () => {
    await expectToGrow(await network, glyphsOf('handwriting'));
  });

  test('a few images repeated are precise without variety', async () => {
    await expectToMissVariety(await network, glyphsOf('handwriting'));
  });
});

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const path = (file: string) => join(shared, 'data', file);

describe.skipIf(!existsSync(path('mnist')))('known data sets (need the shared data folder)', () => {
  const files = {
    mnist: () => readIdxFile(path('mnist/t10k-images-idx3-ubyte.gz')),
    'fashion-mnist': () => readIdxFile(path('fashion-mnist/t10k-images-idx3-ubyte.gz')),
    kmnist: () => readNpzFile(path('kmnist/kmnist-test-imgs.npz')).get('arr_0')!,
  };
  const load = (set: keyof typeof files) => {
    const { data, shape } = files[set]();
    const items = Array.from({ length: shape[0]! }, (_, i) => i);
    return sample(data as Uint8Array, items, set);
  };

  test.each([
    ['glyphs', 'kmnist'],
    ['glyphs', 'fashion-mnist'],
    ['glyphs-autoencoder', 'kmnist'],
    ['glyphs-autoencoder', 'fashion-mnist'],
  ] as const)('%s tells MNIST and %s apart and sees their corruption', async (name, set) => {
    const network = await loadFeatureNetwork(name);
    const [mnist, other] = [load('mnist'), load(set)];
    await expectToTellApart(network, mnist, other);
    await expectToTellApart(network, other, mnist);
    await expectToGrow(network, other);
    await network.dispose();
  });
});
