import type { DataSet, ImageSet } from '../data/data-set.ts';
import { itemWord, subset } from '../data/data-set.ts';
import { examplesOf, type PreparedData } from '../data/prepare-data.ts';
import type { OverlapReport } from '../data/remove-overlap.ts';
import { type ImageValues, representImages } from '../data/represent-images.ts';
import { encodePng } from '../formats/write-png.ts';
import { stream } from '../random.ts';
import { countOf, formatNumber } from '../study/format-number.ts';
import { imageGrid } from '../study/image-grid.ts';
import type { DataDescription, Media } from './report-data.ts';

const COLUMNS = 12;

/** What a description needs to know besides the data. */
export interface DescribeOptions {
  readonly role: DataDescription['role'];
  /** Name as in measurements. */
  readonly name: string;
  /** Examples shown. */
  readonly shown: number;
  /** How models see pixels; examples are shown like that. */
  readonly values?: ImageValues;
}

/** A prepared data set in words and numbers, with some of its test examples. */
export async function describeData(
  prepared: PreparedData,
  { role, name, shown, values }: DescribeOptions,
): Promise<DataDescription> {
  const { report, train, validation, test, hash, window } = prepared;
  const running = train.kind === 'text' && train.unit === 'running';
  const size = (set: DataSet) =>
    running && set.kind === 'text' ? set.documents.reduce((sum, text) => sum + text.length, 0) : set.count;
  const removed = (overlap: OverlapReport | undefined) =>
    overlap === undefined ? null : running ? overlap.characters : overlap.items + overlap.groupItems;
  const examples = await examplesFrom(examplesOf(test, window), shown, values);
  return {
    role,
    name,
    hash,
    unit: train.kind === 'image' ? 'image' : running ? 'character' : itemWord(train),
    counts: { train: size(train), validation: size(validation), test: size(test) },
    division: divisionWords(prepared),
    duplicatesRemoved: Object.values(report.split.duplicatesRemoved).reduce((a, b) => a + b, 0),
    overlapRemoved: removed(report.overlap),
    unseenOverlapRemoved: removed(report.unseenOverlap),
    notes: notesOf(prepared, values),
    ...(train.licence === undefined ? {} : { licence: train.licence }),
    ...(examples === undefined ? {} : { examples }),
  };
}

function divisionWords({ report: { split } }: PreparedData): string {
  const groups = split.groups;
  const total = groups === undefined ? 0 : groups.train + groups.validation + groups.test;
  return {
    predefined: split.published?.includes('test')
      ? 'test set as published'
      : 'validation set as published, test set drawn from the rest',
    group: `divided by whole groups (${formatNumber(total, 0)}), so that none is in two parts`,
    item: 'divided item by item at random',
    document: 'divided by whole documents at random',
    passage: 'cut in reading order',
  }[split.rule];
}

function notesOf({ report, train, window }: PreparedData, values: ImageValues | undefined): string[] {
  const notes: string[] = [];
  if (train.kind === 'image') {
    const { height, width, channels } = train;
    const seen =
      typeof values === 'object'
        ? `, binarised at ${values.binarise}`
        : values === 'levels'
          ? ', 256 levels'
          : '';
    notes.push(`${height} x ${width} pixels, ${channels === 1 ? 'grey' : 'colour'}${seen}`);
  } else if (window !== undefined) notes.push(`examples are windows of ${countOf(window, 'character')}`);
  if (report.size !== undefined)
    notes.push(
      `${formatNumber(report.size.kept, 0)} of ${formatNumber(report.size.of, 0)} kept for training`,
    );
  const { corruption } = report;
  if (corruption !== undefined) {
    const parts = [
      [corruption.offDomain, 'replaced by off-domain items'],
      [corruption.wrongLabels, 'given wrong labels'],
      [corruption.noise, 'made noisy'],
      [corruption.duplicates, 'replaced by copies'],
    ] as const;
    for (const [count, what] of parts) if (count > 0) notes.push(`${formatNumber(count, 0)} ${what}`);
  }
  return notes;
}

/** Test examples in an order drawn once for all: not the first, which may all belong to one class. */
async function examplesFrom(
  set: DataSet,
  shown: number,
  values: ImageValues | undefined,
): Promise<Media | undefined> {
  if (set.count === 0) return undefined;
  const order = stream(0).child('examples').permutation(set.count).subarray(0, shown);
  const some = subset(set, order);
  if (some.kind === 'text') {
    const written = some.notation === undefined ? {} : { notation: some.notation };
    return { kind: 'text', items: some.documents.map((text) => ({ text, ...written })) };
  }
  const picture = imageGrid(asSeen(some, values), Math.min(COLUMNS, some.count));
  const png = await encodePng(picture);
  return {
    kind: 'image',
    png: Buffer.from(png).toString('base64'),
    width: picture.width,
    height: picture.height,
  };
}

function asSeen(set: ImageSet, values: ImageValues = 'unit') {
  const { data } = representImages(set, values);
  return { shape: [set.channels, set.height, set.width], data };
}
