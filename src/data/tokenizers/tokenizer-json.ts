import type { TokenizerJson } from './tokenizer.ts';

type Special = { id: number; content: string };

/** `tokenizer.json` of a byte-level BPE; `words`: whether text is cut into GPT-2's words first. */
export function byteLevelJson(
  vocab: Record<string, number>,
  merges: [string, string][],
  special: readonly Special[],
  words: boolean,
): TokenizerJson {
  const byteLevel = {
    type: 'ByteLevel' as const,
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: words,
  };
  return {
    ...emptyJson(vocab, merges, special, false),
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
  };
}

/**
 * `tokenizer.json` of a character vocabulary: a BPE without merges, which leaves single characters. With `fallback`,
 * unseen characters become the byte tokens <0x00> … <0xFF>.
 */
export function characterJson(
  vocab: Record<string, number>,
  special: readonly Special[],
  fallback: boolean,
): TokenizerJson {
  return emptyJson(vocab, [], special, fallback);
}

/**
 * `tokenizer.json` of a vocabulary of units that a pattern cuts: a BPE without merges that takes whole units where it
 * knows them and single characters or bytes where it does not.
 */
export function unitsJson(
  vocab: Record<string, number>,
  special: readonly Special[],
  pattern: string,
): TokenizerJson {
  const plain = emptyJson(vocab, [], special, true);
  return {
    ...plain,
    pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    model: { ...plain.model, ignore_merges: true },
  };
}

function emptyJson(
  vocab: Record<string, number>,
  merges: [string, string][],
  special: readonly Special[],
  fallback: boolean,
): TokenizerJson {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(({ id, content }) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: fallback,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}
