// Places the characters of a face in pictures.
import { boxOf, rasterise } from './rasterise.mjs';

/** Images are size x size pixels; the outermost ring stays empty. */
export const size = 28;
const inside = size - 2;
/** Height of the capitals and row of the baseline, in pixels. */
const capitals = 17;
const baseline = 21;

/**
 * Images of a face: all characters at one scale, capitals 17 pixels high, less only where the largest character
 * would not fit. Each stands centred on the baseline; one that would leave the picture is moved up or down.
 * `feet` and `heads`: the lines between which capitals stand, in font units.
 */
export function renderFace(outlines, { feet, heads }) {
  const boxes = [...outlines.values()].map(boxOf);
  const extent = Math.max(...boxes.map((box) => Math.max(box.top - box.bottom, box.right - box.left)));
  const scale = Math.min(capitals / (heads - feet), inside / extent);
  return [...outlines].map(([character, edges]) => {
    const { left, bottom, right, top } = boxOf(edges);
    const x = size / 2 - ((left + right) / 2) * scale;
    const lowest = size - 1 + bottom * scale;
    const highest = 1 + top * scale;
    const y = Math.max(highest, Math.min(lowest, baseline + feet * scale));
    const placed = edges.map(([x0, y0, x1, y1]) => [
      x + x0 * scale,
      y - y0 * scale,
      x + x1 * scale,
      y - y1 * scale,
    ]);
    return { character, pixels: rasterise(placed, size, size) };
  });
}
