import { GraftError } from '../errors.ts';
import type { Checkpoint } from '../models/checkpoint.ts';
import type { TokenChoice } from '../models/choose-token.ts';
import { drawTokens } from '../models/draw-samples.ts';
import type { RunOptions } from '../models/run-model.ts';
import type { Stream } from '../random.ts';
import { beginning } from '../study/run-trial.ts';

export interface TextOptions extends RunOptions, TokenChoice {
  readonly count: number;
  /** What every text begins with; '' for nothing. */
  readonly prompt: string;
  /** Tokens at most, prompt included; beyond the model's context it goes on from the latter half of what it sees. */
  readonly length?: number;
}

/**
 * Texts from a language model, prompt included. Models of whole items end by themselves; models of running text fill
 * the length.
 */
export async function drawTexts(
  { model, weights, tokenizer, data }: Checkpoint,
  stream: Stream,
  options: TextOptions,
): Promise<string[]> {
  const { sampler } = model;
  if (sampler.kind !== 'autoregressive' || tokenizer === undefined)
    throw new GraftError('bad-data', {
      what: 'checkpoint',
      problem: 'is of a language model, but has no tokenizer.json',
    });
  const { context } = sampler;
  const ends = data.unit !== 'running';
  const start = beginning({ kind: 'text', tokenizer, context, ends });
  // The beginning mark is no text: without one, the line end that stands for it is not shown.
  const written = tokenizer.encode(options.prompt);
  const prompt =
    tokenizer.special.bos === undefined && written.length > 0 ? written : Int32Array.of(...start, ...written);
  const { length = Math.max(context, 1), count, prompt: _, ...run } = options;
  const { eos } = tokenizer.special;
  const draw = (given: Int32Array, n: number, tokens: number, from: Stream) =>
    drawTokens(model, sampler, weights, from, {
      ...run,
      count: n,
      prompt: given,
      length: tokens,
      ...(ends && eos !== undefined ? { end: eos } : {}),
    });
  if (length <= context && prompt.length < context) {
    const { sequences } = await draw(prompt, count, length, stream);
    return sequences.map((ids) => options.prompt + tokenizer.decode(ids));
  }
  const texts: string[] = [];
  const half = Math.max(1, Math.floor(context / 2));
  for (let i = 0; i < count; i++) {
    const ids = [...prompt];
    for (let round = 0; ids.length < length; round++) {
      const seen = ids.length < context ? ids : ids.slice(-half);
      const room = Math.min(context, seen.length + length - ids.length);
      const { sequences } = await draw(Int32Array.from(seen), 1, room, stream.child(i).child(round));
      ids.push(...sequences[0]!);
      // Less than there was room for: the text has ended.
      if (sequences[0]!.length < room - seen.length + 1 && ends) break;
    }
    texts.push(options.prompt + tokenizer.decode(ids.slice(prompt.length, length)));
  }
  return texts;
}
