import type { TuneElement } from './tune.ts';

/** Repeats that are not closed end somewhere. */
const MOST_PLAYED = 20_000;

/**
 * The elements of a tune in the order in which they are played: what is repeated twice (or as often as it has endings),
 * each ending in its turn.
 *
 * A repeat goes back to its `|:`; where there is none, to the latest double bar, end of a repeat or label of a part, or to
 * the beginning (abc standard 2.1, section 4.8). A `:|` behind the last of several endings closes them and repeats nothing.
 */
export function playOrder(elements: readonly TuneElement[]): TuneElement[] {
  const out: TuneElement[] = [];
  const repeated = new Set<number>();
  let start = 0;
  let pass = 1;
  /** Whether the section began with `|:`, so that double bars within do not end it. */
  let open = false;
  /** Whether an ending is being played. */
  let within = false;
  const section = (at: number, opened: boolean) => {
    start = at;
    pass = 1;
    open = opened;
    within = false;
  };
  /** Whether there is an ending for a time through: so far in the section, at bar line `at` or right behind it. */
  const hasEnding = (at: number, time: number) =>
    elements.slice(start, at).some((one) => endings(one).includes(time)) ||
    endings(elements[endingAt(elements, at) ?? at]!).includes(time);
  for (let i = 0; i < elements.length && out.length < MOST_PLAYED; i++) {
    const element = elements[i]!;
    if (element.kind !== 'bar') {
      if (element.kind === 'part' && (!open || within)) section(i + 1, false);
      out.push(element);
      continue;
    }
    const { text } = element;
    const back = text.startsWith(':');
    const later = within && pass > 1;
    if (back && !repeated.has(i) && (!later || hasEnding(i, pass + 1))) {
      repeated.add(i);
      pass++;
      within = false;
      i = start - 1;
      continue;
    }
    out.push(element);
    // Behind the ending of the last time through stands one of an earlier time.
    const passed = back && later ? endingAt(elements, i) : undefined;
    if (passed !== undefined) {
      i = elements.findIndex((one, k) => k > passed && one.kind === 'bar' && /:|\|[|\]]/.test(one.text));
      if (i < 0) break;
      section(i + 1, false);
      continue;
    }
    if (text.endsWith(':')) section(i + 1, true);
    else if (back || (/\|[|\]]|\[\|/.test(text) && (!open || later))) section(i + 1, false);
    if (element.ending === undefined) continue;
    within = true;
    if (element.ending.includes(pass)) continue;
    // To the ending of this time through, or on where there is none.
    const next = endingOf(elements, i, pass);
    if (next !== undefined) {
      i = next;
      out.push(elements[next]!);
    }
  }
  return out;
}

/** Times through that an element begins the ending of. */
const endings = (element: TuneElement): readonly number[] =>
  (element.kind === 'bar' ? element.ending : undefined) ?? [];

/** Where an ending begins that stands at a bar line, or right behind it. */
function endingAt(elements: readonly TuneElement[], at: number): number | undefined {
  const next = elements.findIndex((one, k) => k > at && one.kind !== 'line');
  return [at, next].find((k) => k >= 0 && endings(elements[k]!).length > 0);
}

/** Where in the same section the ending of a time through begins. */
function endingOf(elements: readonly TuneElement[], from: number, pass: number): number | undefined {
  for (let k = from + 1; k < elements.length; k++) {
    const element = elements[k]!;
    if (endings(element).includes(pass)) return k;
    if (element.kind === 'part' || (element.kind === 'bar' && element.text.endsWith(':'))) return undefined;
  }
  return undefined;
}
