import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from 'vitest';
import { bpeTokenizer, trainBpeTokenizer } from '../../src/data/tokenizers/bpe-tokenizer.ts';
import { byteTokenizer } from '../../src/data/tokenizers/byte-tokenizer.ts';
import { trainCharacterTokenizer } from '../../src/data/tokenizers/character-tokenizer.ts';
import { readTokenizerJson } from '../../src/data/tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../../src/data/tokenizers/tokenizer.ts';
import { trainBpe } from '../../src/data/tokenizers/train-bpe.ts';

/** From `tokenizers/generate.py`. */
const reference: {
  texts: { text: string; gpt2: number[] }[];
  files: { path: string; count: number; sha256: string }[];
  sweeps: { from: number; to: number; sha256: string }[];
  training: {
    text: string;
    vocabularySize: number;
    merges: [string, string][];
    vocab: string[];
    sample: string;
    ids: number[];
  };
  largeTraining: {
    path: string;
    vocabularySize: number;
    mergesSha256: string;
    lastMerge: [string, string];
    count: number;
  };
} = JSON.parse(readFileSync(new URL('tokenizers/reference.json', import.meta.url), 'utf8'));

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const data = join(shared, 'data');
const read = (path: string) => readFileSync(join(data, path), 'utf8');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const idsHash = (ids: Int32Array) => sha256(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));

describe('byte-level BPE trainer', () => {
  const { text, vocabularySize, merges, vocab, sample, ids } = reference.training;

  test('gives the merges and ids of Hugging Face tokenizers', () => {
    const model = trainBpe([text], vocabularySize);
    expect(model.merges).toEqual(merges);
    expect(Object.keys(model.vocab).sort((a, b) => model.vocab[a]! - model.vocab[b]!)).toEqual(vocab);
    expect([...bpeTokenizer(model).encode(sample)]).toEqual(ids);
  });

  test.skipIf(!existsSync(data))('the same on a whole corpus (needs shared data)', () => {
    const { path, vocabularySize: size, mergesSha256, lastMerge, count } = reference.largeTraining;
    const model = trainBpe([read(path)], size);
    expect(model.merges.at(-1)).toEqual(lastMerge);
    expect(sha256(JSON.stringify(model.merges))).toBe(mergesSha256);
    expect(bpeTokenizer(model).encode(read(path)).length).toBe(count);
  });
});

describe.skipIf(!existsSync(data))("GPT-2's tokenizer (needs shared data)", () => {
  /** The `tokenizer.json` of the two files that GPT-2 came in. */
  const load = () => {
    const vocab = JSON.parse(read('pretrained-gpt2-bpe/vocab.json')) as Record<string, number>;
    const lines = read('pretrained-gpt2-bpe/merges.txt').split(/\r?\n/);
    const merges = lines.filter((line) => line !== '' && !line.startsWith('#version'));
    const content = '<|endoftext|>';
    const file = {
      added_tokens: [{ id: vocab[content], content, special: true }],
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
      model: { type: 'BPE', vocab, merges },
    };
    return readTokenizerJson(JSON.stringify(file), 'tokenizer.json');
  };

  test('gives the ids of Hugging Face tokenizers', () => {
    const gpt2 = load();
    expect(gpt2.vocabularySize).toBe(50257);
    expect(gpt2.special).toEqual({ bos: 50256, eos: 50256, pad: 50256 });
    for (const { text, gpt2: ids } of reference.texts) {
      expect([text, ...gpt2.encode(text)]).toEqual([text, ...ids]);
      expect(gpt2.decode(ids)).toBe(text);
    }
    for (const { path, count, sha256: hash } of reference.files) {
      const ids = gpt2.encode(read(path));
      expect([path, ids.length, idsHash(ids)]).toEqual([path, count, hash]);
      expect(gpt2.decode(ids)).toBe(read(path));
    }
  });

  test('finds the same words around every character up to U+31FF', () => {
    const gpt2 = load();
    const differing = reference.sweeps.filter(({ from, to, sha256: hash }) => {
      let text = '';
      for (let code = from; code < to; code++) {
        const c = String.fromCodePoint(code);
        text += `a${c}${c} 1 ${c}b `;
      }
      return idsHash(gpt2.encode(text)) !== hash;
    });
    expect(differing.map(({ from }) => `U+${from.toString(16)}`)).toEqual([]);
  });
});

describe('tokenizer.json', () => {
  const text = `${reference.training.text} naïve, Straße`;
  const tokenizers: Record<string, Tokenizer> = {
    byte: byteTokenizer({ ends: true }),
    character: trainCharacterTokenizer([text], { ends: true }),
    'character without fallback': trainCharacterTokenizer([text], { unseen: 'refuse' }),
    bpe: trainBpeTokenizer([text], { vocabularySize: 420 }),
  };
  const samples = [text, 'to be, or not\n to be', 'Straße', ''];

  test.each(Object.entries(tokenizers))(
    '%s: read by @huggingface/tokenizers with equal ids',
    (_, tokenizer) => {
      const theirs = new HuggingFaceTokenizer(tokenizer.toJSON(), {});
      for (const sample of samples) {
        expect(theirs.encode(sample, { add_special_tokens: false }).ids).toEqual([
          ...tokenizer.encode(sample),
        ]);
      }
    },
  );

  test.each(Object.entries(tokenizers))('%s: read back as the same tokenizer', (_, tokenizer) => {
    const again = readTokenizerJson(JSON.stringify(tokenizer.toJSON()), 'tokenizer.json');
    expect({ ...again, encode: 0, decode: 0, toJSON: 0 }).toEqual({
      ...tokenizer,
      encode: 0,
      decode: 0,
      toJSON: 0,
    });
    expect(again.toJSON()).toEqual(tokenizer.toJSON());
    for (const sample of samples) expect(again.encode(sample)).toEqual(tokenizer.encode(sample));
  });

  test('unseen characters are bytes for both', () => {
    const tokenizer = tokenizers.character!;
    const theirs = new HuggingFaceTokenizer(tokenizer.toJSON(), {});
    const sample = 'Łódź 😀';
    expect(theirs.encode(sample, { add_special_tokens: false }).ids).toEqual([...tokenizer.encode(sample)]);
  });
});
