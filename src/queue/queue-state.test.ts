import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeStep } from '../../test/queue/fake-plan.ts';
import { openStore } from '../store/open-store.ts';
import type { StepRecord } from '../store/step-record.ts';
import type { Store } from '../store/store.ts';
import type { Step } from '../study/step.ts';
import { advanceQueue, blockerOf, chooseStep, createQueue, type QueueState, retries } from './queue-state.ts';

const inputs = (seed: number) => ({ seed, updates: 1, every: 1 });

describe('the next step', () => {
  const pretrains = [1, 2].map((seed) => fakeStep('pretrain', inputs(seed)));
  const trials = [10, 11, 12, 13].map((seed, i) => fakeStep('trial', inputs(seed), [pretrains[i % 2]!]));
  const tune = fakeStep('tune', inputs(3), [pretrains[0]!]);
  const tuned = fakeStep('trial', inputs(20), [pretrains[0]!, tune]);
  const done = new Set(pretrains.map((step) => step.id));

  test('is one that others wait for', () => {
    const queue = createQueue([...pretrains, ...trials, tune, tuned], done);
    expect(chooseStep(queue, undefined)).toBe(tune);
  });

  test('shares a need with the last one, and otherwise follows the plan', () => {
    const queue = createQueue([...pretrains, ...trials], done);
    expect(chooseStep(queue, undefined)).toBe(trials[0]);
    expect(chooseStep(queue, trials[3])).toBe(trials[1]);
    expect(chooseStep(queue, pretrains[1])).toBe(trials[1]);
    expect(chooseStep(queue, fakeStep('trial', inputs(30)))).toBe(trials[0]);
  });

  test('is none while all that is left is running or waits', () => {
    const queue = advanceQueue(createQueue([pretrains[0]!, trials[0]!], new Set()), {
      type: 'start',
      id: pretrains[0]!.id,
      worker: 0,
    });
    expect(chooseStep(queue, undefined)).toBeUndefined();
  });
});

/** A random plan: step i needs some of the steps before it. */
const plans = fc
  .array(fc.array(fc.nat({ max: 6 }), { maxLength: 2 }), { minLength: 1, maxLength: 7 })
  .map((needs) => {
    const steps: Step[] = [];
    for (const [i, befores] of needs.entries())
      steps.push(
        fakeStep(
          'trial',
          inputs(i),
          [...new Set(befores)].flatMap((before) => (before < i ? [steps[before]!] : [])),
        ),
      );
    return steps;
  });
const happenings = fc.array(
  fc.record({
    what: fc.constantFrom(
      'start',
      'start',
      'finish',
      'finish',
      'fail',
      'crash',
      'put-back',
      'restart',
      'forbidden',
    ),
    which: fc.nat({ max: 20 }),
  }),
  { maxLength: 25 },
);

/** A run over a real store, driven by what happens to its workers. */
class Simulation {
  private readonly store: Store;
  private readonly plan: readonly Step[];
  private queue: QueueState;
  /** Records of finished steps as they were then. */
  private readonly finished = new Map<string, StepRecord>();
  private readonly workers = [0, 1, 2];

  private constructor(store: Store, plan: readonly Step[], queue: QueueState) {
    this.store = store;
    this.plan = plan;
    this.queue = queue;
  }

  static async begin(store: Store, plan: readonly Step[]): Promise<Simulation> {
    await store.prepare(plan);
    return new Simulation(store, plan, createQueue(plan, new Set()));
  }

  private running() {
    return [...this.queue.steps.values()].filter(({ state }) => state === 'running');
  }

  private record = async (id: string) => (await this.store.steps([id]))[0]!;

  async act(what: string, which: number): Promise<void> {
    if (what === 'restart') return this.restart();
    if (what === 'forbidden') return this.tryForbidden(which);
    if (what === 'start') {
      const busy = new Set(this.running().map(({ worker }) => worker));
      const worker = this.workers.find((w) => !busy.has(w));
      const step = chooseStep(this.queue, undefined);
      if (worker === undefined || step === undefined) return;
      const before = await this.record(step.id);
      const after = await this.store.start(step.id, String(worker));
      expect(after).toMatchObject({
        state: 'running',
        attempts: before.attempts + 1,
        holder: String(worker),
      });
      this.queue = advanceQueue(this.queue, { type: 'start', id: step.id, worker });
      return;
    }
    const running = this.running();
    if (running.length === 0) return;
    const { step } = running[which % running.length]!;
    const seconds = { wall: which, cpu: which / 2 };
    const before = this.queue;
    this.queue = advanceQueue(before, {
      type: what as 'finish' | 'fail' | 'crash' | 'put-back',
      id: step.id,
    });
    const state = this.queue.steps.get(step.id)!.state;
    if (what === 'finish') {
      await this.store.finish(step.id, { seed: which }, seconds);
      this.finished.set(step.id, await this.record(step.id));
    } else if (state === 'ready') {
      await this.store.putBack(step.id, seconds);
    } else {
      expect(what === 'fail' || before.steps.get(step.id)!.crashes === retries).toBe(true);
      await this.store.fail(step.id, { kind: 'unexpected', message: what }, seconds);
    }
    for (const [id, entry] of this.queue.steps)
      if (entry.state === 'failed' && before.steps.get(id)!.state === 'waiting')
        await this.store.fail(id, { kind: 'blocked', message: blockerOf(this.queue, id)!.label });
  }

  /** The program is killed and started again: failed steps and running ones may be tried again. */
  private async restart(): Promise<void> {
    // Finished steps are told by their files, which these steps do not have; so the store is asked alone.
    const records = await this.store.steps(this.plan.map((step) => step.id));
    const done = new Set(records.filter(({ state }) => state === 'done').map(({ id }) => id));
    await this.store.prepare(this.plan.filter((step) => !done.has(step.id)));
    this.queue = createQueue(this.plan, done);
  }

  /** Changes that the rules forbid are refused and change nothing. */
  private async tryForbidden(which: number): Promise<void> {
    const step = this.plan[which % this.plan.length]!;
    const before = await this.record(step.id);
    const attempts: Promise<unknown>[] = [];
    const seconds = { wall: 99, cpu: 99 };
    if (before.state !== 'running') {
      attempts.push(this.store.finish(step.id, 'forged', seconds));
      attempts.push(this.store.putBack(step.id, seconds));
      attempts.push(this.store.fail(step.id, { kind: 'unexpected', message: 'forged' }, seconds));
    }
    if (before.state !== 'pending') {
      attempts.push(this.store.start(step.id, 'another'));
      attempts.push(this.store.fail(step.id, { kind: 'blocked', message: 'forged' }));
    }
    for (const outcome of await Promise.allSettled(attempts))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } });
    if (before.state !== 'running') await this.store.log([], new Map([[step.id, seconds]]));
    expect(await this.record(step.id)).toEqual(before);
  }

  async check(): Promise<void> {
    const expected = {
      waiting: 'pending',
      ready: 'pending',
      running: 'running',
      done: 'done',
      failed: 'failed',
    };
    for (const [id, { state, worker, step }] of this.queue.steps) {
      const record = await this.record(id);
      expect(record.state).toBe(expected[state]);
      expect(record.holder).toBe(state === 'running' ? String(worker) : null);
      if (state === 'running' || state === 'done')
        for (const need of step.needs) expect(this.queue.steps.get(need)!.state).toBe('done');
    }
    const holders = this.running().map(({ worker }) => worker);
    expect(new Set(holders).size).toBe(holders.length);
    for (const [id, record] of this.finished) expect(await this.record(id)).toEqual(record);
  }

  /** From wherever it is, the plan ends with every step done or failed. */
  async drain(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) {
      await this.act('start', 0);
      await this.act('finish', turn);
    }
    for (const [id, { state }] of this.queue.steps) {
      expect(['done', 'failed']).toContain(state);
      if (state === 'failed') {
        const { failure } = await this.record(id);
        if (failure!.kind === 'blocked') expect(blockerOf(this.queue, id)).toBeDefined();
      }
    }
  }
}

test('whatever happens, no step is lost or run twice at once, and what is finished stays as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-model-'));
  let count = 0;
  try {
    await fc.assert(
      fc.asyncProperty(plans, happenings, async (plan, sequence) => {
        const store = await openStore(join(folder, String(count++)), 'a model');
        try {
          const simulation = await Simulation.begin(store, plan);
          for (const { what, which } of sequence) {
            await simulation.act(what, which);
            await simulation.check();
          }
          await simulation.drain();
          await simulation.check();
        } finally {
          await store.close();
        }
      }),
      { numRuns: 30 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
