import * as Plot from '@observablehq/plot';
import type { TechniqueDescription } from '../report-data.ts';
import { drawSvg } from './draw-svg.ts';
import { type Html, html, raw } from './markup.ts';

/**
 * Colours of techniques, found by a search for the set whose nearest two are farthest apart with normal vision and with
 * each kind of colour blindness; each has a contrast of at least 3 : 1 to the page. For light and for dark pages, with
 * like hues in like places.
 */
export const lightColours = [
  '#8d8e95',
  '#ec6605',
  '#003e1f',
  '#5457d5',
  '#840071',
  '#019ac9',
  '#6f4900',
  '#ce7259',
];
export const darkColours = [
  '#e3e7fb',
  '#fdb126',
  '#99feb2',
  '#7d6aec',
  '#e62989',
  '#2ea8dd',
  '#8d8200',
  '#c36355',
];

/** Seven marks against eight colours: no combination repeats within 56 techniques. */
const symbols = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const;
const dashes = ['', '7 3', '1.5 3', '10 3 2 3', '4 4', '14 4', '8 3 2 3 2 3', '1 5'];

/** How a technique is drawn in every picture. */
export interface TechniqueStyle {
  /** A style sheet variable. */
  readonly colour: string;
  readonly symbol: (typeof symbols)[number];
  readonly dash: string;
}

export function styleOf({ style }: Pick<TechniqueDescription, 'style'>): TechniqueStyle {
  return {
    colour: `var(--t${style % lightColours.length})`,
    symbol: symbols[style % symbols.length]!,
    // Where colours repeat, dashes do not.
    dash: dashes[(style + Math.floor(style / lightColours.length)) % dashes.length]!,
  };
}

/** The marks of all techniques, drawn once; to stand at the beginning of the page. */
export function markSheet(techniques: readonly TechniqueDescription[]): Html {
  return html`<svg width="0" height="0" style="position:absolute" aria-hidden="true">${techniques.map(
    (technique) => {
      const { colour, symbol } = styleOf(technique);
      const drawing = drawSvg({
        width: 16,
        height: 16,
        margin: 0,
        axis: null,
        x: { domain: [0, 16] },
        y: { domain: [0, 16] },
        marks: [Plot.dot([[8, 8]], { symbol, fill: colour, r: 4.6 })],
      });
      const shape = drawing.markup.replace(/^<svg[^>]*>|<\/svg>$/g, '');
      return html`<symbol id="${markId(technique)}" viewBox="0 0 16 16">${raw(shape)}</symbol>`;
    },
  )}</svg>`;
}

const markId = ({ style }: Pick<TechniqueDescription, 'style'>): string => `mark-${style}`;

/** The mark of a technique, to stand before its name. */
export function mark(technique: Pick<TechniqueDescription, 'style'>): Html {
  return html`<svg class="mark" aria-hidden="true"><use href="#${markId(technique)}"/></svg>`;
}

/** A technique's mark and label, kept together. */
export function named(technique: Pick<TechniqueDescription, 'style' | 'label'>): Html {
  return html`<span class="technique${technique.label.length <= 24 && ' short'}">${mark(technique)}<span>${technique.label}</span></span>`;
}

/** Marks, lines and names of all techniques. */
export function legend(techniques: readonly TechniqueDescription[], lines = false): Html {
  return html`<ul class="legend">${techniques.map((technique) => {
    const { colour, dash } = styleOf(technique);
    const line = lines
      ? html`<svg class="dash" viewBox="0 0 28 8" aria-hidden="true"><path d="M0 4H28" fill="none" style="stroke:${colour}" stroke-width="2" stroke-dasharray="${dash}"/></svg>`
      : null;
    return html`<li>${line}${named(technique)}</li>`;
  })}</ul>`;
}
