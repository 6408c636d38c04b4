import { z } from 'zod';
import { corruptionFields } from './corrupt.ts';
import { defaultSplit } from './splits.ts';

const word = z.union([z.string(), z.number()]);

/** Which items of a data set: what a person writes under `select`. */
const selection = z
  .union([z.string(), z.record(z.string(), z.union([word, z.array(word).min(1)]))])
  .describe('one value of any attribute (serif), or values per attribute ({ style: serif, label: [3, 5] })');

/** Formats that a person may name; without one the content of the file or folder decides. */
export const ownDataFormats = [
  'idx',
  'npy',
  'npz',
  'array-folder',
  'cifar-binary',
  'image',
  'image-folder',
  'image-zip',
  'text',
  'text-folder',
  'jsonl',
  'parquet',
  'midi',
] as const;
export type OwnDataFormat = (typeof ownDataFormats)[number];

const fraction = z.number().min(0).max(1);

export const splitSpec = z
  .strictObject({
    train: fraction.default(defaultSplit.train),
    validation: fraction.default(defaultSplit.validation),
    test: fraction.default(defaultSplit.test),
    seed: z.int().min(0).default(defaultSplit.seed),
    duplicates: z
      .enum(['remove', 'keep'])
      .default('remove')
      .describe('what happens to exact duplicates within and across splits'),
  })
  .describe('fractions of items (or of characters of running text) and the seed that divides them');

const reading = {
  select: selection.optional(),
  resize: z
    .union([z.int().min(1).max(4096), z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])])
    .optional()
    .describe('size of the images that the model sees: a side, or [height, width]'),
  fit: z
    .enum(['cover', 'contain', 'fill', 'pad'])
    .default('cover')
    .describe(
      'how images of another shape get that size: cover crops to the shape, contain adds a black frame, fill stretches (all antialiased); pad adds a black frame without resampling',
    ),
  patch: z
    .int()
    .min(1)
    .max(4096)
    .optional()
    .describe('instead of resizing, cut each image into squares of this many pixels; one image is one group'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .describe('1 = grey, 3 = RGB; converted where the files differ'),
  invert: z.boolean().default(false).describe('swap light and dark'),
  window: z
    .int()
    .min(1)
    .default(256)
    .describe('characters of one example of running text; longer texts are cut in such windows'),
};

/** A set by its name, with `name/part` for a selection in the short form. */
export const namedData = z.strictObject({
  dataset: z.string().min(1).describe('name of a known data set; graft data ls lists them'),
  path: z.string().min(1).optional().describe('where its files are, if not below the data folders'),
  ...reading,
});

/** A person's own data. */
export const ownData = z.strictObject({
  path: z.string().min(1).describe('file or folder, relative to the study file'),
  format: z.enum(ownDataFormats).optional().describe('format, where the file does not show it'),
  field: z
    .string()
    .min(1)
    .optional()
    .describe('column that holds the texts or images (JSONL, parquet), array that holds the images (npz)'),
  label: z.string().min(1).optional().describe('column or array that holds the class'),
  unit: z
    .enum(['line', 'file', 'running', 'tune'])
    .optional()
    .describe(
      'what one text of a plain text file is: part of running text (the default), a line, a whole file, or a tune of ABC notation (the default for .abc)',
    ),
  ...reading,
});

/** Data to read, without what is done to their training part. */
export const dataSource = z.union([z.string().min(1), namedData, ownData]);
export type DataSource = z.input<typeof dataSource>;

const corruption = z
  .strictObject({
    ...corruptionFields,
    'off-domain': z
      .strictObject({ fraction, from: dataSource })
      .optional()
      .describe('fraction of items replaced by items of another data set'),
  })
  .describe('damage to the training data, in a given amount: the quality axis');

const preparing = {
  size: z
    .int()
    .min(1)
    .optional()
    .describe('training items used, at most (characters, for running text): the quantity axis'),
  corrupt: corruption.optional(),
  split: splitSpec.optional(),
};

export const namedDataSpec = namedData.extend(preparing);
export const ownDataSpec = ownData.extend(preparing);

/** What a person writes for a data set in a study: `glyphs/serif`, `{ dataset: … }` or `{ path: … }`. */
export const dataSpec = z
  .union([
    z.string().min(1).describe('name, name/part, or a path that begins with ./, ../ or /'),
    namedDataSpec,
    ownDataSpec,
  ])
  .describe('a data set');

export type DataSpec = z.input<typeof dataSpec>;
