import { recipesText } from './recipe-results-text.ts';
import { speedText } from './speed-results-text.ts';
import { studiesText } from './study-results-text.ts';

/** docs/results.md: what the kept results say, in their own words. */
export function resultsText(): string {
  return [
    '# Results',
    '',
    'What the studies and recipes of `examples/` found. This page is written from the files in `docs/results/` (and those of other programs in `bench/peers/results/`), and a test compares it with them. Times are of one machine with two cores that had other work to do as well. Each result names the commit that it was made with: run again there, it ends with the same numbers but for time and memory; with a later commit numbers may differ where the changelog says so. Every report also says what its verdict holds for: these checkpoints and test sets, how learning rates were searched, what the brackets and the 5 % mean.',
    '',
    '`GRAFT_DATA` names the folder with MNIST and the other public data sets ([data](data.md) says how they are found).',
    '',
    ...studiesText(),
    ...recipesText(),
    ...speedText(),
  ].join('\n');
}
