import { expect, test } from 'vitest';
import type { StepFailure, StepRecord } from '../store/step-record.ts';
import { reportFailures } from './report-problems.ts';

const step = (id: string, failure: StepFailure | null, needs: readonly string[] = []): StepRecord => ({
  id,
  kind: 'trial',
  label: `step ${id}`,
  needs,
  inputs: null,
  estimate: { flops: 0, memory: 0, disk: 0 },
  state: failure === null ? 'done' : 'failed',
  attempts: 1,
  holder: null,
  result: null,
  failure,
  seconds: { wall: 0, cpu: 0 },
  startedAt: null,
  finishedAt: null,
});

test('each failed step has the reason that was recorded, once', () => {
  const cell = { model: 'vae', technique: 'fine-tune', budget: 25, seed: 1 };
  const steps = [
    step('a', { kind: 'error', code: 'not-finite', message: 'training loss is not finite.' }),
    step('b', { kind: 'blocked', message: "it needs 'step a', which failed", facts: { by: 'a' } }, ['a']),
    step('c', null),
  ];
  expect(reportFailures({ steps, trials: [{ cell, step: 'b' }] })).toEqual([
    { step: 'a', kind: 'trial', label: 'step a', reason: 'training loss is not finite.' },
    { step: 'b', kind: 'trial', label: 'step b', cell, reason: "it needs 'step a', which failed" },
  ]);
});
