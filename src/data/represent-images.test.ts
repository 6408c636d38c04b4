import { describe, expect, test } from 'vitest';
import type { ImageSet } from './data-set.ts';
import { representImages, requireLikelihood } from './represent-images.ts';

const set: ImageSet = {
  kind: 'image',
  name: 'ramp',
  channels: 1,
  height: 2,
  width: 2,
  count: 1,
  pixels: Uint8Array.from([0, 127, 128, 255]),
  provenance: { files: [], steps: [] },
};

test('binary at a threshold, levels and unit values', () => {
  const binary = representImages(set, { binarise: 0.5 });
  expect([...binary.data]).toEqual([0, 0, 1, 1]);
  expect(binary.representation.name).toBe('binary 1x2x2 at 0.5');
  const unit = representImages(set, 'unit');
  expect([...unit.data]).toEqual([0, 127, 128, 255].map((v) => Math.fround(v / 255)));
  expect(unit.representation.name).toBe('grey 1x2x2 in [0, 1]');
  expect(representImages(set, 'levels').representation.name).toBe('256 levels 1x2x2');
});

test('what was done to the pixels is part of the name', () => {
  const steps = ['selected label = 3', 'resized 4x4 to 2x2 (fill, antialiased bicubic)', 'split: test'];
  const resized = { ...set, provenance: { files: [], steps } };
  expect(representImages(resized, 'levels').representation.name).toBe(
    '256 levels 1x2x2, resized 4x4 to 2x2 (fill, antialiased bicubic)',
  );
});

describe('a likelihood is one on its own kind of values only', () => {
  const grey = representImages(set, 'unit').representation;
  const binary = representImages(set, { binarise: 0.5 }).representation;
  const levels = representImages(set, 'levels').representation;
  test.each([
    ['bernoulli', binary, true],
    ['bernoulli', grey, false],
    ['bernoulli', levels, false],
    ['gaussian', grey, true],
    ['gaussian', binary, false],
    ['discretised-logistic', levels, true],
    ['discretised-logistic', grey, false],
  ] as const)('%s on %o: %s', (likelihood, representation, allowed) => {
    const check = () => requireLikelihood(likelihood, representation);
    if (allowed) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        `a ${likelihood} likelihood and images as '${representation.name}' cannot be combined`,
      );
  });
});
