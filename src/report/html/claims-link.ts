import { DECISION } from '../../study/verdict-scope.ts';
import { type Content, html } from './markup.ts';

/** Where the page says how a difference is claimed; it does wherever the verdict names that document. */
export const CLAIMS = 'claims';

/** A sentence in which the name of the document on claims leads to what the page says of them. */
export function linkedToClaims(text: string): Content {
  const parts = text.split(DECISION);
  return parts.map(
    (part, i) => html`${i > 0 && html`<a class="path" href="#${CLAIMS}">${DECISION}</a>`}${part}`,
  );
}
