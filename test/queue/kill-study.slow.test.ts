import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stream } from '../../src/random.ts';
import type { Json } from '../../src/study/step.ts';
import { type BuiltFakes, buildFakes } from './build-fakes.ts';
import { killAndResume, launch } from './kill-and-resume.ts';

const study = {
  name: 'tiny',
  source: { dataset: 'glyphs', select: { style: 'sans-serif', script: 'latin', case: 'upper' } },
  target: { dataset: 'glyphs', select: { style: 'handwriting', script: 'latin', case: 'upper' } },
  models: [{ family: 'vae', hidden: [32], latent: 4, pretrain: { steps: 200, batch: 32 } }],
  techniques: ['from-scratch', 'fine-tune', 'gradual-unfreezing'],
  budgets: [25],
  seeds: 2,
  training: { steps: 100, batch: 16, learningRate: [0.001, 0.003] },
  sampling: { count: 36, shown: 36 },
  evaluation: { items: 60, importanceSamples: 8 },
};

/** What clock and memory say: costs that may differ. */
const measuredCosts = [
  'seconds',
  'trainingSeconds',
  'trainingCpuSeconds',
  'measuringSeconds',
  'peakMemory',
  'sampleLatency',
  'sampleThroughput',
];

let fakes: BuiltFakes;
let folder: string;
beforeAll(async () => {
  fakes = await buildFakes();
  folder = mkdtempSync(join(tmpdir(), 'graft-kill-study-'));
});
afterAll(() => {
  fakes.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(process.platform === 'win32')(
  'killed 20 times anywhere, a real study ends with the same weights and measurements',
  async () => {
    const file = join(folder, 'study.yaml');
    writeFileSync(file, JSON.stringify(study));
    const subject = {
      command: (workspace: string) => [fakes.runStudy, workspace, file, '2'],
      steps: [] as string[],
      comparable: withoutCosts,
      // Snapshots every 25 ms instead of every 5 s.
      clock: 200,
    };
    const first = await launch(subject, join(folder, 'first'));
    expect(first).toMatchObject({ exitCode: 0 });
    subject.steps = JSON.parse(first.output) as string[];
    const happened = await killAndResume(subject, {
      folder,
      killAt: fakes.killAt,
      stream: stream(21),
      kills: 20,
    });
    expect(happened).toHaveLength(20);
  },
  3_600_000,
);

function withoutCosts(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutCosts);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !measuredCosts.includes(key))
      .map(([key, child]) => [key, withoutCosts(child)]),
  );
}
