import { expect, test } from 'vitest';
import { characterTokenizer } from '../data/tokenizers/character-tokenizer.ts';
import { createModel } from '../models/index.ts';
import { freshWeights } from '../models/weights.ts';
import { stream } from '../random.ts';
import { drawTexts } from './draw-texts.ts';

const run = { count: 2, batchSize: 2, threads: 1, device: 'cpu' as const };

function draw(ends: boolean, prompt: string, length?: number): Promise<string[]> {
  const own = characterTokenizer([...'ab\n'], { unseen: 'refuse', ends });
  const model = createModel('transformer', {
    vocabulary: own.vocabularySize,
    context: 8,
    layers: 1,
    heads: 1,
    width: 4,
  });
  // One character a token, marks included, so that characters count what was drawn.
  const tokenizer = { ...own, decode: (ids: ArrayLike<number>) => 'x'.repeat(ids.length) };
  const checkpoint = {
    model,
    weights: freshWeights(model, stream(1)),
    data: { unit: 'running' as const },
    tokenizer,
  };
  return drawTexts(checkpoint, stream(2), { ...run, prompt, ...(length === undefined ? {} : { length }) });
}

const cases = [false, true].flatMap((ends) =>
  ['', 'ab', 'abababababab'].flatMap((prompt) =>
    [1, 7, 8, 9, 10, 30]
      .filter((length) => length > prompt.length)
      .map((length) => ({ ends, prompt, length })),
  ),
);

test.each(cases)(
  'a text has its length in tokens, prompt included: $length from "$prompt", marks: $ends',
  async ({ ends, prompt, length }) => {
    for (const text of await draw(ends, prompt, length)) {
      expect(text.startsWith(prompt)).toBe(true);
      expect(text).toHaveLength(length);
    }
  },
);

test('the default is the context, or half of it beyond a longer prompt; a prompt that fills the length is refused', async () => {
  expect((await draw(false, ''))[0]).toHaveLength(8);
  expect((await draw(true, 'ab'))[0]).toHaveLength(8);
  expect((await draw(true, 'abababab'))[0]).toHaveLength(12);
  await expect(draw(false, 'ab', 2)).rejects.toThrow(
    'length is 2; allowed: more than the 2 tokens of the prompt.',
  );
});
