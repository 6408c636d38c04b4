import { describePlan, type PlanDescription, type PlanRun } from '../report/plan-report.ts';
import type { TrialInputs } from '../study/step-inputs.ts';
import type { StudyPlan } from '../study/study-plan.ts';

/** What a report needs to know of a study besides what its steps left behind: written once, beside the results. */
export type StudyFacts = PlanDescription & Pick<PlanRun, 'predicted' | 'environment'>;

/** The facts of a plan. */
export async function studyFacts(
  plan: StudyPlan,
  run: Pick<PlanRun, 'predicted' | 'environment'>,
): Promise<StudyFacts> {
  return { ...(await describePlan(plan)), ...run };
}

/** The names under which a plan's trials know their data sets: `glyphs (style: serif)`. */
export function dataNames(plan: StudyPlan): { target: string; source: string | undefined } {
  const inputs = plan.steps.find(({ kind }) => kind === 'trial')?.inputs as unknown as
    | TrialInputs
    | undefined;
  return {
    target: inputs?.target.name ?? plan.data.target.name,
    source: inputs?.source?.name ?? plan.data.source?.name,
  };
}
