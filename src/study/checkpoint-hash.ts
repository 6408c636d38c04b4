import { createHash } from 'node:crypto';
import type { Checkpoint } from '../models/checkpoint.ts';
import { weightsHash } from '../models/weight-tensors.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Json } from './step.ts';

/**
 * SHA-256 over all of a checkpoint that a step's result follows from: its weights, its family and configuration (which say
 * what the weights compute, what is trained on and how samples are drawn), and its tokenizer. What its card tells of its
 * past does not count.
 */
export function checkpointHash({ model, weights, tokenizer }: Omit<Checkpoint, 'data'>): string {
  const { family, config } = model;
  const definition = { family, config, tokenizer: tokenizer?.toJSON() ?? null };
  return createHash('sha256')
    .update(weightsHash(model, weights))
    .update(canonicalJson(JSON.parse(JSON.stringify(definition)) as Json))
    .digest('hex');
}
