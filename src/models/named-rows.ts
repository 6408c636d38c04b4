import { fallbackIds, tokenTexts } from '../data/tokenizers/token-texts.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { utf8Text } from '../data/tokenizers/utf8.ts';
import { isGraftError } from '../errors.ts';
import type { Model } from './model.ts';

/**
 * For each new row of a tensor whose rows have names the old rows that it comes from: one of the same name, several for the
 * pieces of a token's text, none where it has no counterpart.
 */
export interface RowSources {
  /** What the rows are found by. */
  readonly by: 'token' | 'class';
  readonly rows: readonly (readonly number[])[];
}

/** Rows of a vocabulary by the text of their tokens; undefined where both tokenizers are the same, or one is not known. */
export function rowsByToken(
  before: Tokenizer | undefined,
  after: Tokenizer | undefined,
): RowSources | undefined {
  if (before === undefined || after === undefined) return undefined;
  if (JSON.stringify(before.toJSON()) === JSON.stringify(after.toJSON())) return undefined;
  const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  const known = new Map<string, number>();
  // Of the tokens of one text that which spells a byte is hardly ever used.
  const spelling = fallbackIds(before);
  tokenTexts(before).forEach((bytes, id) => {
    if (bytes === undefined) return;
    const other = known.get(key(bytes));
    if (other === undefined || spelling.has(other)) known.set(key(bytes), id);
  });
  const texts = tokenTexts(after);
  const spellingNow = fallbackIds(after);
  const whole = new Set(
    texts.flatMap((bytes, id) => (bytes === undefined || spellingNow.has(id) ? [] : [key(bytes)])),
  );
  const marks = new Map<number, number>();
  for (const mark of ['pad', 'eos', 'bos'] as const) {
    const [to, from] = [after.special[mark], before.special[mark]];
    if (to !== undefined && from !== undefined) marks.set(to, from);
  }
  const rows = texts.map((bytes, id) => {
    const mark = marks.get(id);
    if (mark !== undefined) return [mark];
    if (bytes === undefined || bytes.length === 0) return [];
    if (spellingNow.has(id) && whole.has(key(bytes))) return [];
    const same = known.get(key(bytes));
    if (same !== undefined) return [same];
    const text = utf8Text(bytes);
    if (text.includes('\ufffd')) return [];
    try {
      return [...before.encode(text)];
    } catch (error) {
      // The old vocabulary has no tokens for it.
      if (isGraftError(error, 'bad-data')) return [];
      throw error;
    }
  });
  return { by: 'token', rows };
}

/**
 * Rows of classes by their names, and behind them the row for no class, which some tables have; undefined where both
 * models have the same classes, or one has none.
 */
export function rowsByClass(
  before: Pick<Model, 'classes'>,
  after: Pick<Model, 'classes'>,
): RowSources | undefined {
  const [old, fresh] = [before.classes, after.classes];
  if (old === undefined || fresh === undefined) return undefined;
  if (old.length === fresh.length && old.every((name, i) => name === fresh[i])) return undefined;
  const places = new Map(old.map((name, i) => [name, i]));
  const rows = fresh.map((name) => {
    const place = places.get(name);
    return place === undefined ? [] : [place];
  });
  return { by: 'class', rows: [...rows, [old.length]] };
}

/**
 * A tensor [rows] or [rows, width] with its rows in another order and number, and with the leading part of each where the
 * width differs. A token without a counterpart gets the mean of all rows, with which it takes little from the others
 * (Hewitt 2021), in a bias less the logarithm of their number, so that together they are as likely as one average token; a
 * class without one stays as in `fresh`. With the tensor, in words, what was done.
 */
export function moveRows(
  data: Float32Array,
  from: readonly number[],
  to: readonly number[],
  { by, rows }: RowSources,
  fresh: Float32Array,
): { data: Float32Array; how: string } {
  const [height, width = 1] = from as [number, number?];
  const [tall, wide = 1] = to as [number, number?];
  const common = Math.min(width, wide);
  const out = fresh.slice();
  const meanOf = (sources: readonly number[]): Float64Array => {
    const mean = new Float64Array(common);
    for (const source of sources) for (let i = 0; i < common; i++) mean[i]! += data[source * width + i]!;
    return mean.map((sum) => sum / sources.length);
  };
  const all = by === 'token' ? meanOf(Array.from({ length: height }, (_, id) => id)) : undefined;
  const counts = { one: 0, several: 0, none: 0 };
  const known = rows.slice(0, tall).map((sources) => sources.filter((source) => source < height));
  const unknown = known.filter((sources) => sources.length === 0).length;
  if (all !== undefined && from.length === 1 && unknown > 0) all[0]! -= Math.log(unknown);
  known.forEach((there, id) => {
    if (there.length === 0 && all === undefined) return;
    counts[there.length === 0 ? 'none' : there.length === 1 ? 'one' : 'several']++;
    out.set(there.length === 0 ? all! : meanOf(there), id * wide);
  });
  const left = tall - counts.one - counts.several - counts.none;
  const words = [
    `${counts.one} of ${tall} rows by ${by}`,
    ...(by === 'token'
      ? [`${counts.several} from the mean of their pieces`, `${counts.none} from the mean of all rows`]
      : []),
    ...(left === 0 ? [] : [`${left} drawn anew`]),
  ];
  const columns = common === wide ? '' : `; the leading ${common} of ${wide} columns`;
  return { data: out, how: `${words.join(', ')}${columns}` };
}
