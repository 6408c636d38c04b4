import { z } from 'zod';
import { trainBpeTokenizer } from './bpe-tokenizer.ts';
import { byteTokenizer } from './byte-tokenizer.ts';
import { trainCharacterTokenizer } from './character-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { trainUnitsTokenizer } from './units-tokenizer.ts';

/**
 * What a person writes for a tokenizer that is made for a model: `character`, `byte`, `bpe`, `abc` (musical units of ABC
 * notation), `events` (those of MIDI files), or one of these with options.
 */
export const tokenizerSpec = z
  .union([
    z.enum(['character', 'byte', 'bpe', 'abc', 'events']),
    z
      .strictObject({
        character: z.strictObject({
          unseen: z
            .enum(['bytes', 'refuse'])
            .default('bytes')
            .describe('what becomes of characters that the training text does not have'),
        }),
      })
      .describe('one token per character of the training text'),
    z
      .strictObject({
        bpe: z.strictObject({
          vocabulary: z
            .int()
            .min(256)
            .max(2 ** 20)
            .default(2048)
            .describe('number of tokens'),
        }),
      })
      .describe('byte-level BPE with the words of GPT-2, trained on the training text'),
  ])
  .describe('how text becomes tokens');

export type TokenizerSpec = z.input<typeof tokenizerSpec>;

/**
 * Makes the tokenizer of a spec. `texts` must be training text alone: a vocabulary never looks at validation or test.
 *
 * @param ends whether texts are items with a beginning and an end (names, lines), not running text.
 */
export function trainTokenizer(spec: TokenizerSpec, texts: Iterable<string>, ends: boolean): Tokenizer {
  if (spec === 'byte') return byteTokenizer({ ends });
  if (spec === 'character') return trainCharacterTokenizer(texts, { ends });
  if (spec === 'abc' || spec === 'events') return trainUnitsTokenizer(spec, texts, ends);
  if (spec === 'bpe') return trainBpeTokenizer(texts, { vocabularySize: 2048, ends });
  if ('character' in spec)
    return trainCharacterTokenizer(texts, { unseen: spec.character.unseen ?? 'bytes', ends });
  return trainBpeTokenizer(texts, { vocabularySize: spec.bpe.vocabulary ?? 2048, ends });
}
