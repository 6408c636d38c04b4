import { type DataSet, subset, type TextSet } from './data-set.ts';
import { itemKeys } from './item-keys.ts';
import { cutSharedPassages } from './shared-passages.ts';

/** What was removed from source training data because it is held out elsewhere. */
export interface OverlapReport {
  /** Items equal to a held-out item. */
  items: number;
  /** Further items whose group (of the same data set) has held-out items. */
  groupItems: number;
  /** Characters of running text (UTF-16 units) in stretches that occur in held-out text. */
  characters: number;
}

/**
 * Source training data without anything that the target holds out for validation or test, so that pre-training has
 * not seen what it is judged by. Items are compared exactly (images after conversion to one size, or nothing can
 * match); items of a group that the target holds out go too where both are parts of one data set. Where either is
 * running text, stretches of 50 or more characters are compared instead: cut out of running source text; source
 * items that hold such a stretch are dropped. `holder` names whose items they are in the set's provenance.
 */
export function removeOverlap<S extends DataSet>(
  source: S,
  held: readonly DataSet[],
  holder = 'the target',
): { set: S; report: OverlapReport } {
  const report: OverlapReport = { items: 0, groupItems: 0, characters: 0 };
  const same = held.filter((other) => other.kind === source.kind);
  if (source.kind === 'text' && source.unit === 'running') {
    const texts = same.flatMap((other) => (other as TextSet).documents);
    const cut = cutSharedPassages(source.documents, texts);
    report.characters = cut.characters;
    if (cut.characters === 0) return { set: source, report };
    const set: TextSet = {
      ...subset<TextSet>(source, cut.origin, `${cut.characters} characters removed that ${holder} holds out`),
      documents: cut.passages,
    };
    return { set: set as DataSet as S, report };
  }
  const dropped = new Uint8Array(source.count);
  const keys = itemKeys(source);
  const heldKeys = new Set(same.flatMap(itemKeys));
  keys.forEach((key, i) => {
    if (heldKeys.has(key)) dropped[i] = 1;
  });
  if (source.kind === 'text') {
    const running = same.filter((other) => (other as TextSet).unit === 'running');
    const cut = cutSharedPassages(
      source.documents,
      running.flatMap((other) => (other as TextSet).documents),
    );
    const left = new Array<number>(source.count).fill(0);
    cut.passages.forEach((passage, p) => {
      left[cut.origin[p]!]! += passage.length;
    });
    source.documents.forEach((text, i) => {
      if (left[i]! < text.length) dropped[i] = 1;
    });
  }
  report.items = dropped.reduce((sum, flag) => sum + flag, 0);
  if (source.groups) {
    const heldGroups = new Set(
      same.filter((other) => other.name === source.name).flatMap((other) => other.groups ?? []),
    );
    source.groups.forEach((group, i) => {
      if (dropped[i] || !heldGroups.has(group)) return;
      dropped[i] = 1;
      report.groupItems++;
    });
  }
  const gone = report.items + report.groupItems;
  if (gone === 0) return { set: source, report };
  const kept = Array.from(source.count === 0 ? [] : dropped.keys()).filter((i) => !dropped[i]);
  return { set: subset(source, kept, `${gone} items removed that ${holder} holds out`), report };
}

/** Whether anything was removed. */
export const removedAny = ({ items, groupItems, characters }: OverlapReport): boolean =>
  items + groupItems + characters > 0;
