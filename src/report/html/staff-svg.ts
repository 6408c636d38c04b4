import {
  type Head,
  type Key,
  type Metre,
  signatureLetters,
  type Tune,
  type TuneElement,
  WHOLE,
} from '../../formats/music/tune.ts';
import { escapeHtml, type Html, raw } from './markup.ts';

/** Pixels: between two lines of a staff, the width of a system, from one system to the next. */
const GAP = 7;
const WIDTH = 660;
const SYSTEM = 84;
/** From the top of a system to the lowest line of its staff. */
const BASE = 58;

/** Steps above C4 of sharps and flats in a signature, by letter. */
const SHARP_STEPS: Readonly<Record<number, number>> = { 3: 10, 0: 7, 4: 11, 1: 8, 5: 5, 2: 9, 6: 6 };
const FLAT_STEPS: Readonly<Record<number, number>> = { 6: 6, 2: 9, 5: 5, 1: 8, 4: 4, 0: 7, 3: 3 };
const SIGNS: Readonly<Record<number, string>> = { '-2': '♭♭', '-1': '♭', 0: '♮', 1: '♯', 2: '×' };

type Note = Extract<TuneElement, { kind: 'note' }>;

/** A note's shape: the value of its head (1 = whole, 1/2, ...) and its dots. */
function shapeOf(ticks: number): { value: number; dots: number } {
  let value = 2;
  while (value > 1 / 64 && value * WHOLE > ticks * (1 + 1e-9)) value /= 2;
  const rest = ticks / WHOLE / value;
  return { value, dots: rest >= 1.75 - 1e-9 ? 2 : rest >= 1.5 - 1e-9 ? 1 : 0 };
}

/** Collects what is drawn; equal kinds of strokes become one path. */
class Sheet {
  readonly lines: string[] = [];
  readonly solid: string[] = [];
  readonly open: string[] = [];
  readonly texts: string[] = [];

  line(x: number, y: number, x2: number, y2: number): void {
    this.lines.push(`M${n(x)} ${n(y)}L${n(x2)} ${n(y2)}`);
  }

  oval(x: number, y: number, filled: boolean, size = 1): void {
    const [rx, ry] = [n(4.1 * size), n(3.1 * size)];
    const path = `M${n(x - 4.1 * size)} ${n(y)}a${rx} ${ry} 0 1 0 ${n(8.2 * size)} 0a${rx} ${ry} 0 1 0 ${n(-8.2 * size)} 0`;
    (filled ? this.solid : this.open).push(path);
  }

  text(x: number, y: number, text: string, size: number, weight = ''): void {
    this.texts.push(`<text x="${n(x)}" y="${n(y)}" font-size="${size}"${weight}>${escapeHtml(text)}</text>`);
  }
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

/**
 * A tune on staves in treble clef as SVG: heads, stems, flags, dots, rests, accidentals, bar lines, repeats, endings, ties,
 * tuplets, grace notes, chord symbols. Notes keep their place in proportion to nothing but legibility, and flags stand
 * in place of beams. Hidden from screen readers.
 */
export function staffSvg(tune: Tune): Html {
  const sheet = new Sheet();
  let system = 0;
  let x = 0;
  let key = tune.key;
  const low = () => system * SYSTEM + BASE;
  const y = (step: number) => low() - ((step - 2) * GAP) / 2;
  const finish = () => {
    for (let k = 0; k < 5; k++) sheet.line(0, low() - k * GAP, x, low() - k * GAP);
  };
  const begin = (metre?: Metre) => {
    x = 4;
    // A clef drawn by hand: its curl winds around the line of G.
    const g = y(4);
    sheet.lines.push(
      `M${n(x + 8)} ${n(g + 3)}c-5-1-5-8 1-8c7 0 8 11 0 12c-11 1-12-13-2-19c6-4 7-11 4-14c-4-1-6 6-5 12l4 27c0 6-7 6-7 2`,
    );
    x += 24;
    drawKey(key);
    if (metre !== undefined) drawMetre(metre);
  };
  const drawKey = (own: Key) => {
    for (const letter of signatureLetters(own.sharps)) {
      const step = (own.sharps > 0 ? SHARP_STEPS : FLAT_STEPS)[letter]!;
      sheet.text(x, y(step) + 4, own.sharps > 0 ? '♯' : '♭', 13);
      x += 7;
    }
    x += 5;
  };
  const drawMetre = ({ beats, unit }: Metre) => {
    sheet.text(x, low() - 2 * GAP - 1, String(beats), 15, ' font-weight="700"');
    sheet.text(x, low() - 1, String(unit), 15, ' font-weight="700"');
    x += String(Math.max(beats, unit)).length * 8 + 8;
  };
  const ledgers = (at: number, step: number) => {
    for (let s = 0; s >= step; s -= 2) sheet.line(at - 7, y(s), at + 7, y(s));
    for (let s = 12; s <= step; s += 2) sheet.line(at - 7, y(s), at + 7, y(s));
  };
  const drawHeads = (heads: readonly Head[], at: number, value: number) => {
    for (const { step, accidental } of heads) {
      ledgers(at, step);
      if (accidental !== undefined) sheet.text(at - 15, y(step) + 4, SIGNS[accidental] ?? '', 12);
      sheet.oval(at, y(step), value < 1 / 2);
    }
    if (value >= 1) return;
    const steps = heads.map(({ step }) => step);
    const [top, bottom] = [Math.max(...steps), Math.min(...steps)];
    const up = (top + bottom) / 2 < 6;
    const stem = up ? at + 4 : at - 4;
    const end = up ? y(top) - 3.4 * GAP : y(bottom) + 3.4 * GAP;
    sheet.line(stem, up ? y(bottom) : y(top), stem, end);
    for (let k = 0; 1 / 8 >= value * 2 ** k; k++) {
      const from = end + (up ? k * 4 : -k * 4);
      sheet.lines.push(`M${n(stem)} ${n(from)}q1 ${up ? 5 : -5} 6 ${up ? 9 : -9}`);
    }
  };
  const drawRest = (at: number, value: number) => {
    const middle = low() - 2 * GAP;
    if (value >= 1 / 2) {
      const from = value >= 1 ? middle - GAP : middle - 3;
      sheet.solid.push(`M${n(at - 5)} ${n(from)}h10v3h-10z`);
    } else if (value >= 1 / 4) sheet.lines.push(`M${n(at - 2)} ${n(middle - 10)}l5 6l-4 5l5 6c-5-2-7 1-3 5`);
    else
      for (let k = 0; 1 / 8 >= value * 2 ** k; k++) {
        sheet.oval(at - 2, middle - 4 + k * 5, true, 0.5);
        sheet.lines.push(`M${n(at - 2)} ${n(middle - 3 + k * 5)}q4 2 6-2l-3 11`);
      }
  };
  const drawNote = (note: Note) => {
    const { value, dots } = shapeOf(note.written);
    for (const { step } of note.grace) {
      sheet.oval(x + 3, y(step), true, 0.6);
      sheet.line(x + 5.5, y(step), x + 5.5, y(step) - 13);
      x += 9;
    }
    if (note.heads.some(({ accidental }) => accidental !== undefined)) x += 9;
    const at = x + 6;
    if (note.heads.length > 0) drawHeads(note.heads, at, value);
    else if (note.hidden !== true) drawRest(at, value);
    const place = note.heads[0]?.step ?? 6;
    for (let k = 0; k < dots; k++)
      sheet.oval(at + 8 + k * 4, y(place % 2 === 0 ? place + 1 : place), true, 0.35);
    if (note.above !== undefined)
      sheet.text(at - 5, system * SYSTEM + 12, note.above.replace(/^[\^_<>@]/, ''), 11);
    if (note.tuplet !== undefined) sheet.text(at, system * SYSTEM + 23, String(note.tuplet), 9);
    const room = 15 + Math.min(22, 9 * Math.log2(1 + value * 8)) + dots * 4;
    if (note.tied)
      for (const { step } of note.heads)
        sheet.lines.push(`M${n(at + 4)} ${n(y(step) + 5)}q${n((room - 6) / 2)} 6 ${n(room - 6)} 0`);
    x += room;
  };
  const drawBar = (text: string, ending: readonly number[] | undefined) => {
    const top = low() - 4 * GAP;
    const stroke = (thick: boolean) => {
      if (thick) sheet.solid.push(`M${n(x)} ${n(top)}h3v${4 * GAP}h-3z`);
      else sheet.line(x, top, x, low());
      x += thick ? 5 : 3;
    };
    const points = () => {
      sheet.oval(x + 2, low() - 1.5 * GAP, true, 0.35);
      sheet.oval(x + 2, low() - 2.5 * GAP, true, 0.35);
      x += 6;
    };
    if (text.startsWith(':')) points();
    if (text === '::') stroke(true);
    for (const [i, character] of [...text].entries())
      if (character === '|')
        stroke(
          text.includes('::') ||
            text[i + 1] === ']' ||
            (text.includes(':') && !text.includes('||')) ||
            text[i - 1] === '[',
        );
    if (text.endsWith(':')) points();
    if (ending !== undefined) {
      sheet.text(x, system * SYSTEM + 24, `${ending.join(', ')}.`, 10);
      sheet.line(x - 2, system * SYSTEM + 15, x + 26, system * SYSTEM + 15);
      sheet.line(x - 2, system * SYSTEM + 15, x - 2, system * SYSTEM + 27);
    }
    x += 6;
  };

  begin(tune.metre);
  for (const [i, element] of tune.elements.entries()) {
    // A system ends behind the bar line that leaves no room for another bar.
    const full = x > WIDTH - 130 && element.kind !== 'bar' && tune.elements[i - 1]?.kind === 'bar';
    if (full || x > WIDTH - 24) {
      finish();
      system++;
      begin();
    }
    if (element.kind === 'note') drawNote(element);
    else if (element.kind === 'bar') drawBar(element.text, element.ending);
    else if (element.kind === 'key') {
      key = element.key;
      drawKey(key);
    } else if (element.kind === 'metre' && element.metre !== undefined) drawMetre(element.metre);
    else if (element.kind === 'part')
      sheet.text(x, system * SYSTEM + 12, element.name, 11, ' font-weight="700"');
  }
  finish();
  const height = (system + 1) * SYSTEM + 8;
  const paths = [
    `<path d="${sheet.lines.join('')}" fill="none" stroke="currentColor"/>`,
    `<path d="${sheet.solid.join('')}" fill="currentColor"/>`,
    `<path d="${sheet.open.join('')}" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
  ];
  return raw(
    `<svg class="staff" aria-hidden="true" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">${paths.join('')}<g fill="currentColor" font-family="serif">${sheet.texts.join('')}</g></svg>`,
  );
}
