/** Share of tokens that occurred shortly before. */
import { z } from 'zod';
import { mean } from '../numeric/covariance.ts';
import { defineMetric, type TokenSequence } from './metric.ts';
import { integer } from './options.ts';
import { welleck2020 } from './repetition-n.ts';
import { generatedSequences } from './sequence-inputs.ts';

/** Share of positions from the second on whose token occurs among the `window` tokens before it; 0 for a single token. */
export function repeatedShare(sequence: TokenSequence, window: number): number {
  if (sequence.length < 2) return 0;
  let repeated = 0;
  for (let i = 1; i < sequence.length; i++)
    if (sequence.slice(Math.max(0, i - window), i).includes(sequence[i]!)) repeated++;
  return repeated / (sequence.length - 1);
}

/** Mean over sequences of the share of tokens that occur among the `window` tokens before them (rep/l of Welleck et al. 2020, on the generated tokens themselves). */
export const repeatedTokens = defineMetric({
  name: 'repeated_tokens',
  title: 'Repeated tokens',
  summary: 'Share of tokens that a sample has used a short while before.',
  unit: 'share',
  direction: 'lower',
  range: [0, 1],
  version: 1,
  citations: [welleck2020],
  needs: { generated: generatedSequences },
  options: z.object({ window: integer(16, 1).describe('how many tokens to look back') }),
  compute({ generated }, { window }) {
    const shares = Float64Array.from(generated, (sequence) => repeatedShare(sequence, window));
    return { value: mean(shares), perItem: { repeated: shares } };
  },
});
