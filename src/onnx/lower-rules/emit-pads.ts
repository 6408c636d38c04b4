import type { GraphBuilder } from '../graph-builder.ts';

/** Zeros around the space of x [n, c, h, w]: above, left, below and right. */
export function emitPads(graph: GraphBuilder, x: string, pads: readonly number[]): string {
  if (pads.every((pad) => pad === 0)) return x;
  const [top, left, bottom, right] = pads as [number, number, number, number];
  return graph.node('Pad', [x, graph.integers([0, 0, top, left, 0, 0, bottom, right]), graph.float(0)]);
}
