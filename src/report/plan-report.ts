import { itemWord } from '../data/data-set.ts';
import type { PreparedData } from '../data/prepare-data.ts';
import type { StepRecord } from '../store/step-record.ts';
import { ownOptimisers } from '../study/model-training.ts';
import type { TrialInputs } from '../study/step-inputs.ts';
import type { StudyPlan } from '../study/study-plan.ts';
import { countParameters } from '../tensor/parameters.ts';
import { collectReport, type ReportInput } from './collect-report.ts';
import { describeData } from './describe-data.ts';
import type { DataDescription, Environment, ReportData, Resources } from './report-data.ts';

/** What became of a plan. */
export interface PlanRun {
  /** Records of the plan's steps. */
  readonly steps: readonly StepRecord[];
  /** Folder of a finished step. */
  readonly directory: (step: string) => string;
  readonly predicted: Resources | null;
  readonly actual: Resources;
  readonly environment: Environment;
  /** Bytes that pictures and texts may take. */
  readonly mediaBytes?: number;
}

/** Test examples shown of data other than the target. */
const FEW = 12;

/** What of a report follows from the plan alone: plain JSON, to be kept beside the results. */
export type PlanDescription = Omit<ReportInput, keyof PlanRun>;

/** The report of a planned study from what its steps left. */
export async function planReport(plan: StudyPlan, run: PlanRun): Promise<ReportData> {
  return collectReport({ ...run, ...(await describePlan(plan)) });
}

/** Describes a plan for reports: matrix, models, data with examples. */
export async function describePlan(plan: StudyPlan): Promise<PlanDescription> {
  const { spec, models, data } = plan;
  const image = data.target.train.kind === 'image';
  const running = data.target.train.kind === 'text' && data.target.train.unit === 'running';
  return {
    spec,
    rows: plan.rows,
    seeds: plan.seeds,
    ...(plan.primary === undefined ? {} : { primary: plan.primary }),
    trials: plan.trials,
    warnings: plan.warnings,
    kind: image ? 'image' : 'text',
    ...(running ? { item: 'passage' } : {}),
    ...(itemWord(data.target.train) === 'tune' ? { item: 'tune' } : {}),
    models: models.map(({ label, family, model, pretraining }, i) => {
      const given = spec.models[i];
      const folder = given !== undefined && 'checkpoint' in given ? given.checkpoint : undefined;
      const optimisers = ownOptimisers(model);
      return {
        label,
        family,
        parameters: countParameters(model.parameters),
        origin:
          pretraining.length > 0
            ? 'pre-trained on the source by this study'
            : `from the checkpoint ${folder ?? label}`,
        pretraining,
        ...(optimisers.length === 0 ? {} : { optimisers }),
      };
    }),
    data: await describeAll(plan),
  };
}

async function describeAll({ data, steps, models, spec }: StudyPlan): Promise<DataDescription[]> {
  // Trials name their data as measurements do; all trials have the same.
  const inputs = steps.find(({ kind }) => kind === 'trial')?.inputs as unknown as TrialInputs | undefined;
  const encoding = models[0]?.encoding;
  const describe = (
    prepared: PreparedData,
    role: DataDescription['role'],
    name: string | undefined,
    shown: number,
  ) =>
    describeData(prepared, {
      role,
      name: name ?? prepared.name,
      shown,
      ...(encoding?.kind === 'image' ? { values: encoding.values } : {}),
    });
  return Promise.all([
    ...(data.source === undefined ? [] : [describe(data.source, 'source', inputs?.source?.name, FEW)]),
    describe(data.target, 'target', inputs?.target.name, spec.sampling.shown),
    ...data.unseen.map((prepared, i) => describe(prepared, 'unseen', inputs?.evaluateOn[i]?.name, FEW)),
  ]);
}
