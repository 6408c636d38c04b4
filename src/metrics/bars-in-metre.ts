/** Share of bars that have the length of their metre. */
import { defineTuneMetric } from './tune-metric.ts';

/**
 * Mean over tunes of the share of bars with the length of their metre. The first and last bar of a part may be shorter, for
 * upbeats and what completes them. In music by events, which has no bar lines, a bar counts where no note sounds across
 * its end. A tune that does not parse counts as 0; tunes of free metre are left out.
 */
export const barsInMetre = defineTuneMetric({
  name: 'bars_in_metre',
  title: 'Bars in metre',
  summary: 'Share of the bars of a tune that add up to its metre.',
  unit: 'share of bars',
  version: 2,
  counted: 'bars of a metre',
  score: ({ bars, fullBars }) => (bars === 0 ? undefined : fullBars / bars),
});
