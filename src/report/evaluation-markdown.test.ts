import { expect, test } from 'vitest';
import { imageRows, syntheticTrials } from '../../test/synthetic-study.ts';
import type { Evaluation } from '../study/evaluate-checkpoint.ts';
import { evaluationMarkdown } from './evaluation-markdown.ts';

test('names and remarks from outside cannot become markup', () => {
  const odd = 'a|b <img src=x>\n## c';
  const [trial] = syntheticTrials({ rows: imageRows.slice(0, 1), budgets: [25], seeds: [1] });
  const { result } = trial!;
  const evaluation: Evaluation = {
    label: odd,
    family: 'vae',
    item: 'image',
    target: odd,
    targetHash: '0',
    trial: result,
    measurements: result.measurements.map((m) => ({ ...m, on: m.on === 'target' ? 'target' : odd })),
    variance: 0.1,
    items: [],
    units: { noun: 'item', count: 0, of: [] },
    suitability: {
      fit: 'unknown',
      conclusion: `How near ${odd} is`,
      path: [{ question: odd, found: odd, answer: odd }],
      evidence: [{ text: odd, measurements: [] }],
      suggestion: odd,
      limits: odd,
    },
    notes: [odd],
  };
  const text = evaluationMarkdown(evaluation);
  const escaped = 'a\\|b \\<img src=x\\> \\#\\# c';
  expect(text.startsWith(`# ${escaped} on ${escaped}\n`)).toBe(true);
  expect(text).toContain(`- ${escaped}\n`);
  expect(text.replaceAll(escaped, '')).not.toMatch(/img|## c/);
});
