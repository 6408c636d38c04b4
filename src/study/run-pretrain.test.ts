import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSafetensorsFile, writeSafetensorsFile } from '../formats/safetensors.ts';
import { stepFlops } from './adapt.ts';
import { planStudy } from './plan-study.ts';
import { reachedByTraining } from './run-pretrain.ts';
import { runStep } from './run-step.ts';
import type { Json, Step, StepContext, StepEvent } from './step.ts';
import type { PretrainResult, TuneResult } from './step-inputs.ts';
import type { StudyPlan } from './study-plan.ts';
import { parseStudy } from './study-spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-steps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let plan: StudyPlan;
let pretrained: Json;
let now = 0;
const events: StepEvent[] = [];
const rate = (r: number) =>
  plan.steps.find(({ kind, label }) => kind === 'tune' && label.endsWith(`rate ${r}`))!;

/** Every question for the time takes so many milliseconds. */
let tick = 1;

const contextOf = (step: Step, signal = new AbortController().signal): StepContext => {
  const directory = join(folder, step.id);
  mkdirSync(directory, { recursive: true });
  return {
    directory,
    dependency: (id) => ({ directory: join(folder, id), result: pretrained }),
    now: () => {
      now += tick;
      return now;
    },
    emit: (event) => events.push(event),
    signal,
    base: folder,
    threads: 1,
    device: 'cpu',
    earlier: { wall: 0, cpu: 0 },
  };
};

beforeAll(async () => {
  const digits = (style: string) => ({
    dataset: 'glyphs',
    select: { style, script: 'latin', case: 'digit' },
  });
  plan = await planStudy(
    parseStudy(
      {
        name: 'small',
        source: digits('serif'),
        target: digits('handwriting'),
        models: [{ family: 'vae', hidden: [8], latent: 2, pretrain: { steps: 4, batch: 8, looks: 2 } }],
        techniques: ['fine-tune'],
        budgets: [20],
        seeds: 1,
        training: { steps: 30, batch: 8, learningRate: [0.01, 0.02, 1e9], optimiser: 'sgd', looks: 3 },
      },
      'test',
    ),
    folder,
    undefined,
  );
  const step = plan.steps.find(({ kind }) => kind === 'pretrain')!;
  pretrained = await runStep(step, contextOf(step));
});

test('a run of the search that diverges costs what it took until then', async () => {
  const update = stepFlops(plan.models[0]!.model, { batch: 8 }, 16);
  const good = (await runStep(rate(0.01), contextOf(rate(0.01)))) as unknown as TuneResult;
  expect(good.flops).toBe(30 * update);
  const { validation, failure, flops } = (await runStep(
    rate(1e9),
    contextOf(rate(1e9)),
  )) as unknown as TuneResult;
  expect(validation).toBeNull();
  expect(failure).toContain('not finite');
  expect(flops).toBeGreaterThanOrEqual(update);
  expect(flops).toBeLessThan(30 * update);
  expect((pretrained as unknown as PretrainResult).flops).toBeGreaterThan(0);
});

test('the look before the first update does not score a rate', () => {
  const looks = [3, 5, 4, 6].map((validation, i) => ({ step: 10 * i, validation }));
  expect(reachedByTraining(looks)).toBe(4);
});

test('a snapshot that lacks a vector is said, and training starts anew', async () => {
  const step = rate(0.02);
  const whole = (await runStep(step, contextOf(step))) as unknown as TuneResult;
  // Stopped at the look before the first update, so after that: the snapshot stays in the step's folder.
  const stop = new AbortController();
  const stopped = {
    ...contextOf(step, stop.signal),
    emit: (event: StepEvent) => {
      if (event.type === 'look') stop.abort();
    },
  };
  await expect(runStep(step, stopped)).rejects.toMatchObject({ code: 'interrupted' });
  const path = join(stopped.directory, 'snapshot.safetensors');
  const { tensors, metadata } = readSafetensorsFile(path);
  const arrays = new Map([...tensors].filter(([name]) => name !== 'best/parameters/decoder/output/bias'));
  expect(arrays.size).toBe(tensors.size - 1);
  writeSafetensorsFile(path, arrays, metadata);
  events.length = 0;
  tick = 0;
  const again = (await runStep(step, contextOf(step))) as unknown as TuneResult;
  tick = 1;
  expect(events.filter(({ type }) => type === 'warning')).toEqual([
    {
      type: 'warning',
      text: "a training snapshot: it lacks 'best/parameters/decoder/output/bias'. Training starts from its beginning.",
    },
  ]);
  expect({ ...again, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
});
