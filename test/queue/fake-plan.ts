import { createHash } from 'node:crypto';
import type { Step, StepKind } from '../../src/study/step.ts';
import type { FakeInputs } from './fake-step.ts';

/** A fake step; its id follows from its content, as that of a real one. */
export function fakeStep(kind: StepKind, inputs: FakeInputs, needs: readonly Step[] = []): Step {
  const ids = needs.map((step) => step.id);
  const id = createHash('sha256')
    .update(JSON.stringify([kind, inputs, ids]))
    .digest('hex')
    .slice(0, 32);
  return {
    id,
    kind,
    label: `${kind} with seed ${inputs.seed}`,
    needs: ids,
    inputs: { ...inputs },
    estimate: { flops: inputs.updates, memory: 0, disk: 0 },
  };
}

/** Like a study: one model, two searches, and trials that need both. */
export function fakePlan(options: { trials: number; updates: number; every: number }): readonly Step[] {
  const { updates, every } = options;
  const pretrain = fakeStep('pretrain', { seed: 1, updates, every });
  const tunes = [2, 3].map((seed) => fakeStep('tune', { seed, updates, every }, [pretrain]));
  const trials = Array.from({ length: options.trials }, (_, i) =>
    fakeStep('trial', { seed: 10 + i, updates, every }, [pretrain, tunes[i % 2]!]),
  );
  return [pretrain, ...tunes, ...trials];
}
