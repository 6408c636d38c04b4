import { huggingFaceTokenizer } from '../data/tokenizers/hugging-face-tokenizer.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { badFile, showCount } from '../formats/bad-file.ts';
import { type ReadRange, readFileChecked, withFile } from '../formats/read-file-checked.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createLlama } from './llama.ts';
import type { Model } from './model.ts';

const format = 'llama2.c checkpoint';
const names = ['dim', 'hidden_dim', 'n_layers', 'n_heads', 'n_kv_heads', 'vocab_size', 'seq_len'] as const;
/** Bytes of the header: seven int32. */
const HEADER = 28;

type Header = Readonly<Record<(typeof names)[number], number>>;

/**
 * Whether a file begins like a `.bin` of llama2.c in its first layout: seven sizes that fit each other, and as many
 * bytes as they say.
 */
export function looksLikeLlama2c(path: string): boolean {
  return withFile(path, format, (read, size) => {
    if (size < HEADER) return false;
    const header = headerOf(read(0, HEADER));
    return isSane(header) && sizesOf(header).includes(size);
  });
}

/**
 * A model of llama2.c (Karpathy 2023, 'legacy' layout: seven int32, then float32 blocks) with its tokenizer. llama2.c
 * turns neighbouring elements of a head by a position, `llama` the two halves: rows of queries and keys are put in
 * that order, which changes no result. Fails with `bad-file`; sizes are checked before anything is read.
 */
export function readLlama2c(path: string, tokenizerPath: string): Checkpoint {
  return withFile(path, format, (read, size) => {
    const header = size < HEADER ? undefined : headerOf(read(0, HEADER));
    if (header === undefined || !isSane(header))
      throw badFile(
        format,
        path,
        `it does not begin with seven sizes (${names.join(', ')}) that fit each other`,
        {
          offset: 'byte 0',
        },
      );
    const [tied, own] = sizesOf(header);
    if (size !== (header.vocab_size > 0 ? tied : own))
      throw badFile(
        format,
        path,
        `by its sizes it has ${showCount(header.vocab_size > 0 ? tied! : own!)} bytes, but there are ${showCount(size)}`,
        { offset: 'byte 0', hint: 'It is another kind of file, or an incomplete download: fetch it again.' },
      );
    const model = createLlama({
      vocabulary: Math.abs(header.vocab_size),
      context: header.seq_len,
      layers: header.n_layers,
      heads: header.n_heads,
      keyHeads: header.n_kv_heads,
      width: header.dim,
      hidden: header.hidden_dim,
      tied: header.vocab_size > 0,
    });
    const parameters = readBlocks(read, header, model);
    const tokenizer = readLlama2cTokenizer(tokenizerPath, Math.abs(header.vocab_size));
    return { model, weights: { parameters, state: {} }, data: { unit: 'running' }, tokenizer };
  });
}

function headerOf(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Object.fromEntries(names.map((name, i) => [name, view.getInt32(4 * i, true)])) as Header;
}

const isSane = (h: Header): boolean =>
  names.every((name) => (name === 'vocab_size' ? h[name] !== 0 : h[name] > 0) && Math.abs(h[name]) < 1e7) &&
  h.n_layers <= 1000 &&
  h.dim % (2 * h.n_heads) === 0 &&
  h.n_heads % h.n_kv_heads === 0;

/** Bytes of a file with these sizes: with a shared output layer, and with one of its own. */
function sizesOf(h: Header): [number, number] {
  const headWidth = h.dim / h.n_heads;
  const block =
    2 * h.dim + h.dim * h.dim * 2 + 2 * h.dim * h.n_kv_heads * headWidth + 3 * h.dim * h.hidden_dim;
  const table = Math.abs(h.vocab_size) * h.dim;
  const tied = HEADER + 4 * (table + h.n_layers * block + h.dim + h.seq_len * headWidth);
  return [tied, tied + 4 * table];
}

function readBlocks(read: ReadRange, h: Header, model: Model): Record<string, Float32Array> {
  const headWidth = h.dim / h.n_heads;
  let at = HEADER;
  const floats = (count: number): Float32Array => {
    const bytes = read(at, 4 * count);
    at += 4 * count;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  };
  const values: Record<string, Float32Array> = {};
  const each = (part: string, size: number, change = (v: Float32Array) => v) => {
    for (let i = 0; i < h.n_layers; i++) values[`block/${i}/${part}`] = change(floats(size));
  };
  values['embedding/token'] = floats(Math.abs(h.vocab_size) * h.dim);
  each('attention/norm/scale', h.dim);
  each('attention/query/weight', h.dim * h.dim, (v) => halvesFromPairs(v, h.n_heads, headWidth));
  const keys = h.n_kv_heads * headWidth * h.dim;
  each('attention/key/weight', keys, (v) => halvesFromPairs(v, h.n_kv_heads, headWidth));
  each('attention/value/weight', keys);
  each('attention/output/weight', h.dim * h.dim);
  each('mlp/norm/scale', h.dim);
  each('mlp/gate/weight', h.hidden_dim * h.dim);
  each('mlp/down/weight', h.dim * h.hidden_dim);
  each('mlp/up/weight', h.hidden_dim * h.dim);
  values['output/norm/scale'] = floats(h.dim);
  // Tables of cosines and sines follow, which are computed anew.
  at += 4 * h.seq_len * headWidth;
  if (h.vocab_size < 0) values['output/weight'] = floats(-h.vocab_size * h.dim);
  return Object.fromEntries(model.parameters.map(({ name }) => [name, values[name]!]));
}

/** Rows (2i, 2i + 1) of each head's matrix become rows (i, i + width / 2). */
export function halvesFromPairs(matrix: Float32Array, heads: number, width: number): Float32Array {
  const row = matrix.length / (heads * width);
  const out = new Float32Array(matrix.length);
  for (let head = 0; head < heads; head++)
    for (let i = 0; i < width; i++) {
      const to = head * width + (i % 2 === 0 ? i / 2 : (i - 1) / 2 + width / 2);
      const from = (head * width + i) * row;
      out.set(matrix.subarray(from, from + row), to * row);
    }
  return out;
}

/** Bytes of a piece at most; merges of a piece are as many as it has characters, each as long. */
const LONGEST_PIECE = 1024;

/** Ids below this are marks and bytes; the learned pieces follow. */
const PIECES = 259;

/**
 * The tokenizer of llama2.c: int32 longest piece, then for each id a float32 score, int32 length and UTF-8. Text gets a
 * space before it and is merged by score. As a `tokenizer.json` it is a BPE whose merges are ordered by the score of
 * what they give; characters without a piece are their bytes.
 */
export function readLlama2cTokenizer(path: string, vocabularySize: number): Tokenizer {
  const tokenizerFormat = 'llama2.c tokenizer';
  const bytes = readFileChecked(path, tokenizerFormat);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4;
  const pieces: { piece: string; score: number }[] = [];
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  for (let id = 0; id < vocabularySize; id++) {
    const length = at + 8 <= bytes.length ? view.getInt32(at + 4, true) : -1;
    if (length > LONGEST_PIECE && at + 8 + length <= bytes.length)
      throw badFile(
        tokenizerFormat,
        path,
        `the piece of id ${id} has ${showCount(length)} bytes; at most ${showCount(LONGEST_PIECE)} are allowed`,
        { offset: `byte ${at + 4}` },
      );
    if (length < 0 || at + 8 + length > bytes.length)
      throw badFile(tokenizerFormat, path, `it ends within the piece of id ${id} of ${vocabularySize}`, {
        offset: `byte ${at}`,
      });
    try {
      pieces.push({
        score: view.getFloat32(at, true),
        piece: utf8.decode(bytes.subarray(at + 8, at + 8 + length)),
      });
    } catch {
      throw badFile(tokenizerFormat, path, `the piece of id ${id} is not UTF-8`, {
        offset: `byte ${at + 8}`,
      });
    }
    at += 8 + length;
  }
  if (at !== bytes.length)
    throw badFile(
      tokenizerFormat,
      path,
      `${bytes.length - at} bytes follow the last of its ${vocabularySize} pieces`,
    );
  return tokenizerOf(pieces, path);
}

function tokenizerOf(pieces: readonly { piece: string; score: number }[], path: string): Tokenizer {
  const marks = ['<unk>', '<s>', '</s>'];
  const hex = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  const named = pieces.map(({ piece }, id) => (id < 3 ? marks[id]! : id < PIECES ? hex(id - 3) : piece));
  // Without a prototype: 'constructor' and 'toString' are pieces like others.
  const vocab: Record<string, number> = Object.create(null);
  named.forEach((piece, id) => {
    vocab[piece] ??= id;
  });
  const learned = pieces
    .map(({ piece, score }, id) => ({ piece, score, id }))
    .filter(({ id, piece }) => id >= PIECES && vocab[piece] === id)
    .sort((a, b) => b.score - a.score || a.id - b.id);
  const merges = learned.flatMap(({ piece }) => {
    const characters = [...piece];
    return characters.slice(1).flatMap((_, i) => {
      const pair = [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')];
      return pair.every((part) => (vocab[part] ?? 0) >= PIECES) ? [pair] : [];
    });
  });
  const added = marks.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'Prepend', prepend: ' ' },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [
        { SpecialToken: { id: '<s>', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 0 } },
      ],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
  return huggingFaceTokenizer(file, file, { bos: 1, eos: 2 }, path);
}
