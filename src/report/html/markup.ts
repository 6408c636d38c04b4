/** Markup that is safe to put in a page as it is. Only `html` and `raw` make it. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template; text and numbers are escaped, nothing is printed for null, undefined and false. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** A template whose values are escaped unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { markup: strings.reduce((out, text, i) => out + render(values[i - 1]) + text) };
}

/** Text that is markup already: SVG that a library drew, style sheets. Never for anything that a person wrote. */
export function raw(markup: string): Html {
  return { markup };
}

/** Contents one after the other. */
export function join(parts: readonly Content[], separator = ''): Html {
  return { markup: parts.map(render).filter(Boolean).join(separator) };
}

/** Text for an element or a quoted attribute. Characters that XML forbids become the replacement character. */
export function escapeHtml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
  );
}

function render(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('markup' in value) return value.markup;
  return value.map(render).join('');
}

/** A name that can stand in `id` and after `#`: letters and digits stay, all else becomes its code. */
export function anchor(prefix: string, name: string): string {
  const safe = name.replace(/[^A-Za-z0-9.-]/g, (c) => `_${c.codePointAt(0)!.toString(16)}`);
  return `${prefix}-${safe}`;
}
