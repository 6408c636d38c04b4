import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { initialProgress, type ProgressAction, reduceProgress } from '../queue/progress.ts';
import { progressLines } from './progress-display.ts';

const noColours = createColors(false);

test('a prediction that has run out says no number', () => {
  const predicted = { seconds: 5, training: 1 };
  const step = { kind: 'trial', label: 'a trial', needs: [], predicted, done: false } as const;
  const actions: ProgressAction[] = [
    { type: 'plan', at: 0, workers: 1, steps: ['a', 'b'].map((id) => ({ id, ...step })) },
    { type: 'started', at: 0, id: 'a', worker: 0 },
    { type: 'finished', at: 5000, id: 'a' },
    { type: 'started', at: 5000, id: 'b', worker: 0 },
  ];
  const progress = actions.reduce(reduceProgress, initialProgress);
  const head = (at: number) => progressLines('study', progress, undefined, at, 100, noColours)[0]!;
  expect(head(7000)).toMatch(/about 3\.0 s left$/);
  expect(head(10_500)).toMatch(/nearly done$/);
});

test('a long name of data leaves room for what moves', () => {
  const label = `pre-train vae on glyphs (${'case: upper, script: latin, '.repeat(4)})`;
  const actions: ProgressAction[] = [
    {
      type: 'plan',
      at: 0,
      workers: 1,
      steps: [{ id: 'p', kind: 'pretrain', label, needs: [], predicted: undefined, done: false }],
    },
    { type: 'started', at: 0, id: 'p', worker: 0 },
    {
      type: 'event',
      at: 1000,
      id: 'p',
      event: { type: 'progress', done: 1200, total: 3000, phase: 'training' },
    },
  ];
  const progress = actions.reduce(reduceProgress, initialProgress);
  const lines = progressLines('study', progress, undefined, 2000, 80, noColours);
  const line = lines.find((text) => text.includes('pre-train'))!;
  expect(line).toMatch(/^ {2}1 pre-train vae on glyphs.*… {2}training 1,200\/3,000 {2}2\.0 s$/);
  expect(line.length).toBeLessThan(80);
});
