/** Share of bars that have the length of their metre. */
import { defineMetric } from './metric.ts';
import { overTunes, tuneNeeds, tuneOptions } from './tune-inputs.ts';

/**
 * Mean over tunes of the share of bars with the length of their metre. The first and last bar of a part may be shorter, for
 * upbeats and what completes them. In music by events, which has no bar lines, a bar counts where no note sounds across
 * its end. A tune that does not parse counts as 0; tunes of free metre are left out.
 */
export const barsInMetre = defineMetric({
  name: 'bars_in_metre',
  title: 'Bars in metre',
  summary: 'Share of the bars of a tune that add up to its metre.',
  unit: 'share of bars',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [],
  needs: tuneNeeds,
  options: tuneOptions,
  compute(inputs, { notation }, context) {
    const { parsed: _, ...result } = overTunes('bars_in_metre', inputs, notation, context, (facts) =>
      facts === undefined ? 0 : facts.bars === 0 ? undefined : facts.fullBars / facts.bars,
    );
    return result;
  },
});
