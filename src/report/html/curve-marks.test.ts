import { expect, test } from 'vitest';
import { type Curve, curveMarks, type Plane } from './curve-marks.ts';

const plane: Plane = { width: 280, height: 190, x: [0, 600], y: [50, 400], log: true };
const pixels = ([x, y]: readonly [number, number]): [number, number] => [
  (280 * x) / 600,
  (190 * Math.log(y / 50)) / Math.log(8),
];
const falling = (from: number, to: number, end = 600): Curve =>
  Array.from({ length: 21 }, (_, i) => [(end * i) / 20, to + (from - to) * Math.exp(-i / 4)] as const);

test('marks of curves that lie on each other do not touch', () => {
  const curves = [
    falling(300, 100),
    falling(300, 100),
    falling(301, 100),
    falling(300, 101),
    falling(320, 99),
  ];
  const marks = curveMarks(curves, plane);
  for (const own of marks) expect(own.length).toBeGreaterThanOrEqual(3);
  const all = marks.flat().map(pixels);
  for (const [i, [x, y]] of all.entries())
    for (const [a, b] of all.slice(i + 1)) expect(Math.hypot(a - x, b - y)).toBeGreaterThanOrEqual(10);
});

test('every mark lies on its curve as it is drawn', () => {
  const curve: Curve = [
    [0, 400],
    [600, 50],
  ];
  for (const mark of curveMarks([curve], plane)[0]!) {
    const [across, up] = pixels(mark);
    // Straight in pixels, though y is logarithmic.
    expect(up / 190).toBeCloseTo(1 - across / 280, 9);
  }
});

test('many curves, short ones and level ones have a mark each', () => {
  const curves = [
    ...Array.from({ length: 20 }, (_, i) => falling(300 - i, 100 - i)),
    falling(300, 250, 20),
    [[0, 80] as const, [600, 80] as const],
  ];
  const marks = curveMarks(curves, plane);
  expect(marks).toHaveLength(22);
  for (const own of marks) expect(own.length).toBeGreaterThan(0);
  for (const [x] of marks[20]!) expect(x).toBeLessThanOrEqual(20);
  expect(curveMarks([[[0, 100]], []], plane)).toEqual([[], []]);
});
