import type { z } from 'zod';
import type { Citation } from '../citation.ts';
import { updateRules } from '../engine/optimisers/index.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { metrics } from '../metrics/index.ts';
import { families } from '../models/index.ts';
import { modelTraining, STANDARD_OPTIMISER } from '../study/model-training.ts';
import type { StudySpec } from '../study/study-spec.ts';
import type { TechniqueRow } from '../study/technique-row.ts';
import { techniques } from '../techniques/index.ts';
import { howard2018 } from '../training/howard-2018.ts';
import { schedules } from '../training/schedules/index.ts';
import type { ScheduleSpec } from '../training/schedules/schedule-spec.ts';

/** Works behind the statistics. */
const works = {
  student: {
    key: 'student1908probable',
    type: 'article',
    authors: 'Student',
    title: 'The probable error of a mean',
    venue: 'Biometrika',
    year: 1908,
  },
  holm: {
    key: 'holm1979simple',
    type: 'article',
    authors: 'Holm, Sture',
    title: 'A simple sequentially rejective multiple test procedure',
    venue: 'Scandinavian Journal of Statistics',
    year: 1979,
  },
  taylor: {
    key: 'taylor2009transfer',
    type: 'article',
    authors: 'Taylor, Matthew E. and Stone, Peter',
    title: 'Transfer learning for reinforcement learning domains: a survey',
    venue: 'Journal of Machine Learning Research',
    year: 2009,
  },
} as const satisfies Record<string, Citation>;

/** What of a study calls for citations. */
export interface Used {
  readonly spec: StudySpec;
  readonly rows: readonly TechniqueRow[];
  /** As many as the spec's, in its order. */
  readonly models: readonly {
    readonly family: string;
    readonly pretraining: readonly string[];
    readonly optimisers?: readonly OptimiserSpec[];
  }[];
  readonly metrics: readonly string[];
  /** Stated comparisons were tested. */
  readonly compared: boolean;
  /** Benefits were read off learning curves. */
  readonly learning: boolean;
}

/** An entry of a registry whose citations may depend on its options. */
interface Entry {
  readonly citations: readonly Citation[];
  readonly optionCitations?: Readonly<Record<string, readonly Citation[]>>;
}

/**
 * The works that a study's models, training, techniques, metrics and statistics come from, each once, by key. Of a
 * given checkpoint the family is known, not how it was trained.
 */
export function usedCitations(used: Used): Citation[] {
  const { spec, rows } = used;
  const of = (table: Readonly<Record<string, Entry>>, names: readonly string[]) =>
    names.flatMap((name) => table[name]?.citations ?? []);
  const all: Citation[] = [
    ...used.models.flatMap((model, i) => modelCitations(model, spec.models[i])),
    ...trainingCitations(used),
    ...of(
      techniques,
      rows.map(({ name }) => name),
    ),
    ...of(metrics, used.metrics),
    ...(used.compared ? [works.student, works.holm] : []),
    ...(used.learning ? [works.taylor] : []),
  ];
  const byKey = new Map(all.map((citation) => [citation.key, citation]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function modelCitations(
  model: Used['models'][number],
  given: StudySpec['models'][number] | undefined,
): Citation[] {
  const { family, pretraining } = model;
  const entry = (families as Readonly<Record<string, Entry & { readonly schema: z.ZodObject }>>)[family];
  if (entry === undefined) return [];
  if (given === undefined || 'checkpoint' in given) return [...entry.citations];
  return [
    ...citationsOf(entry, entry.schema, given),
    ...(pretraining.length === 0
      ? []
      : [
          ...optimiserCitations(model, given.pretrain.optimiser),
          ...scheduleCitations(given.pretrain.schedule),
        ]),
  ];
}

function trainingCitations({ spec, rows, models }: Used): Citation[] {
  const trained = rows.filter(({ name }) => techniques[name].trains);
  if (trained.length === 0) return [];
  return [
    ...models.flatMap((model, m) => {
      const training = modelTraining(spec, m);
      return [
        ...optimiserCitations(model, training.optimiser),
        ...trained.flatMap(({ schedule }) => scheduleCitations(schedule ?? training.schedule)),
      ];
    }),
    // Rates that differ by layer are that paper's discriminative fine-tuning.
    ...(trained.some(({ layerDecay }) => layerDecay !== undefined) ? [howard2018] : []),
  ];
}

/** Of the optimiser that was said, else those of the model's players, else the standard one. */
function optimiserCitations(
  { optimisers = [STANDARD_OPTIMISER] }: Used['models'][number],
  said: OptimiserSpec | undefined,
): Citation[] {
  return (said === undefined ? optimisers : [said]).flatMap((spec) => {
    const rule = updateRules[typeof spec === 'string' ? spec : spec.name];
    return citationsOf(rule, rule.options, typeof spec === 'string' ? {} : spec);
  });
}

function scheduleCitations(spec: ScheduleSpec): readonly Citation[] {
  if (typeof spec === 'string') return schedules[spec].citations;
  const warmedUp = spec.warmup === undefined ? [] : schedules['linear-warmup'].citations;
  return [...schedules[spec.name].citations, ...warmedUp];
}

/** An entry's own works, and those of its options: `option` where it is neither false nor zero, `option=value`. */
function citationsOf(
  { citations, optionCitations = {} }: Entry,
  { shape }: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
): Citation[] {
  const on = Object.entries(optionCitations).filter(([key]) => {
    const [option, value] = key.split('=') as [string, string?];
    const chosen = (shape[option] as z.ZodType | undefined)?.parse(given[option]);
    return value === undefined ? Boolean(chosen) : chosen === value;
  });
  return [...citations, ...on.flatMap(([, works]) => works)];
}
