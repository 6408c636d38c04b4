import type { PreparedData } from '../data/prepare-data.ts';
import { GraftError } from '../errors.ts';

/** Refuses data whose validation part came out empty: pre-training looks at it and keeps the weights that do best there. */
export function requireValidation({ name, report }: Pick<PreparedData, 'name' | 'report'>): void {
  const { counts, rule, groups } = report.split;
  if (counts.validation > 0) return;
  throw new GraftError('bad-data', {
    what: `data set ${name}`,
    problem: `nothing is left for validation, which pre-training needs (train ${counts.train}, validation 0, test ${counts.test}${
      rule === 'group' && groups !== undefined ? '; groups stay whole' : ''
    })`,
    hint: 'Give a larger data set, or other fractions: split: { train: 0.4, validation: 0.3, test: 0.3 }.',
  });
}
