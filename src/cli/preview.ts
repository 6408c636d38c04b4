import type { ImageSet } from '../data/data-set.ts';
import { imageAt } from '../data/data-set.ts';

const ramp = ' .:-=+*#%@';
/** A terminal's characters are about twice as high as wide. */
const ROWS_PER_LINE = 2;

/**
 * Images beside each other in as many columns as fit. With colour each character shows two pixels, one above the
 * other; without, one character of a grey ramp stands for the two.
 */
export function imagePreview(
  set: ImageSet,
  indices: readonly number[],
  columns: number,
  colour: boolean,
): string {
  const across = Math.max(1, Math.floor((columns + 1) / (set.width + 1)));
  const bands: string[] = [];
  for (let start = 0; start < indices.length; start += across) {
    const images = indices.slice(start, start + across).map((i) => imageAt(set, i));
    const lines: string[] = [];
    for (let y = 0; y < set.height; y += ROWS_PER_LINE)
      lines.push(
        images
          .map((image) => (colour ? colourLine(set, image, y) : greyLine(set, image, y)))
          .join(' ')
          .trimEnd(),
      );
    bands.push(lines.join('\n'));
  }
  return bands.join('\n\n');
}

function pixel({ channels, height, width }: ImageSet, image: Uint8Array, y: number, x: number): number[] {
  if (y >= height) return [0, 0, 0];
  const at = (c: number) => image[(Math.min(c, channels - 1) * height + y) * width + x]!;
  return [at(0), at(1), at(2)];
}

function greyLine(set: ImageSet, image: Uint8Array, y: number): string {
  let line = '';
  for (let x = 0; x < set.width; x++) {
    const both = [...pixel(set, image, y, x), ...pixel(set, image, Math.min(y + 1, set.height - 1), x)];
    const mean = both.reduce((a, b) => a + b, 0) / both.length;
    line += ramp[Math.min(ramp.length - 1, Math.floor((mean / 256) * ramp.length))];
  }
  return line;
}

function colourLine(set: ImageSet, image: Uint8Array, y: number): string {
  let line = '';
  for (let x = 0; x < set.width; x++) {
    const [above, below] = [pixel(set, image, y, x), pixel(set, image, y + 1, x)];
    line += `\u001b[38;2;${above.join(';')};48;2;${below.join(';')}m\u2580`;
  }
  return `${line}\u001b[0m`;
}

/** The beginning of a text in one line of at most `columns` characters, line ends shown as ⏎. */
export function textPreview(text: string, columns: number): string {
  const characters = Array.from(text.replaceAll(/\r?\n/g, '⏎').replaceAll('\t', ' '));
  return characters.length <= columns ? characters.join('') : `${characters.slice(0, columns - 1).join('')}…`;
}
