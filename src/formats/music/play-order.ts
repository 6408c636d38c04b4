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
  /** Times through for which the section has had endings so far. */
  const had = new Set<number>();
  const section = (at: number, opened: boolean) => {
    start = at;
    pass = 1;
    open = opened;
    within = false;
    had.clear();
  };
  /** Whether there is an ending for a time through: so far in the section, at bar line `at` or right behind it. */
  const hasEnding = (at: number, time: number) =>
    had.has(time) || endings(elements[endingAt(elements, at) ?? at]!).includes(time);
  /** Up to where there is no ending for a time through: places that ask for one only move on. */
  const without = new Map<number, number>();
  /** Where in the same section the ending of a time through begins. */
  const endingOf = (from: number, time: number): number | undefined => {
    if ((without.get(time) ?? 0) > from) return undefined;
    let k = from + 1;
    for (; k < elements.length; k++) {
      const element = elements[k]!;
      if (endings(element).includes(time)) return k;
      if (element.kind === 'part' || (element.kind === 'bar' && element.text.endsWith(':'))) break;
    }
    without.set(time, k);
    return undefined;
  };
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
      i = passed + 1;
      while (i < elements.length && !endsEnding(elements[i]!)) i++;
      section(i + 1, false);
      continue;
    }
    if (text.endsWith(':')) section(i + 1, true);
    else if (back || (/\|[|\]]|\[\|/.test(text) && (!open || later))) section(i + 1, false);
    if (element.ending === undefined) continue;
    within = true;
    for (const time of element.ending) had.add(time);
    if (element.ending.includes(pass)) continue;
    // To the ending of this time through, or on where there is none.
    const next = endingOf(i, pass);
    if (next !== undefined) {
      i = next;
      out.push(elements[next]!);
      for (const time of endings(elements[next]!)) had.add(time);
    }
  }
  return out;
}

/** Times through that an element begins the ending of. */
const endings = (element: TuneElement): readonly number[] =>
  (element.kind === 'bar' ? element.ending : undefined) ?? [];

/** Whether a bar line ends an ending. */
const endsEnding = (element: TuneElement): boolean =>
  element.kind === 'bar' && /:|\|[|\]]/.test(element.text);

/** Where an ending begins that stands at a bar line, or right behind it. */
function endingAt(elements: readonly TuneElement[], at: number): number | undefined {
  let next = at + 1;
  while (elements[next]?.kind === 'line') next++;
  return [at, next].find((k) => k < elements.length && endings(elements[k]!).length > 0);
}
