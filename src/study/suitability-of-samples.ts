import { formatNumber } from './format-number.ts';
import type { Measurement } from './measurement.ts';
import {
  type Find,
  number,
  percent,
  type SuitabilityInput,
  type SuitabilitySentence,
  sentence,
} from './suitability-sentence.ts';

/** What is said of samples: whether they are like the target, like something at all, and varied. */
export function sampleSentences(find: Find): SuitabilitySentence[] {
  return [
    ...qualitySentence(find),
    ...recognisedSentence(find('recognised', 'target')),
    ...varietySentence(find('distinct_n', 'target')),
    ...noveltySentence(find),
  ];
}

/** Shares of the real variety from which on samples cover most of it, and up to which they cover almost none. */
const MOST = 0.5;
const ALMOST_NONE = 0.1;

/** How many samples are like real items, judged together with how much of the real variety they cover. */
function qualitySentence(find: Find): SuitabilitySentence[] {
  const [kid, precision, recall, coverage] = ['kid', 'precision', 'recall', 'coverage'].map((metric) =>
    find(metric, 'target'),
  );
  if (kid === undefined || precision === undefined || coverage === undefined) return [];
  const own = find('kid', 'source');
  const covered = Math.min(coverage.value, recall?.value ?? 1);
  const shares = [coverage, ...(recall === undefined ? [] : [recall])].map(
    ({ metric, value }) => `${metric} ${percent(value)}`,
  );
  const joint = covered <= ALMOST_NONE && precision.value >= MOST ? 'but' : 'and';
  const much = covered <= ALMOST_NONE ? 'almost none' : covered < MOST ? 'a part' : 'most';
  const doubt = joint === 'but' ? ': samples that are blurred or much alike lie among real items, too' : '';
  return [
    sentence(
      `${percent(precision.value)} of its samples lie among real items of the target, ${joint} they cover ${much} of the real variety (${shares.join(', ')})${doubt}. Their kernel distance to it is ${number(kid.value)}${own === undefined ? '' : `, to its own domain ${number(own.value)}`}.`,
      precision,
      coverage,
      recall,
      kid,
      own,
    ),
  ];
}

function recognisedSentence(found: Measurement | undefined): SuitabilitySentence[] {
  if (found === undefined) return [];
  const { value, extras, features } = found;
  const real = extras?.real;
  const text = `The classifier ${features?.network ?? ''} recognises ${percent(value)} of its samples${real === undefined ? '' : `, and ${percent(real)} of real held-out items`}.`;
  return [sentence(text, found)];
}

function varietySentence(found: Measurement | undefined): SuitabilitySentence[] {
  if (found === undefined) return [];
  return [
    sentence(`${percent(found.value)} of the pairs of characters that it writes are different ones.`, found),
  ];
}

function noveltySentence(find: Find): SuitabilitySentence[] {
  return (['source', 'target'] as const).flatMap((on) => {
    const found = find('ngram_novelty', on);
    if (found === undefined) return [];
    const share = found.unit === '%' ? `${formatNumber(found.value, 0)} %` : percent(found.value);
    const where = on === 'source' ? 'what it was trained on' : 'the training part of the target';
    return [
      sentence(`${share} of the pieces of four characters that it writes do not occur in ${where}.`, found),
    ];
  });
}

/** What is said of memory: near-copies among samples, and whether training items cost less than held-out ones. */
export function memorySentences(
  { item }: Pick<SuitabilityInput, 'item'>,
  find: Find,
  likelihood: string,
): SuitabilitySentence[] {
  const places = [
    { on: 'source', name: 'its own domain', seen: true },
    { on: 'target', name: 'the target', seen: false },
  ];
  return places.flatMap(({ on, name, seen }) => {
    const copies = find('authpct', on);
    const [train, test] = [find(likelihood, on, 'train'), find(likelihood, on, 'test')];
    return [
      ...(copies === undefined
        ? []
        : [
            sentence(
              `${formatNumber(copies.value, 0)} % of its samples are no near-copies of training ${item}s of ${name}${seen && copies.value < 50 ? ', which is few: it repeats its training data' : ''}.`,
              copies,
            ),
          ]),
      ...(train === undefined || test === undefined ? [] : [gapSentence(name, seen, train, test)]),
    ];
  });
}

/** Training items against held-out ones; a gap within two standard errors shows nothing. */
function gapSentence(
  name: string,
  seen: boolean,
  train: Measurement,
  test: Measurement,
): SuitabilitySentence {
  const gap = test.value - train.value;
  const errors = [train.standardError, test.standardError];
  const error = errors.every((e) => e !== undefined) ? Math.hypot(...(errors as number[])) : undefined;
  const over = [train.standardErrorOver, test.standardErrorOver];
  const units = over.every((one) => one !== undefined) ? ` over ${over[0]} and ${over[1]}` : '';
  const what =
    error === undefined
      ? ''
      : gap > 2 * error
        ? seen
          ? ': it fits what it was trained on more closely, or the parts differ'
          : ': it may have seen the former, or the parts differ'
        : ', which shows no memory of the former';
  return sentence(
    `Items of the training part of ${name} cost it ${number(train.value)}, held-out ones ${number(test.value)}${error === undefined ? '' : ` (difference ${number(gap)}, standard error ${number(error)}${units})`}${what}.`,
    train,
    test,
  );
}
