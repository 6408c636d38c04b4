// Draws docs/images/glyphs.png: some characters of some typefaces of each style and script. Usage: npm run sheet
import { writeFileSync } from 'node:fs';
import { greyPng } from './png.mjs';
import { rasterise } from './rasterise.mjs';
import { renderFace, size } from './render-face.mjs';
import { lineOf, outlinesOf, writingLines } from './typeface.mjs';

const rows = [
  ['sans-serif', 'latin', 'roboto', 'lato', 'josefin-sans'],
  ['serif', 'latin', 'tinos', 'playfair-display', 'roboto-slab'],
  ['monospace', 'latin', 'jetbrains-mono', 'courier-prime', 'vt323'],
  ['display', 'latin', 'abril-fatface', 'uncial-antiqua', 'orbitron'],
  ['handwriting', 'latin', 'caveat', 'gloria-hallelujah', 'marck-script'],
  ['Cyrillic', 'cyrillic', 'inter', 'eb-garamond', 'pacifico'],
  ['Greek', 'greek', 'open-sans', 'cardo', 'mansalva'],
];
const shown = {
  latin: 'ABDEGHKMNQRSWXYabdefghkmqrsty23579',
  cyrillic: 'АБВГДЕЖЗИЙКЛМНОПРСТУФЦЧШЩЭЮЯбгджщэю',
  greek: 'ΑΒΓΔΕΖΗΘΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδζθλξπφψω',
};
const columns = 34;
const labels = 132;
const gap = 12;

const width = labels + columns * size + gap;
const height = rows.reduce((sum, row) => sum + (row.length - 2) * size + gap, gap);
const picture = new Uint8Array(width * height);

/** Draws a small image; where two meet the brighter pixel stays. */
function paste(pixels, pixelHeight, pixelWidth, top, left) {
  for (let y = 0; y < pixelHeight; y++) {
    for (let x = 0; x < pixelWidth; x++) {
      const at = (top + y) * width + left + x;
      picture[at] = Math.max(picture[at], pixels[y * pixelWidth + x]);
    }
  }
}

let top = gap;
for (const [label, script, ...ids] of rows) {
  paste(rasterise(lineOf('roboto', label, 12, 4, 21), size, labels), size, labels, top + size, gap);
  for (const id of ids) {
    const latin = outlinesOf(id, 400, 'latin');
    const images = new Map(
      renderFace(new Map([...latin, ...outlinesOf(id, 400, script)]), writingLines(latin)).map((i) => [
        i.character,
        i.pixels,
      ]),
    );
    [...shown[script]].slice(0, columns).forEach((character, column) => {
      paste(images.get(character), size, size, top, labels + column * size);
    });
    top += size;
  }
  top += gap;
}
writeFileSync(new URL('../../docs/images/glyphs.png', import.meta.url), greyPng(picture, height, width));
