import { type DataContext, dataContext } from '../data/data-context.ts';
import type { DataSet, TextSet } from '../data/data-set.ts';
import { examplesOf, heldOutOf, type PreparedData, prepareData } from '../data/prepare-data.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { trainTokenizer } from '../data/tokenizers/train-tokenizer.ts';
import { GraftError } from '../errors.ts';
import { type EncodedSet, type Encoding, encodeSet } from './encoding.ts';
import type { DataInput, EncodingInput, HeldOutInput } from './step-inputs.ts';

/**
 * Data of a study as steps ask for them, loaded once in a process. Everything is checked against the hash in the
 * step's inputs, so that a data set that changed on disk cannot slip into a plan made before.
 */
export class StudyData {
  readonly context: DataContext;
  private readonly prepared = new Map<string, Promise<PreparedData>>();
  private readonly encoded = new Map<string, EncodedSet>();
  private readonly tokenizers = new Map<string, Promise<Tokenizer>>();

  constructor(base: string, graftData: string | undefined) {
    this.context = dataContext(base, graftData);
  }

  /** Splits of a data set, without what another one holds out. */
  load(input: DataInput, heldOut?: HeldOutInput): Promise<PreparedData> {
    const key = JSON.stringify([input, heldOut]);
    const known = this.prepared.get(key);
    if (known !== undefined) return known;
    const loading = this.prepare(input, heldOut);
    this.prepared.set(key, loading);
    return loading;
  }

  private async prepare(input: DataInput, heldOut?: HeldOutInput): Promise<PreparedData> {
    const target = heldOut === undefined ? undefined : await this.load(heldOut.target);
    const unseen: DataSet[] = [];
    for (const one of heldOut?.unseen ?? []) unseen.push((await this.load(one)).test);
    const data = await prepareData(input.spec, this.context, {
      ...(target === undefined ? {} : { heldOut: heldOutOf(target) }),
      unseen,
      where: input.name,
    });
    if (data.hash !== input.hash)
      throw new GraftError('bad-data', {
        what: `data set '${input.name}'`,
        problem: 'has changed since the study was planned',
        hint: 'Run the study again to plan it anew.',
      });
    return data;
  }

  /** One part of a prepared data set as examples. */
  async examples(
    input: DataInput,
    part: 'train' | 'validation' | 'test',
    heldOut?: HeldOutInput,
  ): Promise<DataSet> {
    const data = await this.load(input, heldOut);
    return examplesOf(data[part], data.window);
  }

  /** The encoding of a step's inputs; `own` is the tokenizer of a checkpoint. */
  async encoding(input: EncodingInput, own?: Tokenizer): Promise<Encoding> {
    if (input.kind === 'image') return input;
    const { context, ends, first } = input;
    const how = { kind: 'text', context, ends, ...(first === undefined ? {} : { first }) } as const;
    if (input.tokenizer === 'checkpoint') {
      if (own === undefined)
        throw new GraftError('bad-data', {
          what: 'checkpoint',
          problem: 'has no tokenizer.json, which text needs',
        });
      return { ...how, tokenizer: own };
    }
    return { ...how, tokenizer: await this.tokenizer(input.tokenizer) };
  }

  private tokenizer(
    input: Exclude<Extract<EncodingInput, { kind: 'text' }>['tokenizer'], string>,
  ): Promise<Tokenizer> {
    const key = JSON.stringify(input);
    const known = this.tokenizers.get(key);
    if (known !== undefined) return known;
    const training = this.examples(input.on, 'train', input.heldOut).then((set) =>
      trainTokenizer(input.spec, (set as TextSet).documents, true),
    );
    this.tokenizers.set(key, training);
    return training;
  }

  /** A whole part, encoded and kept. `limit` takes some of the items alone. */
  async encode(
    input: DataInput,
    part: 'train' | 'validation' | 'test',
    encoding: Encoding,
    limit: (set: DataSet) => DataSet = (set) => set,
    limitKey = '',
    heldOut?: HeldOutInput,
  ): Promise<EncodedSet> {
    const encodingKey =
      encoding.kind === 'image' ? encoding : { ...encoding, tokenizer: encoding.tokenizer.toJSON() };
    const key = JSON.stringify([input, part, encodingKey, limitKey, heldOut]);
    const known = this.encoded.get(key);
    if (known !== undefined) return known;
    const result = encodeSet(limit(await this.examples(input, part, heldOut)), encoding);
    this.encoded.set(key, result);
    return result;
  }
}
