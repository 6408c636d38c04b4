import { GraftError } from '../errors.ts';

/** How the next token is chosen from logits. */
export interface TokenChoice {
  /** Divides the logits; 0 takes the most probable token. Default 1. */
  readonly temperature?: number;
  /** Only the k most probable tokens. */
  readonly topK?: number;
  /** Only the most probable tokens that together reach this probability (Holtzman et al. 2020). */
  readonly topP?: number;
}

/**
 * A token drawn by `uniform` in [0, 1) from softmax(logits / temperature), cut by top-k and then by top-p.
 * Fails with `invalid-value`, and with `not-finite` where a logit is neither a number nor -Infinity (never chosen).
 */
export function chooseToken(logits: Float32Array, choice: TokenChoice, uniform: number): number {
  const { temperature = 1, topK, topP } = choice;
  if (
    !(temperature >= 0 && temperature < Number.POSITIVE_INFINITY) ||
    (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) ||
    (topP !== undefined && !(topP > 0 && topP <= 1))
  )
    throw new GraftError('invalid-value', {
      what: 'sampling options',
      received: choice,
      allowed: 'a temperature of at least 0, a whole topK of at least 1 and topP in (0, 1]',
    });
  if (!logits.some(Number.isFinite) || !logits.every((v) => v < Number.POSITIVE_INFINITY))
    throw new GraftError('not-finite', { what: 'the logits of the next token' });
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (temperature === 0) return order[0]!;
  const kept = topK === undefined ? order : order.slice(0, topK);
  const top = logits[kept[0]!]!;
  const weights = kept.map((id) => Math.exp((logits[id]! - top) / temperature));
  let total = weights.reduce((a, b) => a + b, 0);
  let n = weights.length;
  if (topP !== undefined) {
    let reached = 0;
    n = 0;
    while (n < weights.length && reached < topP * total) reached += weights[n++]!;
    total = reached;
  }
  let left = uniform * total;
  for (let i = 0; i < n; i++) {
    left -= weights[i]!;
    if (left < 0) return kept[i]!;
  }
  return kept[n - 1]!;
}
