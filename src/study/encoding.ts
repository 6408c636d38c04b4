import { classLabels } from '../data/class-labels.ts';
import { type DataSet, type ImageSet, type TextSet, utf8Length } from '../data/data-set.ts';
import {
  type ImageValues,
  pixelsInWords,
  representationOf,
  representImages,
} from '../data/represent-images.ts';
import { encodeItem, type Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import type { ExampleTable } from '../models/example-table.ts';
import { NO_TARGET } from '../models/next-token.ts';

/** How the items of a data set become a model's fields. */
export type Encoding =
  | {
      readonly kind: 'image';
      readonly values: ImageValues;
      /** Classes that the model knows, where it makes examples by class. */
      readonly classes?: readonly string[];
    }
  | {
      readonly kind: 'text';
      readonly tokenizer: Tokenizer;
      readonly context: number;
      readonly ends: boolean;
      /** The first token of an item is given, not predicted. */
      readonly first?: 'given';
    };

/** Examples as a model sees them, with what is needed to count per item. */
export interface EncodedSet {
  readonly table: ExampleTable;
  /** What likelihoods are likelihoods of; only equal ones are compared. */
  readonly representation: string;
  /**
   * For text: the item that each row belongs to (a long item takes several rows), and the UTF-8 bytes of each item that
   * are predicted.
   */
  readonly text?: { readonly item: Int32Array; readonly bytes: Float64Array };
}

/** What the pixels of images are that samples of a model are compared with. */
export const pixelsOf = (encoding: Encoding): string =>
  encoding.kind === 'image' ? pixelsInWords(encoding.values) : '';

/** Encodes every item of a set of examples. */
export function encodeSet(set: DataSet, encoding: Encoding): EncodedSet {
  if (set.kind !== encoding.kind)
    throw new GraftError('bad-data', {
      what: `data set '${set.name}'`,
      problem: `holds ${set.kind}s where the model needs ${encoding.kind}s`,
    });
  return set.kind === 'image'
    ? encodeImages(set, encoding as Extract<Encoding, { kind: 'image' }>)
    : encodeTexts(set, encoding as Extract<Encoding, { kind: 'text' }>);
}

function encodeImages(set: ImageSet, { values, classes }: Extract<Encoding, { kind: 'image' }>): EncodedSet {
  const { data, count, representation } = representImages(set, values);
  const { channels, height, width } = representation;
  return {
    table: {
      count,
      fields: {
        x: { shape: [channels, height, width], data },
        ...(classes === undefined ? {} : { label: { shape: [], data: classLabels(set, classes) } }),
      },
    },
    representation: representationOf(set, values).name,
  };
}

/**
 * Each item becomes `beginning mark, tokens, end mark` (the end mark only where items end: not for windows of running
 * text), cut into rows of the model's context; targets are the tokens that follow, `NO_TARGET` behind the end. A
 * tokenizer without a beginning mark leaves nothing that the first token could be predicted from: it is given, and its
 * bytes do not count.
 */
function encodeTexts(set: TextSet, encoding: Extract<Encoding, { kind: 'text' }>): EncodedSet {
  const { tokenizer, context, ends, first } = encoding;
  const bytes = new Float64Array(set.documents.length);
  const rows: { item: number; tokens: Int32Array; targets: Int32Array }[] = [];
  set.documents.forEach((text, item) => {
    const whole = encodeItem(tokenizer, text);
    const ids = ends
      ? whole
      : whole.subarray(0, tokenizer.special.eos === undefined ? whole.length : whole.length - 1);
    const known = first === 'given' && ids.length > 0 ? tokenizer.tokenBytes[ids[0]!]! : 0;
    bytes[item] = utf8Length(text) - known;
    for (let start = 0; start + 1 < ids.length; start += context) {
      const tokens = new Int32Array(context);
      const targets = new Int32Array(context).fill(NO_TARGET);
      const n = Math.min(context, ids.length - 1 - start);
      tokens.set(ids.subarray(start, start + n));
      targets.set(ids.subarray(start + 1, start + 1 + n));
      rows.push({ item, tokens, targets });
    }
  });
  const join = (part: 'tokens' | 'targets') => {
    const data = new Int32Array(rows.length * context);
    rows.forEach((row, i) => {
      data.set(row[part], i * context);
    });
    return { shape: [context], data };
  };
  return {
    table: { count: rows.length, fields: { tokens: join('tokens'), targets: join('targets') } },
    representation: `text by ${tokenizer.kind} tokens (vocabulary ${tokenizer.vocabularySize}), ${ends ? 'items' : 'windows'} in contexts of ${context}`,
    text: {
      item: Int32Array.from(rows, ({ item }) => item),
      bytes,
    },
  };
}

/** Tokens of the longest item, marks included, less the last, which is never an input. */
export function longestExample(set: TextSet, tokenizer: Tokenizer): number {
  return set.documents.reduce((most, text) => Math.max(most, encodeItem(tokenizer, text).length - 1), 1);
}
