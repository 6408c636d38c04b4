// Renders the typefaces of typefaces.json into data/glyphs.gz. Usage: npm run glyphs [-- --check]
import { readFileSync } from 'node:fs';
import { gzipSync } from 'fflate';
import { renderFace, size } from './render-face.mjs';
import { alphabets, metadataOf, outlinesOf, writingLines } from './typeface.mjs';
import { writeData } from './write-data.mjs';

const typefaces = JSON.parse(readFileSync(new URL('typefaces.json', import.meta.url), 'utf8'));
const scripts = Object.keys(alphabets);
const characters = scripts.map((script) => alphabets[script]).join('');

/** The part of an image that has ink: [row, column, height, width] and its pixels. */
function crop(pixels) {
  let [top, left, bottom, right] = [size, size, -1, -1];
  pixels.forEach((value, i) => {
    if (value === 0) return;
    const [row, column] = [Math.floor(i / size), i % size];
    [top, left, bottom, right] = [
      Math.min(top, row),
      Math.min(left, column),
      Math.max(bottom, row),
      Math.max(right, column),
    ];
  });
  const rows = [];
  for (let row = top; row <= bottom; row++)
    rows.push(...pixels.subarray(row * size + left, row * size + right + 1));
  return { box: [top, left, bottom - top + 1, right - left + 1], rows };
}

const faces = [];
const items = { face: [], character: [], box: [], ink: [] };
/** Image -> the face and the scripts that have it, and its first character. */
const seen = new Map();
const dropped = [];

/** True for an image that is to stay: a new one, or a letter that another script of the same face shares. */
function isWanted(pixels, face, script, title) {
  const key = Buffer.from(pixels).toString('latin1');
  const first = seen.get(key) ?? { face, scripts: new Set(), title };
  if (first.face === face && !first.scripts.has(script)) {
    first.scripts.add(script);
    seen.set(key, first);
    return true;
  }
  dropped.push(`${title} = ${first.title}`);
  return false;
}

for (const { package: id, style, group, weight = 400, scripts: usable = scripts } of typefaces) {
  const { family, weights } = metadataOf(id);
  // Bold doubles the Latin part only: it is where studies start from.
  for (const name of weights.includes(700) ? ['regular', 'bold'] : ['regular']) {
    const number = name === 'bold' ? 700 : weight;
    const wanted = name === 'bold' ? ['latin'] : usable;
    const found = wanted
      .map((script) => [script, outlinesOf(id, number, script)])
      .filter(([, outlines]) => outlines);
    const latin = found.find(([script]) => script === 'latin');
    if (latin === undefined) throw new Error(`${id} lacks Latin characters`);
    const scriptOf = new Map(
      found.flatMap(([script, outlines]) => [...outlines.keys()].map((c) => [c, script])),
    );
    const all = new Map(found.flatMap(([, outlines]) => [...outlines]));
    const face = faces.push({ family, group: group ?? family, style, weight: name }) - 1;
    for (const { character, pixels } of renderFace(all, writingLines(latin[1]))) {
      if (!isWanted(pixels, face, scriptOf.get(character), `${family} ${character}`)) continue;
      const { box, rows } = crop(pixels);
      items.face.push(face);
      items.character.push([...characters].indexOf(character));
      items.box.push(...box);
      items.ink.push(...rows);
    }
  }
}

const count = items.face.length;
const header = Buffer.from(
  JSON.stringify({ version: 1, height: size, width: size, count, alphabets, faces }),
);
const length = Buffer.alloc(4);
length.writeUInt32LE(header.length);
const bytes16 = (values) => Buffer.from(values.flatMap((value) => [value & 255, value >> 8]));
const content = Buffer.concat([
  length,
  header,
  bytes16(items.face),
  bytes16(items.character),
  Buffer.from(items.box),
  Buffer.from(items.ink),
]);
const file = gzipSync(content, { level: 9, mem: 12, mtime: 0 });
console.log(
  `${count} images of ${new Set(faces.map((f) => f.family)).size} typefaces, ${faces.length} faces`,
);
console.log(`left out, equal to an earlier one: ${dropped.join('; ')}`);
writeData('glyphs.gz', file);
