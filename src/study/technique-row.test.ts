import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseSpec } from '../data/parse-spec.ts';
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

test('a misspelt technique is answered with every choice once', () => {
  const parse = () => parseSpec(z.array(techniqueRow), ['fine-tun'], 'study.yaml');
  expect(parse).toThrow(/'fine-tun' \(study\.yaml: 0\)\. Did you mean 'fine-tune'\? Known: .*\bfine-tune\b/);
  expect(parse).not.toThrow(/\{ fine-tune \}|\bfine-tune\b.*\bfine-tune\b.*\bfine-tune\b/);
});

test('rows that train alike are refused, however they are written', () => {
  expect(() => rows('feature-extraction', { 'feature-extraction': { layers: 1 } })).toThrow(
    'rows must differ',
  );
});
