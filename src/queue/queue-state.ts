import type { Step } from '../study/step.ts';

/**
 * Which step may run when: a pure state machine over a plan. Each step is
 * `waiting` (for steps that it needs), `ready`, `running` on one worker, `done`, or `failed`; a step whose needs failed
 * is failed itself (blocked).
 */
export interface QueueState {
  readonly steps: ReadonlyMap<string, QueuedStep>;
}

export interface QueuedStep {
  readonly step: Step;
  readonly state: 'waiting' | 'ready' | 'running' | 'done' | 'failed';
  readonly worker?: number;
  /** How often a worker died over it in this run. */
  readonly crashes: number;
}

export type QueueAction =
  | { readonly type: 'start'; readonly id: string; readonly worker: number }
  | { readonly type: 'finish'; readonly id: string }
  | { readonly type: 'fail'; readonly id: string }
  /** Its worker died. */
  | { readonly type: 'crash'; readonly id: string }
  /** It was interrupted and may go on later. */
  | { readonly type: 'put-back'; readonly id: string };

/** How often a step is tried again after its worker died. */
export const retries = 2;

/** The queue of a plan in which the steps `done` are finished. Needs that are not in the plan count as done. */
export function createQueue(plan: readonly Step[], done: ReadonlySet<string>): QueueState {
  const steps = new Map<string, QueuedStep>();
  for (const step of plan)
    steps.set(step.id, { step, state: done.has(step.id) ? 'done' : 'waiting', crashes: 0 });
  return { steps: settle(steps) };
}

/** The queue after something happened. An action that does not fit the step's state is an error of the caller. */
export function advanceQueue(queue: QueueState, action: QueueAction): QueueState {
  const entry = queue.steps.get(action.id);
  const needed = action.type === 'start' ? 'ready' : 'running';
  if (entry?.state !== needed)
    throw new Error(`'${action.type}' needs a step that is ${needed}; ${action.id} is ${entry?.state}`);
  const { step, crashes } = entry;
  const steps = new Map(queue.steps);
  steps.set(action.id, nextEntry());
  return { steps: settle(steps) };

  function nextEntry(): QueuedStep {
    switch (action.type) {
      case 'start':
        return { step, crashes, state: 'running', worker: action.worker };
      case 'finish':
        return { step, crashes, state: 'done' };
      case 'fail':
        return { step, crashes, state: 'failed' };
      case 'put-back':
        return { step, crashes, state: 'ready' };
      case 'crash':
        return { step, crashes: crashes + 1, state: crashes < retries ? 'ready' : 'failed' };
    }
  }
}

/**
 * The step that a worker should take next. Steps that others wait for come first; then those that share a need with
 * the worker's last step, whose data it still has in memory; then the plan's order.
 */
export function chooseStep(queue: QueueState, last: Step | undefined): Step | undefined {
  const awaited = new Set<string>();
  for (const { step, state } of queue.steps.values())
    if (state === 'waiting') for (const need of step.needs) awaited.add(need);
  const known = new Set(last === undefined ? [] : [last.id, ...last.needs]);
  let best: Step | undefined;
  let bestScore = -1;
  for (const { step, state } of queue.steps.values()) {
    if (state !== 'ready') continue;
    const score = (awaited.has(step.id) ? 2 : 0) + (step.needs.some((need) => known.has(need)) ? 1 : 0);
    if (score > bestScore) {
      best = step;
      bestScore = score;
    }
  }
  return best;
}

/** The failed step for which `id` cannot run, if there is one. */
export function blockerOf(queue: QueueState, id: string): Step | undefined {
  for (const need of queue.steps.get(id)?.step.needs ?? []) {
    const entry = queue.steps.get(need);
    if (entry?.state === 'failed') return entry.step;
  }
  return undefined;
}

/** Moves waiting steps on whose needs are all done, or of which one failed, until nothing changes. */
function settle(steps: Map<string, QueuedStep>): Map<string, QueuedStep> {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [id, entry] of steps) {
      if (entry.state !== 'waiting') continue;
      const needs = entry.step.needs.map((need) => steps.get(need)?.state ?? 'done');
      const state = needs.includes('failed')
        ? 'failed'
        : needs.every((need) => need === 'done')
          ? 'ready'
          : undefined;
      if (state === undefined) continue;
      steps.set(id, { ...entry, state });
      changed = true;
    }
  }
  return steps;
}
