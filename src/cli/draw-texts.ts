import { GraftError } from '../errors.ts';
import type { Checkpoint } from '../models/checkpoint.ts';
import type { TokenChoice } from '../models/choose-token.ts';
import { drawTokens } from '../models/draw-samples.ts';
import type { AutoregressiveSampler, Model } from '../models/model.ts';
import type { RunOptions } from '../models/run-model.ts';
import type { Stream } from '../random.ts';
import { beginning } from '../study/beginning.ts';

export interface TextOptions extends RunOptions, TokenChoice {
  readonly count: number;
  /** What every text begins with; '' for nothing. */
  readonly prompt: string;
  /**
   * Tokens of a text at most, prompt included, beginning and end marks not counted. Default: the model's context, or
   * half of it beyond the prompt where that is more. Beyond the context it goes on from the latter half of what it sees.
   */
  readonly length?: number;
}

/**
 * Texts from a language model, prompt included. Models of whole items end by themselves; models of running text fill
 * the length. Fails with `invalid-value` where the prompt alone fills the length.
 */
export async function drawTexts(
  { model: given, weights, tokenizer, data }: Checkpoint,
  stream: Stream,
  options: TextOptions,
): Promise<string[]> {
  const sampler = given.sampler;
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
  const half = Math.max(1, Math.floor(context / 2));
  const { length = Math.max(context, written.length + half), count, prompt: _, ...run } = options;
  const wanted = length - written.length;
  if (wanted < 1)
    throw new GraftError('invalid-value', {
      what: 'length',
      received: length,
      allowed: `more than the ${written.length} tokens of the prompt`,
    });
  const { eos } = tokenizer.special;
  // The last token drawn is not read.
  const read = (given: number, fresh: number) => given + fresh - 1;
  const draw = (model: Model, seen: Int32Array, n: number, fresh: number, from: Stream) =>
    drawTokens(model, model.sampler as AutoregressiveSampler, weights, from, {
      ...run,
      count: n,
      prompt: seen,
      length: read(seen.length, fresh),
      ...(ends && eos !== undefined ? { end: eos } : {}),
    });
  // What follows the prompt is what the whole has beyond it: a text's first token may lose a space that others keep.
  const textOf = (fresh: readonly number[] | Int32Array): string => {
    const whole = tokenizer.decode([...prompt, ...fresh]);
    const known = tokenizer.decode(prompt);
    if (written.length === 0) return options.prompt + tokenizer.decode(fresh);
    return options.prompt + (whole.startsWith(known) ? whole.slice(known.length) : tokenizer.decode(fresh));
  };
  const needed = read(prompt.length, wanted);
  const model = given.withContext?.build(Math.min(needed, given.withContext.longest)) ?? given;
  if (needed <= model.fields[0]!.shape[0]!) {
    const { sequences } = await draw(model, prompt, count, wanted, stream);
    return sequences.map(textOf);
  }
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const ids = [...prompt];
    for (let round = 0; ids.length < prompt.length + wanted; round++) {
      const seen = ids.length < context ? ids : ids.slice(-half);
      const fresh = Math.min(context - seen.length + 1, prompt.length + wanted - ids.length);
      const { sequences } = await draw(given, Int32Array.from(seen), 1, fresh, stream.child(i).child(round));
      ids.push(...sequences[0]!);
      // Less than was asked for: the text has ended.
      if (sequences[0]!.length < fresh) break;
    }
    texts.push(textOf(ids.slice(prompt.length)));
  }
  return texts;
}
