import type { DataContext } from '../data/data-context.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { heldOutOf } from '../data/prepare-data.ts';
import { removedAny } from '../data/remove-overlap.ts';
import { longForm } from '../data/resolve-data-spec.ts';
import { dataBytes } from './estimate-step.ts';
import { type Loaded, loadData, toldApart } from './loaded-data.ts';
import type { HeldOutInput } from './step-inputs.ts';
import type { StudySpec } from './study-spec.ts';

/** The data sets of a plan, loaded and divided. */
export interface PlanData {
  readonly target: Loaded;
  readonly source?: Loaded;
  /** Sets never trained on. */
  readonly unseen: readonly Loaded[];
  /** What the source may not be trained on. */
  readonly heldOut: HeldOutInput;
  /** All of them: what a model must be able to take. */
  readonly sets: readonly Loaded[];
  /** Bytes that they take in memory. */
  readonly bytes: number;
}

/** Loads a study's data: the source without what the target holds out and without test items of sets never trained on. */
export async function planData(spec: StudySpec, context: DataContext): Promise<PlanData> {
  const target = await loadData(spec.target, context, 'target');
  const others: Loaded[] = [];
  for (const [i, given] of spec.evaluate_on.entries())
    others.push(await loadData(given, context, `evaluate_on.${i}`));
  const unseen = toldApart(others, 'evaluate_on');
  const { spec: sourceSpec } = splitSource(spec);
  const source =
    sourceSpec === undefined
      ? undefined
      : await loadData(sourceSpec, context, 'source', {
          heldOut: heldOutOf(target.prepared),
          unseen: unseen.map(({ prepared }) => prepared.test),
        });
  const overlap = source?.prepared.report.unseenOverlap;
  const sets = [target, ...(source === undefined ? [] : [source]), ...unseen];
  return {
    target,
    ...(source === undefined ? {} : { source }),
    unseen,
    heldOut: {
      target: target.input,
      // Sets that took nothing away do not change what is trained, unless items of other sets are drawn into it.
      unseen:
        overlap !== undefined && (removedAny(overlap) || drawsOffDomain(sourceSpec!))
          ? unseen.map(({ input }) => input)
          : [],
    },
    sets,
    bytes: dataBytes(sets.map(({ prepared }) => prepared)),
  };
}

/** Whether some of the training items are replaced by items of another set. */
const drawsOffDomain = (spec: DataSpec): boolean =>
  (longForm(spec).corrupt?.['off-domain']?.fraction ?? 0) > 0;

/** The source's data set, and how often models are pre-trained on it. */
export function splitSource({ source }: StudySpec): { spec: DataSpec | undefined; seeds: number } {
  if (source === undefined || typeof source === 'string') return { spec: source, seeds: 1 };
  const { seeds, ...spec } = source;
  return { spec: spec as DataSpec, seeds };
}
