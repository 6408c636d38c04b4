import { readBuiltInFile } from './built-in-file.ts';
import type { ImageSet } from './data-set.ts';

const sha256 = 'ef8aa809ac95d594167ffcf665bf06efb9eec4e685ca7270c910b0237b42f2a1';

/** A typeface in one weight. `group`: typefaces of one design (Roboto, Roboto Mono) belong together. */
interface Face {
  family: string;
  group: string;
  style: 'sans-serif' | 'serif' | 'monospace' | 'display' | 'handwriting';
  weight: 'regular' | 'bold';
}

interface Header {
  height: number;
  width: number;
  count: number;
  /** Script -> its characters, capitals first. */
  alphabets: Record<string, string>;
  faces: Face[];
}

/**
 * The built-in data set `glyphs`: characters of open typefaces as grey images [count, 1, 28, 28], ink 255 on ground 0.
 *
 * All characters of a face have one scale, at which its capitals are 17 pixels high (less where its largest character
 * would not fit 26), and stand centred on the baseline at row 21; those that would leave the picture are moved up or
 * down. The outermost ring of pixels is empty. A class is a character (`A`, Cyrillic `А` and Greek `Α` are three);
 * a group is a typeface with those of the same design.
 *
 * Attributes: `character`, `case` (upper, lower, digit), `script` (latin, cyrillic, greek), `style` (sans-serif,
 * serif, monospace, display, handwriting), `family`, `weight` (regular, bold; bold has Latin only).
 *
 * @param folder package folder, where it is not the one of this module.
 * Errors: 'file-not-found' and 'bad-file', where the package is incomplete or damaged.
 */
export function glyphs(folder?: string): ImageSet {
  const { content, file } = readBuiltInFile('glyphs.gz', sha256, folder);
  const { header, face, character, pixels } = decode(content);
  const names = Object.values(header.alphabets).flatMap((alphabet) => [...alphabet]);
  const scripts = Object.entries(header.alphabets).flatMap(([script, alphabet]) =>
    Array.from(alphabet, () => script),
  );
  const cases = names.map((name) =>
    /\p{Lu}/u.test(name) ? 'upper' : /\p{Ll}/u.test(name) ? 'lower' : 'digit',
  );
  const ofCharacter = (values: readonly string[]) => Array.from(character, (c) => values[c]!);
  const ofFace = (values: readonly string[]) => Array.from(face, (f) => values[f]!);
  return {
    kind: 'image',
    name: 'glyphs',
    count: header.count,
    channels: 1,
    height: header.height,
    width: header.width,
    pixels,
    labels: { values: Int32Array.from(character), names },
    attributes: {
      character: ofCharacter(names),
      case: ofCharacter(cases),
      script: ofCharacter(scripts),
      style: ofFace(header.faces.map((f) => f.style)),
      family: ofFace(header.faces.map((f) => f.family)),
      weight: ofFace(header.faces.map((f) => f.weight)),
    },
    groups: ofFace(header.faces.map((f) => f.group)),
    groupNoun: 'typeface',
    licence:
      'Pictures of typefaces under the SIL Open Font License 1.1 and the Apache License 2.0: data/NOTICE.md',
    provenance: { files: [file], steps: [] },
  };
}

/**
 * Content of the file: length of the header (uint32, little-endian), header (JSON), then per image its face (uint16),
 * its character (uint16) and the box that has ink (row, column, height, width: uint8), then the pixels of all boxes.
 */
function decode(content: Uint8Array): {
  header: Header;
  face: Uint16Array;
  character: Uint16Array;
  pixels: Uint8Array;
} {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = JSON.parse(Buffer.from(content.subarray(4, 4 + headerLength)).toString()) as Header;
  const { count, height, width } = header;
  let at = 4 + headerLength;
  const integers = () => {
    const values = Uint16Array.from({ length: count }, (_, i) => view.getUint16(at + 2 * i, true));
    at += 2 * count;
    return values;
  };
  const face = integers();
  const character = integers();
  const boxes = content.subarray(at, at + 4 * count);
  at += 4 * count;
  const pixels = new Uint8Array(count * height * width);
  for (let i = 0; i < count; i++) {
    const [top, left, boxHeight, boxWidth] = [
      boxes[4 * i]!,
      boxes[4 * i + 1]!,
      boxes[4 * i + 2]!,
      boxes[4 * i + 3]!,
    ];
    for (let row = 0; row < boxHeight; row++) {
      const to = (i * height + top + row) * width + left;
      for (let column = 0; column < boxWidth; column++) pixels[to + column] = content[at++]!;
    }
  }
  return { header, face, character, pixels };
}
