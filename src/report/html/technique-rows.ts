import type { ReportData } from '../report-data.ts';
import type { TechniqueTable } from '../technique-table.ts';
import { type Html, html } from './markup.ts';
import { scrolling } from './section.ts';
import { named } from './technique-style.ts';

/** A table of techniques with their marks; the model is a column where there are several. */
export function techniqueTable({ matrix, techniques }: ReportData, { head, rows }: TechniqueTable): Html {
  const several = matrix.models.length > 1;
  return scrolling(html`<table><thead><tr>${several && html`<th>model</th>`}<th>technique</th>${head.map((title) => html`<th>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ model, technique, cells }) =>
      html`<tr>${several && html`<td>${model}</td>`}<th scope="row">${named(techniques.find(({ label }) => label === technique)!)}</th>${cells.map(({ value, spread }) => html`<td>${value}${spread !== undefined && html` <span class="spread">${spread}</span>`}</td>`)}</tr>`,
  )}</tbody></table>`);
}
