import type { Stage } from './stage.ts';

/** Updates of a stage at most, given those of the whole run (were all like this stage's) and those that are left. */
export function stageSteps(
  stage: Stage,
  last: boolean,
  { all, left }: { all: number; left: number },
): number {
  const { length } = stage;
  if (length.kind === 'convergence' || (last && length.kind === 'share'))
    return Math.max(1, Math.floor(left));
  const wanted = length.kind === 'steps' ? length.steps : Math.round(length.share * all);
  return Math.max(1, Math.floor(Math.min(left, wanted)));
}
