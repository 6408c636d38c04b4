import { contentId } from './canonical-json.ts';
import type { Json, Step, StepKind } from './step.ts';

/** A step with the id that follows from its content. */
export function makeStep(
  kind: StepKind,
  label: string,
  needs: readonly string[],
  inputs: object,
  estimate: Step['estimate'],
): Step {
  const content = JSON.parse(JSON.stringify(inputs)) as Json;
  return {
    id: contentId({ kind, inputs: content, needs: [...needs] }),
    kind,
    label,
    needs,
    inputs: content,
    estimate,
  };
}

/** Without the keys that are undefined: as JSON leaves them out. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}
