/** Share of generated tunes that are tunes. */
import { defineMetric } from './metric.ts';
import { overTunes, tuneNeeds, tuneOptions } from './tune-inputs.ts';

/**
 * Share of tunes that parse and all of whose bars add up to the metre (see `bars_in_metre`); a tune without a metre has no
 * bar that does. `parsed` is the share that parses. Real tunes have slips as well, so that their share belongs beside it (`real`,
 * and as what is left to gain `gap` = real - value).
 */
export const validTunes = defineMetric({
  name: 'valid_tunes',
  title: 'Valid tunes',
  summary: 'Share of generated tunes that parse and whose bars all add up to their metre.',
  unit: 'share of tunes',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [],
  needs: tuneNeeds,
  options: tuneOptions,
  compute(inputs, { notation }, context) {
    const { parsed, extras, ...result } = overTunes('valid_tunes', inputs, notation, context, (facts) =>
      facts !== undefined && facts.bars > 0 && facts.bars === facts.fullBars ? 1 : 0,
    );
    return { ...result, extras: { parsed, ...extras } };
  },
});
