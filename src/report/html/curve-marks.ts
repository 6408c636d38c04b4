type Point = readonly [x: number, y: number];

/** A curve from left to right, its points joined by straight lines in the drawing. */
export type Curve = readonly Point[];

/** Where a drawing puts values, in its own pixels, with y upwards. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Whether y is logarithmic. */
  readonly log: boolean;
}

/** Pixels between the middles of two marks, at least: they are 8 wide. */
const APART = 10;
/** Pixels between two marks of one curve, along the axis. */
const SPACING = 70;

/**
 * Points of curves that get a mark, so that lines can be told apart without colour: each curve in turn has its own
 * places along the axis, and a mark that would touch an earlier one is left out. A curve that gets none that way has one
 * where it is farthest from the others' marks. None at a curve's very start, which many have in common.
 */
export function curveMarks(curves: readonly Curve[], plane: Plane): [number, number][][] {
  const taken: Point[] = [];
  const spacing = Math.max(SPACING, APART * curves.length);
  const room = ([x, y]: Point) => Math.min(Infinity, ...taken.map(([a, b]) => Math.hypot(a - x, b - y)));
  return curves.map((curve, i) => {
    const drawn = curve.map((point) => toPixels(point, plane));
    const marks: Point[] = [];
    const put = (point: Point) => {
      marks.push(point);
      taken.push(point);
    };
    const length = drawn.length < 2 ? 0 : drawn.at(-1)![0] - drawn[0]![0];
    for (let along = ((i + 0.6) / curves.length) * spacing; along <= length; along += spacing) {
      const point = pointAlong(drawn, along);
      if (room(point) >= APART) put(point);
    }
    if (marks.length === 0 && length > 0) {
      const places = Array.from({ length: 12 }, (_, k) => pointAlong(drawn, ((k + 1) / 12) * length));
      const free = places.map(room);
      put(places[free.indexOf(Math.max(...free))]!);
    }
    return marks.map((point) => fromPixels(point, plane));
  });
}

const share = (value: number, [low, high]: readonly [number, number]): number => (value - low) / (high - low);

const logs = ([low, high]: readonly [number, number]): [number, number] => [Math.log(low), Math.log(high)];

function toPixels([x, y]: Point, plane: Plane): Point {
  const up = plane.log ? share(Math.log(y), logs(plane.y)) : share(y, plane.y);
  return [plane.width * share(x, plane.x), plane.height * up];
}

function fromPixels([across, up]: Point, { width, height, x, y, log }: Plane): [number, number] {
  const between = ([low, high]: readonly [number, number], at: number) => low + at * (high - low);
  const level = log ? Math.exp(between(logs(y), up / height)) : between(y, up / height);
  return [between(x, across / width), level];
}

/** The point so many pixels from a curve's start along the axis. */
function pointAlong(drawn: readonly Point[], along: number): Point {
  const wanted = drawn[0]![0] + along;
  const after = drawn.findIndex(([x]) => x >= wanted - 1e-6);
  if (after <= 0) return after === 0 ? drawn[0]! : drawn.at(-1)!;
  const [[x0, y0], [x1, y1]] = [drawn[after - 1]!, drawn[after]!];
  return [wanted, x1 === x0 ? y1 : y0 + ((wanted - x0) / (x1 - x0)) * (y1 - y0)];
}
