// Reads the outlines of one typeface from its @fontsource package.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create } from 'fontkit';
import { boxOf, edgesOf } from './rasterise.mjs';

/** The alphabets: upper case before lower case, so that of two equal images the capital is kept. */
export const alphabets = {
  latin: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  cyrillic: 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  greek: 'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψω',
};

const packages = fileURLToPath(new URL('node_modules/@fontsource/', import.meta.url));

/** What the package says about itself: family, category, weights, licence. */
export function metadataOf(id) {
  return JSON.parse(readFileSync(`${packages}${id}/metadata.json`, 'utf8'));
}

/** The text of the package's licence file. */
export function licenceOf(id) {
  return readFileSync(`${packages}${id}/LICENSE`, 'utf8');
}

/** The version of the installed package. */
export function versionOf(id) {
  return JSON.parse(readFileSync(`${packages}${id}/package.json`, 'utf8')).version;
}

/**
 * The outlines of one script of one face: a map from character to edges (font units, y upwards), or undefined where
 * the typeface lacks the script or any character of it.
 */
export function outlinesOf(id, weight, script) {
  const file = `${packages}${id}/files/${id}-${script}-${weight}-normal.woff`;
  if (!existsSync(file)) return undefined;
  const font = create(readFileSync(file));
  const outlines = new Map();
  for (const character of alphabets[script]) {
    const code = character.codePointAt(0);
    if (!font.hasGlyphForCodePoint(code)) return undefined;
    const edges = edgesOf(font.glyphForCodePoint(code).path.commands);
    if (edges.length === 0) return undefined;
    outlines.set(character, edges);
  }
  return outlines;
}

/**
 * Where a face's writing really stands, in font units: `feet`, the median bottom of small letters without descender
 * (some handwriting floats above its nominal baseline), and `heads`, the median top of capitals.
 */
export function writingLines(latin) {
  const median = (letters, side) => {
    const values = [...letters].map((letter) => boxOf(latin.get(letter))[side]).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)];
  };
  return { feet: median('acehikmnorsuvwx', 'bottom'), heads: median('EFHIKLNXZ', 'top') };
}

/** The edges in pixels of a line of Latin text with capitals of the given height, from `x` on the baseline `y`. */
export function lineOf(id, text, height, x, y) {
  const font = create(readFileSync(`${packages}${id}/files/${id}-latin-400-normal.woff`));
  const scale = height / font.capHeight;
  let pen = x;
  return [...text].flatMap((character) => {
    const glyph = font.glyphForCodePoint(character.codePointAt(0));
    const from = pen;
    pen += glyph.advanceWidth * scale;
    return edgesOf(glyph.path.commands).map(([x0, y0, x1, y1]) => [
      from + x0 * scale,
      y - y0 * scale,
      from + x1 * scale,
      y - y1 * scale,
    ]);
  });
}
