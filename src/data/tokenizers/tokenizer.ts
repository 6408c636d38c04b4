/** Ids of the tokens that mark beginning, end and padding, where there are such. */
export interface Marks {
  readonly bos?: number;
  readonly eos?: number;
  readonly pad?: number;
}

/** Text as token ids and back. */
export interface Tokenizer {
  /** `pieces`: a Unigram, WordPiece or word-level vocabulary; `abc`, `events`: units of music. */
  readonly kind: 'character' | 'byte' | 'bpe' | 'pieces' | 'abc' | 'events';
  /** Number of ids; ids are 0 .. vocabularySize - 1. */
  readonly vocabularySize: number;
  /** Ids that no text gives; in Graft's own tokenizers one token, when there is any, marks all three (as in GPT-2). */
  readonly special: Marks;
  /**
   * UTF-8 bytes that each token stands for, [vocabularySize]; special tokens 0. Over the tokens of a text they sum to
   * its bytes, the denominator of bits per byte.
   */
  readonly tokenBytes: Int32Array;
  /** The ids of a text, without special tokens; text that looks like a special token is ordinary text. */
  encode(text: string): Int32Array;
  /**
   * The text of ids; special tokens give nothing, bytes that are not UTF-8 give U+FFFD. For Graft's own tokenizers
   * `decode(encode(x))` is x for every string, lone surrogates included.
   */
  decode(ids: ArrayLike<number>): string;
  /** As a Hugging Face `tokenizer.json`. */
  toJSON(): object;
}

/** The part of Hugging Face's `tokenizer.json` (tokenizers 0.2x) that Graft writes and reads. */
export interface TokenizerJson {
  version: string;
  truncation: null;
  padding: null;
  added_tokens: {
    id: number;
    content: string;
    single_word: boolean;
    lstrip: boolean;
    rstrip: boolean;
    normalized: boolean;
    special: boolean;
  }[];
  normalizer: null;
  pre_tokenizer:
    | null
    | {
        type: 'ByteLevel';
        add_prefix_space: boolean;
        trim_offsets: boolean;
        use_regex: boolean;
      }
    | { type: 'Split'; pattern: { Regex: string }; behavior: 'Isolated'; invert: boolean };
  post_processor: null;
  decoder:
    | { type: 'ByteLevel'; add_prefix_space: boolean; trim_offsets: boolean; use_regex: boolean }
    | { type: 'Sequence'; decoders: ({ type: 'ByteFallback' } | { type: 'Fuse' })[] };
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: boolean;
    byte_fallback: boolean;
    ignore_merges: boolean;
    vocab: Record<string, number>;
    merges: [string, string][];
  };
}

/** The content of the one special token. */
export const endOfText = '<|endoftext|>';

/** `text` between beginning and end tokens, as a model of whole items sees it. Needs a tokenizer with ends. */
export function encodeItem(tokenizer: Tokenizer, text: string): Int32Array {
  const { bos, eos } = tokenizer.special;
  const ids = tokenizer.encode(text);
  const out = new Int32Array(ids.length + (bos === undefined ? 0 : 1) + (eos === undefined ? 0 : 1));
  if (bos !== undefined) out[0] = bos;
  out.set(ids, bos === undefined ? 0 : 1);
  if (eos !== undefined) out[out.length - 1] = eos;
  return out;
}
