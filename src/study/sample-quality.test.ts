import { expect, test } from 'vitest';
import { matrix } from '../numeric/matrix.ts';
import { stream } from '../random.ts';
import { judgeSamples } from './judge-samples.ts';
import { sampleNetworks } from './sample-features.ts';
import { measureSampleQuality } from './sample-quality.ts';

const draws = stream(4);
const PIXELS = 'pixels from 0 to 1';
const features = (name: string, rows: number, columns = 3) =>
  matrix(rows, columns, draws.child(name).uniforms(rows * columns));
const judge = (real: number, generated: number, on = 'target') =>
  measureSampleQuality(
    {
      on,
      real: features('real', real),
      pixels: PIXELS,
      generated: features('made', generated),
      network: 'n',
      hash: 'h',
    },
    draws,
  );
const pictures = (name: string, count: number, channels = 1) => ({
  shape: [channels, 28, 28],
  data: draws
    .child(name)
    .uniforms(count * channels * 784, new Float32Array(count * channels * 784)) as Float32Array,
});

test('fewer than two images of a kind: a reason, no number', () => {
  for (const [real, generated] of [
    [1, 20],
    [20, 1],
  ] as const) {
    const { measurements, notMeasured } = judge(real, generated);
    expect(measurements).toEqual([]);
    expect(notMeasured).toEqual([
      `fid, kid, precision, recall, density and coverage: not measured: 2 images of each kind are needed, there are ${real} real and ${generated} generated`,
    ]);
  }
});

test('with two images there is one neighbour, and FID is said to be missing', () => {
  const { measurements, notMeasured } = judge(2, 9, 'elsewhere');
  expect(measurements.map(({ metric, on, options }) => [metric, on, options?.k])).toEqual([
    ['kid', 'elsewhere', undefined],
    ...['precision', 'recall', 'density', 'coverage'].map((metric) => [metric, 'elsewhere', 1]),
  ]);
  expect(measurements.every(({ value }) => Number.isFinite(value))).toBe(true);
  expect(notMeasured).toEqual([
    "fid on elsewhere: not measured in 'n': more than 3 images of each kind are needed, there are 2 real and 9 generated",
  ]);
  expect(judge(9, 9).measurements.map(({ metric }) => metric)).toContain('fid');
});

test('samples are judged on every set by its name, and recognised on the target alone', async () => {
  const real = [
    { on: 'target', images: pictures('a', 70), pixels: PIXELS },
    { on: 'glyphs (style: serif)', images: pictures('b', 70), pixels: PIXELS },
  ];
  const run = { threads: 1, device: 'cpu' } as const;
  const { measurements } = await judgeSamples(pictures('c', 70), real, sampleNetworks('glyphs'), draws, run);
  const names = (on: string) =>
    measurements.flatMap((m) => (m.on === on ? `${m.metric} ${m.features!.network}` : []));
  const unseen = names('glyphs (style: serif)');
  expect(unseen).toEqual([
    ...['fid', 'kid', 'precision', 'recall', 'density', 'coverage'].map((name) => `${name} glyphs`),
    'fid glyphs-autoencoder',
    'kid glyphs-autoencoder',
  ]);
  expect(names('target')).toEqual([...unseen, 'recognised glyph-recogniser']);
  const kid = (on: string) => measurements.find((m) => m.metric === 'kid' && m.on === on)!.value;
  expect(kid('target')).not.toBe(kid('glyphs (style: serif)'));
  // Numbers against other real images are not comparable.
  expect(new Set(measurements.map(({ representation }) => representation))).toEqual(new Set([PIXELS]));
});

test('images that no network sees are not judged, and that is said', async () => {
  const { measurements, notMeasured } = await judgeSamples(
    pictures('c', 3, 2),
    [{ on: 'target', images: pictures('a', 3, 2), pixels: PIXELS }],
    sampleNetworks('glyphs'),
    draws,
    { threads: 1, device: 'cpu' },
  );
  expect(measurements).toEqual([]);
  expect(notMeasured).toEqual([
    'sample quality: not measured: feature networks see images of 1 or 3 channels, these have 2',
  ]);
});
