import type { Citation } from '../citation.ts';
import { metrics } from '../metrics/index.ts';
import { techniques } from '../techniques/index.ts';

/** Works behind the statistics and the optimiser. */
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
  readonly techniques: readonly string[];
  readonly metrics: readonly string[];
  /** Stated comparisons were tested. */
  readonly compared: boolean;
  /** Benefits were read off learning curves. */
  readonly learning: boolean;
}

/** The works that a study's techniques, metrics and statistics come from, each once, by key. */
export function usedCitations(used: Used): Citation[] {
  const of = (
    table: Readonly<Record<string, { readonly citations: readonly Citation[] }>>,
    names: readonly string[],
  ) => names.flatMap((name) => table[name]?.citations ?? []);
  const all: Citation[] = [
    ...of(techniques, used.techniques),
    ...of(metrics, used.metrics),
    ...(used.compared ? [works.student, works.holm] : []),
    ...(used.learning ? [works.taylor] : []),
  ];
  const byKey = new Map(all.map((citation) => [citation.key, citation]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
