import { describe, expect, test } from 'vitest';
import { darkColours, lightColours, styleOf } from './technique-style.ts';

type Triple = readonly [number, number, number];

/** Colour blindness of full severity in linear RGB: Machado, Oliveira and Fernandes 2009, table 1. */
const visions: Record<string, readonly [Triple, Triple, Triple]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Triple {
  const channel = (i: number) => {
    const v = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const seen = (colour: Triple, vision: readonly [Triple, Triple, Triple]): Triple =>
  vision.map((row) => Math.min(1, Math.max(0, dot(row, colour)))) as unknown as Triple;
const luminance = (colour: Triple) => dot(colour, [0.2126, 0.7152, 0.0722]);

/** CIE L*a*b* of linear sRGB, white D65. */
function lab(colour: Triple): Triple {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f(dot(colour, [0.4124, 0.3576, 0.1805]) / 0.95047);
  const y = f(luminance(colour));
  const z = f(dot(colour, [0.0193, 0.1192, 0.9505]) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each([
  { page: '#ffffff', colours: lightColours },
  { page: '#12161c', colours: darkColours },
])('colours on $page', ({ page, colours }) => {
  test('stand out from the page', () => {
    for (const colour of colours) {
      const [a, b] = [luminance(linear(colour)), luminance(linear(page))];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThan(3);
    }
  });

  test.each(Object.keys(visions))('can be told apart with %s', (name) => {
    const found = colours.map((colour) => lab(seen(linear(colour), visions[name]!)));
    for (const [i, a] of found.entries())
      for (const b of found.slice(0, i))
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(20);
  });
});

test('colour, mark and dash together do not repeat', () => {
  const all = Array.from({ length: 56 }, (_, style) => styleOf({ style }));
  expect(new Set(all.map(({ colour, symbol }) => `${colour} ${symbol}`)).size).toBe(56);
  expect(new Set(all.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(56);
});
