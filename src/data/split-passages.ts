import { stream } from '../random.ts';
import type { SplitName, TextSet } from './data-set.ts';
import { subset } from './data-set.ts';
import { cutSharedPassages } from './shared-passages.ts';
import {
  checkFilled,
  drawParts,
  mapSplits,
  publishedParts,
  remainingFractions,
  type SplitOptions,
  type SplitReport,
  type Splits,
} from './splits.ts';
import { wholeCharacter } from './whole-character.ts';

/** From this many documents on, running text is divided by whole documents. */
const enoughDocuments = 10;

/**
 * Divides running text. Ten or more documents (speeches, chapters): whole documents, drawn by the seed, by their
 * lengths; a predefined test or validation set is respected, the one that is missing is drawn from train. Fewer: the documents laid end to end are cut in reading order: the
 * first `train` of the characters, the next `validation`, the next `test`. Cuts fall at floor(length * fraction),
 * never inside a surrogate pair.
 *
 * With duplicates 'remove', stretches of 50 or more characters of train that occur in validation or test are cut
 * out, and those of validation that occur in test.
 */
export function splitPassages(set: TextSet, options: SplitOptions): Splits<TextSet> {
  const published = publishedParts(set);
  const predefined = published.length > 0;
  const byDocument = predefined || set.count >= enoughDocuments;
  const parts = byDocument ? documentParts(set, options, published) : passageParts(set, options);
  const removed = mapSplits(() => 0);
  if (options.duplicates === 'remove') {
    for (const [name, against] of [
      ['validation', ['test']],
      ['train', ['test', 'validation']],
    ] as [SplitName, SplitName[]][]) {
      const held = against.flatMap((other) => parts[other].passages);
      const cut = cutSharedPassages(parts[name].passages, held);
      removed[name] = cut.characters;
      parts[name] = {
        passages: cut.passages,
        documents: cut.origin.map((i) => parts[name].documents[i]!),
      };
    }
  }
  const counts = mapSplits((name) => lengthOf(parts[name].passages));
  const report: SplitReport = {
    rule: predefined ? 'predefined' : byDocument ? 'document' : 'passage',
    ...(predefined && { published }),
    unit: 'characters',
    counts,
    duplicatesRemoved: removed,
    unassigned:
      lengthOf(set.documents) -
      (['train', 'validation', 'test'] as const).reduce((sum, name) => sum + counts[name] + removed[name], 0),
  };
  checkFilled(set, options, report);
  return {
    ...mapSplits((name) => ({
      ...subset(withoutPredefined(set), parts[name].documents, `split: ${name}`),
      documents: parts[name].passages,
    })),
    report,
  };
}

/** Passages, and for each the document that it is part of. */
interface Part {
  passages: string[];
  documents: number[];
}

function documentParts(
  set: TextSet,
  options: SplitOptions,
  published: readonly ('validation' | 'test')[],
): Record<SplitName, Part> {
  const random = stream(options.seed).child('split');
  const units = (documents: Iterable<number>) =>
    Array.from(documents, (i) => ({ members: [i], weight: set.documents[i]!.length }));
  const asPart = (documents: readonly number[]): Part => ({
    passages: documents.map((i) => set.documents[i]!),
    documents: [...documents],
  });
  if (published.length === 0) {
    const drawn = drawParts(units(set.documents.keys()), options, random);
    return mapSplits((name) => asPart(drawn[name]));
  }
  const test = Array.from(set.predefined!.test ?? []);
  const validation = Array.from(set.predefined!.validation ?? []);
  const held = new Set([...test, ...validation]);
  const rest = Array.from(set.predefined!.train ?? set.documents.keys()).filter((i) => !held.has(i));
  const given = { train: rest, validation, test };
  if (published.length === 2) return mapSplits((name) => asPart(given[name]));
  const drawn = drawParts(units(rest), remainingFractions(options, published), random);
  return mapSplits((name) => asPart((name === published[0] ? given : drawn)[name]));
}

function passageParts(set: TextSet, options: SplitOptions): Record<SplitName, Part> {
  const total = lengthOf(set.documents);
  const ends = [
    options.train,
    options.train + options.validation,
    options.train + options.validation + options.test,
  ];
  const [first, second, third] = ends.map((share) => (share > 1 - 1e-9 ? total : Math.floor(total * share)));
  return {
    train: between(set.documents, 0, first!),
    validation: between(set.documents, first!, second!),
    test: between(set.documents, second!, third!),
  };
}

/** The text from position `from` to `to` of the documents laid end to end, document by document. */
function between(documents: readonly string[], from: number, to: number): Part {
  const part: Part = { passages: [], documents: [] };
  let offset = 0;
  documents.forEach((text, i) => {
    const start = wholeCharacter(text, Math.max(0, from - offset));
    const end = wholeCharacter(text, Math.min(text.length, to - offset));
    if (end > start) {
      part.passages.push(text.slice(start, end));
      part.documents.push(i);
    }
    offset += text.length;
  });
  return part;
}

function lengthOf(passages: readonly string[]): number {
  return passages.reduce((sum, passage) => sum + passage.length, 0);
}

function withoutPredefined(set: TextSet): TextSet {
  const { predefined: _, ...rest } = set;
  return rest;
}
