import { dataContext } from '../data/data-context.ts';
import { lookUp } from '../errors.ts';
import { metrics } from '../metrics/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { checkBudgets, checkSeeds, checkSourceSeeds } from './check-study.ts';
import { choosePrimary } from './choose-primary.ts';
import { planData, splitSource } from './plan-data.ts';
import { planModels } from './plan-models.ts';
import { planTrials } from './plan-trials.ts';
import { planWarnings } from './plan-warnings.ts';
import { requirePlanned } from './planned-metrics.ts';
import { sampleNetworks } from './sample-features.ts';
import type { StudyPlan } from './study-plan.ts';
import type { StudySpec } from './study-spec.ts';
import { resolveRows } from './technique-row.ts';

/** Makes the plan of a study. `base` is the study file's folder, `graftData` the list of data folders. */
export async function planStudy(
  spec: StudySpec,
  base: string,
  graftData: string | undefined,
): Promise<StudyPlan> {
  const rows = resolveRows(spec.techniques);
  const seeds =
    typeof spec.seeds === 'number' ? Array.from({ length: spec.seeds }, (_, i) => i + 1) : spec.seeds;
  checkSeeds(seeds);
  checkSourceSeeds(splitSource(spec).seeds, seeds.length);
  if (spec.primary !== undefined)
    lookUp<Metric>('metric', metrics as Record<string, Metric>, spec.primary, 'primary');
  const data = await planData(spec, dataContext(base, graftData));
  const { target, source, unseen } = data;
  checkBudgets(spec, target.prepared, seeds);
  const { models, steps: pretraining } = planModels(spec, base, data);
  const { trials, steps: others } = planTrials({ spec, data, models, rows, seeds });
  // A step that two parts of a study share is done once.
  const steps = new Map([...pretraining, ...others].map((step) => [step.id, step]));
  if (spec.primary !== undefined)
    requirePlanned(spec.primary, {
      models,
      test: target.prepared.test,
      items: spec.evaluation.items,
      samples: spec.sampling.count,
      networks: target.prepared.test.kind === 'image' ? sampleNetworks(spec.target) : {},
    });
  const primary = spec.primary ?? choosePrimary(models, target.prepared.test, spec.sampling.count);
  const plan = { spec, rows, seeds, models, ...(primary === undefined ? {} : { primary }) };
  return {
    name: spec.name,
    ...plan,
    steps: [...steps.values()],
    trials,
    data: {
      target: target.prepared,
      ...(source === undefined ? {} : { source: source.prepared }),
      unseen: unseen.map(({ prepared }) => prepared),
    },
    warnings: planWarnings(plan, data),
  };
}
