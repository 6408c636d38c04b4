import { expect, test } from 'vitest';
import { z } from 'zod';
import { resolveRows, type TechniqueRowInput, techniqueRow } from './technique-row.ts';

const rows = (...given: TechniqueRowInput[]) => resolveRows(z.array(techniqueRow).parse(given));

test('labels say what differs from the defaults', () => {
  const resolved = rows(
    'fine-tune',
    { 'fine-tune': { schedule: 'cosine', learningRate: 0.01 } },
    { 'fine-tune': { schedule: { name: 'cosine', floor: 0.1, warmup: 10 } } },
    { 'feature-extraction': { schedule: 'linear' } },
    { 'feature-extraction': { layers: 2 } },
    { 'gradual-unfreezing': { stages: 'equal' } },
    { 'fine-tune': { layerDecay: 2.6 } },
  );
  expect(resolved.map(({ label }) => label)).toEqual([
    'fine-tune',
    'fine-tune (learning rate 0.01, schedule cosine)',
    'fine-tune (schedule cosine floor 0.1 warmup 10)',
    'feature-extraction (schedule linear)',
    'feature-extraction (layers 2)',
    'gradual-unfreezing (stages equal)',
    'fine-tune (layer decay 2.6)',
  ]);
  expect(resolved[6]).toMatchObject({ layerDecay: 2.6, options: {} });
  expect(resolved[3]!.options).toEqual({ layers: 1 });
});

test('rows that train alike are refused, however they are written', () => {
  expect(() => rows('feature-extraction', { 'feature-extraction': { layers: 1 } })).toThrow(
    'rows must differ',
  );
});
