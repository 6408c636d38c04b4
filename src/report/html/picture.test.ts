import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { html } from './markup.ts';
import { picture, sharePictures } from './picture.ts';

const made = (png: string) => ({ kind: 'image', png, width: 40, height: 20 }) as const;

test('a picture that stands in several places is in the page once, with a description at each place', () => {
  const before = html`<p>${picture(made('AAAA'), 'real, 25 "images"')}${picture(made('BBBB'), 'other')}${picture(made('AAAA'), 'real, 100')}</p>`;
  const { sheet, content } = sharePictures(before);
  const page = `<body>${sheet.markup}${content.markup}</body>`;
  expect(page.match(/data:image\/png;base64,AAAA/g)).toHaveLength(1);
  expect(page.match(/data:image\/png;base64,BBBB/g)).toHaveLength(1);
  const { document } = parseHTML(page);
  const drawn = [...document.querySelectorAll('p > *')];
  expect(drawn.map(({ localName }) => localName)).toEqual(['svg', 'img', 'svg']);
  expect(drawn.map((one) => one.getAttribute('aria-label') ?? one.getAttribute('alt'))).toEqual([
    'real, 25 "images"',
    'other',
    'real, 100',
  ]);
  for (const use of document.querySelectorAll('use'))
    expect(document.querySelector(use.getAttribute('href')!)!.querySelector('image')).not.toBeNull();
  expect(drawn[0]!.getAttribute('viewBox')).toBe('0 0 40 20');
});

test('pictures that stand in one place stay as they are', () => {
  const before = html`${picture(made('AAAA'), 'a')}${picture(made('BBBB'), 'b')}`;
  const { sheet, content } = sharePictures(before);
  expect(content.markup).toBe(before.markup);
  expect(sheet.markup).toBe('');
});
