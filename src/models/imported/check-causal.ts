import { GraftError } from '../../errors.ts';
import { stream } from '../../random.ts';
import type { Model, Weights } from '../model.ts';
import { mapExamples } from '../run-model.ts';

/** Change of a score, relative to the largest, that rounding alone can make. */
const ROUNDING = 1e-4;

/**
 * Fails where scores at a position depend on later tokens: such a model (an encoder, say) does not predict the next
 * token, and its cost would look far too good.
 */
export async function checkCausal(model: Model, weights: Weights, threads = 1): Promise<void> {
  const { sampler } = model;
  if (sampler.kind !== 'autoregressive' || sampler.context < 2) return;
  const { vocabulary, context: length, logits } = sampler;
  const draws = stream(0).child('causal');
  const first = draws.integers(length, vocabulary);
  // The second example differs from the middle on.
  const middle = Math.floor(length / 2);
  const second = first.map((token, t) => (t < middle ? token : (token + 1) % vocabulary));
  const data = Int32Array.from([...first, ...second]);
  const field = { shape: [length], data };
  const scores = await mapExamples(
    model,
    weights,
    { count: 2, fields: { tokens: field, targets: field } },
    (context) => logits(context, length),
    draws,
    { batchSize: 2, threads, device: 'cpu' },
  );
  // A token may have the score -Infinity: it never comes.
  const top = scores.data.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0);
  if (scores.data.some((v) => Number.isNaN(v) || v === Number.POSITIVE_INFINITY))
    throw new GraftError('not-finite', {
      what: 'a score of this model for random tokens',
      hint: 'Compare its outputs with those of the program that it comes from; it may need another value as output=NAME.',
    });
  const size = length * vocabulary;
  for (let i = 0; i < middle * vocabulary; i++)
    if (Math.abs(scores.data[i]! - scores.data[size + i]!) > ROUNDING * top)
      throw new GraftError('unsupported', {
        what: 'this model as a next-token model',
        reason: `its scores at position ${Math.floor(i / vocabulary)} depend on tokens behind it`,
        hint: 'It fills gaps or encodes whole sequences; a next-token model looks back only.',
      });
}
