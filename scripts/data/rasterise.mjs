// Outlines to grey images by exact horizontal and sampled vertical coverage.
// Only additions, multiplications, divisions and comparisons of doubles: the same pixels on every machine.

/** Scan lines per pixel row. */
const subRows = 16;
/** Straight pieces per curve; the curves of a glyph are a few pixels long. */
const pieces = 12;

/**
 * The straight edges of an outline, in its own units: [x0, y0, x1, y1] each, contours closed.
 * `commands` are those of a fontkit path (moveTo, lineTo, quadraticCurveTo, bezierCurveTo, closePath).
 */
export function edgesOf(commands) {
  const edges = [];
  let x = 0;
  let y = 0;
  let startX = 0;
  let startY = 0;
  const lineTo = (toX, toY) => {
    if (toY !== y || toX !== x) edges.push([x, y, toX, toY]);
    x = toX;
    y = toY;
  };
  for (const { command, args } of commands) {
    if (command === 'moveTo' || command === 'closePath') lineTo(startX, startY);
    if (command === 'moveTo') [x, y, startX, startY] = [args[0], args[1], args[0], args[1]];
    else if (command === 'lineTo') lineTo(args[0], args[1]);
    else if (command === 'quadraticCurveTo') {
      const [ax, ay] = [x, y];
      const [bx, by, cx, cy] = args;
      for (let i = 1; i <= pieces; i++) {
        const t = i / pieces;
        const u = 1 - t;
        lineTo(u * u * ax + 2 * u * t * bx + t * t * cx, u * u * ay + 2 * u * t * by + t * t * cy);
      }
    } else if (command === 'bezierCurveTo') {
      const [ax, ay] = [x, y];
      const [bx, by, cx, cy, dx, dy] = args;
      for (let i = 1; i <= pieces; i++) {
        const t = i / pieces;
        const u = 1 - t;
        const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
        lineTo(a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy);
      }
    }
  }
  lineTo(startX, startY);
  return edges;
}

/** The box around edges: { left, bottom, right, top }, or undefined where there are none. */
export function boxOf(edges) {
  if (edges.length === 0) return undefined;
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x0, y0, x1, y1] of edges) {
    left = Math.min(left, x0, x1);
    right = Math.max(right, x0, x1);
    bottom = Math.min(bottom, y0, y1);
    top = Math.max(top, y0, y1);
  }
  return { left, bottom, right, top };
}

/**
 * Grey image [height, width] of edges in pixels (y downwards): 0 where there is no ink, 255 where the non-zero
 * winding rule covers the whole pixel.
 */
export function rasterise(edges, height, width) {
  const crossings = Array.from({ length: height * subRows }, () => []);
  for (const [x0, y0, x1, y1] of edges) {
    if (y0 === y1) continue;
    const direction = y0 < y1 ? 1 : -1;
    const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
    const first = Math.max(0, Math.ceil(topY * subRows - 0.5));
    const end = Math.min(crossings.length, Math.ceil(bottomY * subRows - 0.5));
    for (let row = first; row < end; row++) {
      const y = (row + 0.5) / subRows;
      crossings[row].push([topX + ((bottomX - topX) * (y - topY)) / (bottomY - topY), direction]);
    }
  }
  const coverage = new Float64Array(height * width);
  crossings.forEach((row, index) => {
    row.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const offset = Math.floor(index / subRows) * width;
    let winding = 0;
    let from = 0;
    for (const [x, direction] of row) {
      if (winding === 0) from = x;
      winding += direction;
      if (winding === 0) cover(coverage, offset, width, from, x);
    }
  });
  return Uint8Array.from(coverage, (sum) => Math.round((255 * sum) / subRows));
}

/** Adds to each pixel of a row the part of it that lies between `from` and `to`. */
function cover(coverage, offset, width, from, to) {
  const left = Math.max(0, from);
  const right = Math.min(width, to);
  for (let column = Math.floor(left); column < right; column++) {
    coverage[offset + column] += Math.min(right, column + 1) - Math.max(left, column);
  }
}
