import { expect, test } from 'vitest';
import { glyphs } from '../data/glyphs.ts';
import { type Selection, selectItems } from '../data/select-items.ts';
import { splitData } from '../data/split.ts';
import { featureNetworks } from '../features/index.ts';
import { networkOverlap, sampleNetworks } from './sample-features.ts';

const all = glyphs();
const testPart = (select: Selection) => splitData(selectItems(all, select)).test;

test('every image target has the networks of features, glyphs the recogniser too; hashes are part of the plan', () => {
  const { glyphs: main, 'glyphs-autoencoder': second, 'glyph-recogniser': recogniser } = featureNetworks;
  const features = { glyphs: main.sha256, 'glyphs-autoencoder': second.sha256 };
  expect(sampleNetworks('mnist')).toEqual(features);
  expect(sampleNetworks('./my-images')).toEqual(features);
  const both = { ...features, 'glyph-recogniser': recogniser.sha256 };
  expect(sampleNetworks('glyphs/handwriting')).toEqual(both);
  expect(Object.keys(sampleNetworks({ dataset: 'glyphs', select: { script: 'greek' } }))[0]).toBe('glyphs');
});

test('no network has seen what studies with handwriting as target test on', () => {
  const networks = sampleNetworks('glyphs');
  expect(networkOverlap(networks, testPart({ style: 'handwriting' }))).toEqual([]);
  const quickstart = testPart({ style: 'handwriting', script: 'latin', case: 'upper' });
  expect(networkOverlap(networks, quickstart)).toEqual([]);
});

test('where a network has seen what it judges, the plan says how much of it', () => {
  const networks = sampleNetworks('glyphs');
  const serif = networkOverlap(networks, testPart({ style: 'serif' }));
  expect(serif).toHaveLength(1);
  expect(serif[0]).toMatch(
    /^The network 'glyph-recogniser' was trained on \d+ of the \d+ test images of glyphs/,
  );
  const sans = networkOverlap(networks, testPart({ style: 'sans-serif', script: 'latin' }));
  expect(sans).toHaveLength(3);
  expect(networkOverlap(networks, testPart({ style: 'monospace', script: 'greek' }))).toHaveLength(1);
  expect(networkOverlap(networks, { ...testPart({ style: 'serif' }), name: 'my images' })).toEqual([]);
});
