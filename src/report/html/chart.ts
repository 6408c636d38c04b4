import type * as Plot from '@observablehq/plot';
import { drawSvg } from './draw-svg.ts';
import { type Content, type Html, html } from './markup.ts';

/** What stands at an axis. */
export interface AxisWords {
  /** 'negative log-likelihood, nats per image'. */
  readonly label: string;
  /** Which way is better, where one is. */
  readonly better?: 'lower' | 'higher';
}

export interface ChartOptions {
  /** Heading of the panel; none where the section has a single one. */
  readonly title?: Content;
  readonly x: AxisWords;
  readonly y: AxisWords;
  /** What is to be seen, in a sentence, for those who do not see it. */
  readonly description: string;
  readonly plot: Omit<Plot.PlotOptions, 'width' | 'height'>;
  readonly height?: number;
  /** A second drawing, for pages that have room for it. */
  readonly wide?: { readonly width: number; readonly height: number };
}

/** Width of a panel in its own pixels: that of a phone, so that text keeps its size there. */
export const PANEL_WIDTH = 340;

const margin = { left: 46, right: 14, top: 10, bottom: 26 };

/** Pixels of the rectangle between the axes of a panel of this height. */
export const plotArea = (height: number): { width: number; height: number } => ({
  width: PANEL_WIDTH - margin.left - margin.right,
  height: height - margin.top - margin.bottom,
});

/** One panel: a drawing with its axes named in words around it, which wrap where the drawing could only shrink. */
export function chart({ title, x, y, description, plot, height = 250, wide }: ChartOptions): Html {
  const draw = (size: { width: number; height: number }) =>
    drawSvg({
      marginLeft: margin.left,
      marginRight: margin.right,
      marginTop: margin.top,
      marginBottom: margin.bottom,
      style: { fontSize: '11px' },
      ...plot,
      ...size,
      className: 'plot',
    });
  const small = draw({ width: PANEL_WIDTH, height });
  const drawing =
    wide === undefined
      ? small
      : html`<div class="narrow">${small}</div><div class="wide">${draw(wide)}</div>`;
  return html`<figure class="chart${wide !== undefined && ' large'}">
${title === undefined ? null : html`<figcaption>${title}</figcaption>`}
<div class="axis-y">${words(y, '↓', '↑')}</div>
<div role="img" aria-label="${description}">${drawing}</div>
<div class="axis-x">${words(x, '←', '→')}</div>
</figure>`;
}

function words({ label, better }: AxisWords, low: string, high: string): Html {
  if (better === undefined) return html`${label}`;
  return html`${label} <span class="better">(${better === 'lower' ? low : high} ${better} is better)</span>`;
}

/** Panels beside each other, as many as fit. */
export function panels(charts: readonly Content[]): Html {
  return html`<div class="panels">${charts}</div>`;
}
