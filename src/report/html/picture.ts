import type { Media } from '../report-data.ts';
import { type Html, html, raw } from './markup.ts';

type Picture = Extract<Media, { kind: 'image' }>;

/** A picture of the page, drawn without smoothing as wide as there is room. */
export function picture({ width, height, png }: Picture, description: string): Html {
  return html`<img class="pixels" alt="${description}" width="${width}" height="${height}" src="data:image/png;base64,${png}">`;
}

/** What `picture` writes. */
const WRITTEN =
  /<img class="pixels" alt="([^"]*)" width="(\d+)" height="(\d+)" src="(data:image\/png;base64,[A-Za-z0-9+/=]*)">/g;

/**
 * Has pictures that stand in several places of a page once in it: they are drawn from one sheet, which is to stand at the
 * beginning of the page. Examples of the target stand beside the samples of every budget, and a model that is not
 * trained is the same at all of them.
 */
export function sharePictures(content: Html): { readonly sheet: Html; readonly content: Html } {
  const times = new Map<string, number>();
  for (const [, , , , data] of content.markup.matchAll(WRITTEN))
    times.set(data!, (times.get(data!) ?? 0) + 1);
  const symbols = new Map<string, { readonly id: string; readonly markup: string }>();
  const markup = content.markup.replace(WRITTEN, (whole, alt, width, height, data) => {
    if (times.get(data)! < 2) return whole;
    const size = `width="${width}" height="${height}"`;
    const box = `viewBox="0 0 ${width} ${height}"`;
    const { id } = symbols.get(data) ?? { id: `picture-${symbols.size}` };
    symbols.set(data, {
      id,
      markup: `<symbol id="${id}" ${box}><image ${size} href="${data}"/></symbol>`,
    });
    return `<svg class="pixels" role="img" aria-label="${alt}" ${size} ${box}><use href="#${id}"/></svg>`;
  });
  const sheet =
    symbols.size === 0
      ? ''
      : `<svg width="0" height="0" style="position:absolute" aria-hidden="true">${[...symbols.values()].map((one) => one.markup).join('')}</svg>`;
  return { sheet: raw(sheet), content: raw(markup) };
}
