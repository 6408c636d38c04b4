import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { type TechniqueName, techniques } from '../techniques/index.ts';
import type { Technique } from '../techniques/technique.ts';
import { type ScheduleSpec, scheduleSpec } from '../training/schedules/schedule-spec.ts';

const names = Object.keys(techniques) as [TechniqueName, ...TechniqueName[]];

const common = {
  schedule: scheduleSpec.optional().describe('learning-rate schedule of this row'),
  learningRate: z.number().positive().optional().describe('a rate fixed by hand for this row'),
  layerDecay: z
    .number()
    .positive()
    .optional()
    .describe(
      "learning rates by layer: each layer's is that of the next one towards the output, divided by this",
    ),
};

const withOptions = names.map((name) => {
  const entry: Technique = techniques[name];
  return z.strictObject({ [name]: entry.options.extend(common).partial().describe(entry.summary) });
});

/** A row of the comparison: `fine-tune`, or `{ fine-tune: { schedule: cosine } }`. */
export const techniqueRow = z
  .union([z.enum(names), ...withOptions])
  .describe('a technique, with options where they differ from the defaults');

export type TechniqueRowInput = z.input<typeof techniqueRow>;

/** A technique with its options, as the plan uses it. */
export interface TechniqueRow {
  readonly name: TechniqueName;
  /** Stable and readable; unique in the study. */
  readonly label: string;
  /** Options with defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly schedule?: ScheduleSpec;
  readonly learningRate?: number;
  readonly layerDecay?: number;
}

/** Fills in defaults and makes labels from what was written. Two equal rows are an error. */
export function resolveRows(rows: readonly z.output<typeof techniqueRow>[]): TechniqueRow[] {
  const resolved = rows.map(resolveRow);
  const labels = resolved.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined)
    throw new GraftError('conflict', {
      first: `technique '${twice}'`,
      second: 'another row of the same technique and options',
      reason: 'rows must differ',
      where: 'techniques',
    });
  return resolved;
}

function resolveRow(row: z.output<typeof techniqueRow>): TechniqueRow {
  const [name, given] = (typeof row === 'string' ? [row, {}] : Object.entries(row)[0]!) as [
    TechniqueName,
    Record<string, unknown>,
  ];
  const entry: Technique = techniques[name];
  const { schedule, learningRate, layerDecay, ...own } = given;
  const options = entry.options.parse(own) as Record<string, unknown>;
  return {
    name,
    label: labelOf(name, given, entry.options.parse({})),
    options,
    ...(schedule === undefined ? {} : { schedule: schedule as ScheduleSpec }),
    ...(learningRate === undefined ? {} : { learningRate: learningRate as number }),
    ...(layerDecay === undefined ? {} : { layerDecay: layerDecay as number }),
  };
}

/** `fine-tune (schedule cosine)`: the name, and the options that differ from their defaults, in alphabetical order. */
function labelOf(
  name: string,
  given: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
): string {
  const parts = Object.keys(given)
    .sort()
    .filter((key) => !isDeepStrictEqual(given[key], defaults[key]))
    .map((key) => `${words(key)} ${text(given[key])}`);
  return parts.length === 0 ? name : `${name} (${parts.join(', ')})`;
}

const words = (key: string): string => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, ...rest } = value as Record<string, unknown>;
  const usual = typeof name === 'string' ? scheduleDefaults(name) : {};
  const options = Object.entries(rest)
    .filter(([key, v]) => !isDeepStrictEqual(v, usual[key]))
    .map(([key, v]) => `${words(key)} ${text(v)}`);
  return [name === undefined ? '' : String(name), ...options].join(' ').trim();
}

/** What the options of a schedule are where nothing is said; empty where some have to be given. */
function scheduleDefaults(name: string): Readonly<Record<string, unknown>> {
  const parsed = scheduleSpec.safeParse({ name });
  return parsed.success ? (parsed.data as unknown as Record<string, unknown>) : {};
}
