import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Html, raw } from './markup.ts';

/** Attributes that hold coordinates. */
const coordinates = /\b(d|transform|x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g;

/**
 * Draws a plot as SVG that stands alone: no style sheet of its own, coordinates rounded to a hundredth of a pixel (a tenth in long
 * lines),
 * hidden from screen readers (the figure around it has the words).
 */
export function drawSvg(options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({ ...options, document: document as never }) as unknown as { outerHTML: string };
  const markup = svg.outerHTML
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(
      coordinates,
      (_, name: string, value: string) => `${name}="${rounded(value, value.length > 120 ? 10 : 100)}"`,
    )
    .replace('<svg ', '<svg aria-hidden="true" ');
  return raw(markup);
}

const rounded = (value: string, factor: number): string =>
  value.replace(/-?\d+\.\d{2,}(e-?\d+)?/g, (number) => String(Math.round(Number(number) * factor) / factor));
