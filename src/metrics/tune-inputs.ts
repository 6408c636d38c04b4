/** What the metrics on tunes share. */
import { z } from 'zod';
import { GraftError, isGraftError } from '../errors.ts';
import { checkSong, checkTune, type TuneFacts } from '../formats/music/check-tune.ts';
import { readWords } from '../formats/music/event-words.ts';
import { readAbc } from '../formats/music/read-abc.ts';
import { mean } from '../numeric/covariance.ts';
import type { MetricContext, MetricResult, Need, TokenSequence } from './metric.ts';

const what = 'tunes as characters (or other pieces of their text, in order)';

export const tuneNeeds = {
  generated: { kind: 'sequences', what: `generated ${what}` },
  real: { kind: 'sequences', what: `real held-out ${what}`, optional: true },
} as const satisfies Record<string, Need>;

export const tuneOptions = z.object({
  notation: z
    .enum(['abc', 'events'])
    .default('abc')
    .describe("how tunes are written: ABC notation, or words for a MIDI file's events"),
});

type Notation = z.output<typeof tuneOptions>['notation'];
interface TuneInputs {
  readonly generated: readonly TokenSequence[];
  readonly real?: readonly TokenSequence[];
}

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

/**
 * Mean of a number of each tune (undefined: it says nothing and is left out), and, where real tunes are given, theirs
 * as `real` with what is left to gain as `gap`.
 */
export function overTunes(
  metric: string,
  { generated, real }: TuneInputs,
  notation: Notation,
  context: MetricContext,
  score: (facts: TuneFacts | undefined) => number | undefined,
): MetricResult & { readonly parsed: number } {
  const of = (tunes: readonly TokenSequence[], input: string) => {
    const facts = factsOf(tunes, notation, context);
    const scores = facts.map(score).filter((value) => value !== undefined);
    if (scores.length === 0)
      throw new GraftError('bad-data', {
        what: `input '${input}' of ${metric}`,
        problem: 'no tune has what is counted',
      });
    const value = mean(Float64Array.from(scores));
    const spread = scores.reduce((sum, s) => sum + (s - value) ** 2, 0);
    return {
      value,
      count: scores.length,
      standardError: scores.length > 1 ? Math.sqrt(spread / (scores.length - 1) / scores.length) : 0,
      parsed: facts.filter((one) => one !== undefined).length / facts.length,
    };
  };
  const own = of(generated, 'generated');
  const held = real === undefined ? undefined : of(real, 'real');
  return {
    value: own.value,
    standardError: own.standardError,
    parsed: own.parsed,
    extras: held === undefined ? {} : { real: held.value, gap: held.value - own.value },
  };
}
