import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf, edgesOf, rasterise } from './rasterise.mjs';

const polygon = (points) => [
  { command: 'moveTo', args: points[0] },
  ...points.slice(1).map((args) => ({ command: 'lineTo', args })),
  { command: 'closePath', args: [] },
];
const rectangle = (left, top, right, bottom) =>
  polygon([
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]);
const ink = (pixels) => pixels.reduce((sum, value) => sum + value, 0) / 255;

test('a rectangle covers whole pixels fully and cut ones in part', () => {
  const pixels = rasterise(edgesOf(rectangle(1, 1, 3.5, 2.5)), 4, 4);
  assert.deepEqual([...pixels], [0, 0, 0, 0, 0, 255, 255, 128, 0, 128, 128, 64, 0, 0, 0, 0]);
});

test('overlapping contours of one direction unite, the opposite direction cuts a hole', () => {
  const outer = rectangle(0, 0, 8, 8);
  const inside = rectangle(2, 2, 4, 4);
  const hole = polygon([
    [2, 2],
    [2, 4],
    [4, 4],
    [4, 2],
  ]);
  assert.equal(ink(rasterise(edgesOf([...outer, ...inside]), 8, 8)), 64);
  assert.equal(ink(rasterise(edgesOf([...outer, ...hole]), 8, 8)), 60);
});

test('a circle of four cubic curves has the area of a circle', () => {
  const k = 0.5522847498;
  const r = 10;
  const at = (x, y) => [14 + r * x, 14 + r * y];
  const curve = (...points) => ({ command: 'bezierCurveTo', args: points.flat() });
  const circle = [
    { command: 'moveTo', args: at(1, 0) },
    curve(at(1, k), at(k, 1), at(0, 1)),
    curve(at(-k, 1), at(-1, k), at(-1, 0)),
    curve(at(-1, -k), at(-k, -1), at(0, -1)),
    curve(at(k, -1), at(1, -k), at(1, 0)),
  ];
  const edges = edgesOf(circle);
  assert.deepEqual(boxOf(edges), { left: 4, bottom: 4, right: 24, top: 24 });
  assert.ok(Math.abs(ink(rasterise(edges, 28, 28)) / (Math.PI * r * r) - 1) < 0.005);
});

test('an open contour is closed; what leaves the picture is cut off', () => {
  const open = polygon([
    [-5, -5],
    [5, -5],
    [5, 5],
    [-5, 5],
  ]).slice(0, -1);
  assert.equal(ink(rasterise(edgesOf(open), 8, 8)), 25);
});
