/** What the metrics on tunes have in common. */
import { z } from 'zod';
import { GraftError, isGraftError } from '../errors.ts';
import { checkSong, checkTune, type TuneFacts } from '../formats/music/check-tune.ts';
import { readWords } from '../formats/music/event-words.ts';
import { readAbc } from '../formats/music/read-abc.ts';
import { mean } from '../numeric/covariance.ts';
import { defineMetric, type Metric, type MetricContext, type Need, type TokenSequence } from './metric.ts';

const what = 'tunes as characters (or other pieces of their text, in order)';

const needs = {
  generated: { kind: 'sequences', what: `generated ${what}` },
  real: { kind: 'sequences', what: `real held-out ${what}`, optional: true },
} as const satisfies Record<string, Need>;

const options = z.object({
  notation: z
    .enum(['abc', 'events'])
    .default('abc')
    .describe("how tunes are written: ABC notation, or words for a MIDI file's events"),
});

type Notation = z.output<typeof options>['notation'];

/** What metrics on tunes differ in. */
interface TuneMetric extends Pick<Metric, 'name' | 'title' | 'summary' | 'unit' | 'version'> {
  /** What has to be in a tune, in words; a tune that does not parse has nothing. */
  readonly counted: string;
  /** A tune's number from 0 to 1; undefined where it says nothing and is left out. */
  score(facts: TuneFacts): number | undefined;
  /** Whether the share of tunes that parse is told beside it. */
  readonly tellsParsed?: boolean;
}

/**
 * The mean of a number of each tune, 0 for those that do not parse; and, where real tunes are given, theirs as `real` with
 * what is left to gain as `gap`.
 */
export const defineTuneMetric = ({ counted, score, tellsParsed = false, ...about }: TuneMetric) =>
  defineMetric({
    ...about,
    direction: 'higher',
    range: [0, 1],
    citations: [],
    needs,
    options,
    compute({ generated, real }, { notation }, context) {
      const of = (tunes: readonly TokenSequence[], kind: string) => {
        const facts = factsOf(tunes, notation, context);
        const scores = facts.flatMap((one) => (one === undefined ? 0 : (score(one) ?? [])));
        if (scores.length === 0)
          throw new GraftError('bad-data', { what: about.name, problem: `no ${kind} tune has ${counted}` });
        const value = mean(Float64Array.from(scores));
        const spread = scores.reduce((sum, s) => sum + (s - value) ** 2, 0);
        return {
          value,
          standardError: scores.length > 1 ? Math.sqrt(spread / (scores.length - 1) / scores.length) : 0,
          parsed: facts.filter((one) => one !== undefined).length / facts.length,
        };
      };
      const { parsed, ...own } = of(generated, 'generated');
      const held = real && of(real, 'real').value;
      return {
        ...own,
        extras: {
          ...(tellsParsed ? { parsed } : {}),
          ...(held === undefined ? {} : { real: held, gap: held - own.value }),
        },
      };
    },
  });

/** Counts of each tune; undefined where it is none. Metrics on the same tunes share them. */
function factsOf(
  tunes: readonly TokenSequence[],
  notation: Notation,
  context: MetricContext,
): readonly (TuneFacts | undefined)[] {
  return context.share(`tunes ${notation}`, [tunes], () =>
    tunes.map((tokens) => {
      const text = tokens.join('');
      try {
        return notation === 'abc' ? checkTune(readAbc(text)) : checkSong(readWords(text));
      } catch (error) {
        if (isGraftError(error, 'bad-file')) return undefined;
        throw error;
      }
    }),
  );
}
