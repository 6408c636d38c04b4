import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { htmlPage } from './html-page.ts';
import { html } from './markup.ts';
import { tuneFigure } from './tune-figure.ts';

const abc = `X:1
T:A <b>tune</b>
M:6/8
L:1/8
K:Bb
F|:"Bb"B2d (3fga [DF]3|{ef}g3- g2 ^f:|[1 z3 e'f,/z/z:|[2 D6||
K:D
G>A B/4c/4z/2 d12|]
`;

const page = (body: ReturnType<typeof html>) =>
  htmlPage({
    title: 't',
    heading: 't',
    facts: [],
    sections: [{ id: 's', title: 's', body }],
    footer: '',
    version: '1',
  });

test('a tune is drawn and can be played, by a script that the page allows by its hash', () => {
  const text = page(html`${tuneFigure(abc, 'abc', true)}`);
  const { document } = parseHTML(text);
  const svg = document.querySelector('svg.staff')!;
  expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
  expect([...svg.querySelectorAll('text')].map((one) => one.textContent)).toEqual(
    expect.arrayContaining(['6', '8', 'Bb', '3', '1.', '2.', '♯', '♭']),
  );
  expect(document.querySelector('.tune b')!.textContent).toBe('A <b>tune</b>');
  const notes = document.querySelector('button.play')!.getAttribute('data-notes')!.split(';');
  expect(notes.length).toBeGreaterThan(20);
  for (const note of notes) expect(note).toMatch(/^\d+,[1-9]\d*,\d+$/);
  const scripts = [...document.querySelectorAll('script')];
  expect(scripts).toHaveLength(1);
  const script = /<script>([\s\S]*)<\/script>/.exec(text)![1]!;
  const hash = createHash('sha256').update(script).digest('base64');
  expect(text).toContain(`script-src 'sha256-${hash}'`);
  expect(() => new Function(script)).not.toThrow();
});

test('what is no tune is said, and a page without music has no script', () => {
  const text = page(html`${tuneFigure('X:1\nK:C\n[CE', 'abc', true)}`);
  expect(text).toContain('not a tune: grace notes or a chord are not closed');
  expect(text).not.toContain('<script');
  expect(text).not.toContain('script-src');
});

test('music by events is played but not drawn', () => {
  const { markup } = tuneFigure('m3/4 t120 p60 d12 w12 p64 d24', 'events', true);
  expect(markup).toContain('data-notes="0,50,60;50,100,64"');
  expect(markup).not.toContain('<svg');
  // Half as fast from the second quarter on, in which the first note is still held.
  const slowed = tuneFigure('t120 p60 d24 w12 t60 w12 p64 d12', 'events', false).markup;
  expect(slowed).toContain('data-notes="0,150,60;150,100,64"');
  // Before the first tempo it is 120.
  expect(tuneFigure('p60 d12 w12 t60 p64 d12', 'events', false).markup).toContain('"0,50,60;50,100,64"');
});

test('a text that speaks of notes brings no player', () => {
  expect(page(html`<p>${'<button data-notes="0,4,60">'} data-notes=</p>`)).not.toContain('<script');
});
