import { type DataSet, itemWord } from '../data/data-set.ts';
import { GraftError } from '../errors.ts';
import type { Family } from '../models/index.ts';

const words = { image: 'images', text: 'texts and tunes' } satisfies Record<Family['domain'], string>;

/** Fails with `bad-data` where a model is not for the kind of data that a set holds; `name`: what the set is called. */
export function requireDomain(
  model: { readonly family: string; readonly domain: Family['domain'] },
  set: DataSet,
  name: string,
  where: string,
): void {
  if (set.kind === model.domain) return;
  throw new GraftError('bad-data', {
    what: `model '${model.family}'`,
    problem: `is for ${words[model.domain]}, but '${name}' holds ${itemWord(set)}s`,
    where,
  });
}
