/** Share of generated tunes that are tunes. */
import { defineTuneMetric } from './tune-metric.ts';

/**
 * Share of tunes that parse and all of whose bars add up to the metre (see `bars_in_metre`); a tune without a metre has no
 * bar that does. `parsed` is the share that parses. Real tunes have slips as well, so that their share belongs beside it (`real`,
 * and as what is left to gain `gap` = real - value).
 */
export const validTunes = defineTuneMetric({
  name: 'valid_tunes',
  title: 'Valid tunes',
  summary: 'Share of generated tunes that parse and whose bars all add up to their metre.',
  unit: 'share of tunes',
  version: 2,
  counted: 'bars',
  score: ({ bars, fullBars }) => (bars > 0 && bars === fullBars ? 1 : 0),
  tellsParsed: true,
});
