import { type Content, type Html, html } from './markup.ts';

/** A part of the report with its place in the table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

export function section(id: string, title: string, ...body: readonly Content[]): Section {
  return { id, title, body: html`<section id="${id}"><h2>${title}</h2>${body}</section>` };
}

/** Content that is there to look up, not to read through: folded until it is wanted. */
export function folded(summary: Content, ...body: readonly Content[]): Html {
  return html`<details><summary>${summary}</summary><div class="folded">${body}</div></details>`;
}

/** A table that scrolls by itself where the page is too narrow for it. */
export function scrolling(table: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="table">${table}</div>`;
}
