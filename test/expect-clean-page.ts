import { parseHTML } from 'linkedom';
import { expect } from 'vitest';

/** What must never be read in a report. */
export function expectCleanPage(page: string): void {
  const { document } = parseHTML(page);
  const text = document.body.textContent ?? '';
  for (const word of ['NaN', 'undefined', 'null', '[object', 'Infinity', 'function', '=>'])
    expect(text).not.toContain(word);
  for (const element of document.querySelectorAll('svg *'))
    for (const { name, value } of element.attributes)
      expect(`${name}="${value}"`).not.toMatch(/NaN|undefined|Infinity/);
}
