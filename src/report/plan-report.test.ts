import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { StepRecord } from '../store/step-record.ts';
import { planStudy } from '../study/plan-study.ts';
import { parseStudy } from '../study/study-spec.ts';
import { reportHtml } from './html/report-html.ts';
import { type PlanRun, planReport } from './plan-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-plan-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run: Omit<PlanRun, 'steps'> = {
  directory: (step) => join(folder, step),
  predicted: null,
  actual: { wallSeconds: 1, memory: 1e8, disk: 1e6 },
  environment: {
    versions: { Graft: '0.1.0' },
    platform: 'linux',
    processor: 'Example CPU',
    cores: 2,
    memory: 2e9,
    workers: 2,
    threadsPerWorker: 1,
    device: 'cpu',
  },
};

const plan = (study: object) => planStudy(parseStudy(study, 'test'), folder, undefined);

describe('the report of a plan', () => {
  test('describes data, models and what failed, before anything finished', async () => {
    const planned = await plan({
      name: 'letters',
      source: { dataset: 'glyphs', select: { style: 'sans-serif' } },
      target: { dataset: 'glyphs', select: { style: 'handwriting' } },
      models: [{ family: 'vae' }],
      techniques: ['source-only', 'from-scratch', 'fine-tune'],
      budgets: [100, 25],
      seeds: 2,
      evaluate_on: [{ dataset: 'glyphs', select: { style: 'serif' } }],
    });
    const steps = planned.steps.map(
      (step): StepRecord => ({
        ...step,
        state: step.kind === 'pretrain' ? 'failed' : 'pending',
        attempts: 1,
        holder: null,
        result: null,
        failure: step.kind === 'pretrain' ? { kind: 'error', message: 'the disk is full' } : null,
        seconds: { wall: 1, cpu: 1 },
        startedAt: 0,
        finishedAt: 0,
      }),
    );
    const report = await planReport(planned, { ...run, steps });
    expect(report.data.map(({ role }) => role)).toEqual(['source', 'target', 'unseen']);
    const [source, target] = report.data as [(typeof report.data)[number], (typeof report.data)[number]];
    expect(source.counts.train).toBe(planned.data.source!.train.count);
    expect(target).toMatchObject({ unit: 'image', overlapRemoved: null });
    expect(target.examples).toMatchObject({ kind: 'image' });
    expect(report.matrix.budgets).toEqual([25, 100]);
    expect(report.study).toMatchObject({ kind: 'image', item: 'image' });
    expect(report.models).toMatchObject([
      { label: 'vae', origin: 'pre-trained on the source by this study', pretraining: [] },
    ]);
    expect(report.failures).toMatchObject([{ kind: 'pretrain', reason: 'the disk is full' }]);
    expect(report.comparison).toBeNull();
    const page = reportHtml(report);
    expect(page).toContain('no trial finished');
    expect(page).not.toMatch(/\bNaN\b|undefined|\[object/);
  });

  test('of text says what is counted', async () => {
    const planned = await plan({
      name: 'names',
      source: { dataset: 'names', select: { language: 'english' } },
      target: { dataset: 'names', select: { language: 'italian' } },
      models: [{ family: 'transformer' }],
      techniques: ['from-scratch', 'fine-tune'],
      budgets: [50],
      seeds: 1,
    });
    const report = await planReport(planned, { ...run, steps: [] });
    expect(report.study).toMatchObject({ kind: 'text', item: 'text' });
    const target = report.data.find(({ role }) => role === 'target')!;
    expect(target.unit).toBe('text');
    expect(target.examples?.kind === 'text' && target.examples.items.length).toBe(36);
    expect(report.warnings.map(({ text }) => text)).toEqual([...planned.warnings]);
  });
});
