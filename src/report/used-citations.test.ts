import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticReport } from '../../test/synthetic-report.ts';
import { imageRows, type SyntheticStudy, textRows } from '../../test/synthetic-study.ts';
import type { OptimiserSpec } from '../engine/optimisers/optimiser-spec.ts';
import { parseStudy } from '../study/study-spec.ts';
import { usedCitations } from './used-citations.ts';

const study: SyntheticStudy = { rows: imageRows.slice(1), budgets: [25], seeds: [1, 2, 3] };
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cited-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is cited is what was used', async () => {
  const report = await syntheticReport(study, join(folder, 'images'));
  const keys = report.citations.map(({ key }) => key);
  expect(keys).toEqual([...keys].sort());
  expect(keys).toContain('holm1979simple');
  expect(new Set(keys).size).toBe(keys.length);
  // The model family, the optimiser, the schedule of the pre-training.
  expect(keys).toEqual(expect.arrayContaining(['kingma2014auto', 'kingma2015adam', 'loshchilov2017sgdr']));
  expect(keys.filter((key) => /vaswani|hinton|reddi|smith|goyal/.test(key))).toEqual([]);
  const texts = await syntheticReport({ ...study, kind: 'text', rows: textRows }, join(folder, 'texts'));
  const ofTexts = texts.citations.map(({ key }) => key);
  expect(ofTexts).toEqual(expect.arrayContaining(['vaswani2017attention', 'radford2019language']));
  expect(ofTexts).not.toContain('kingma2014auto');
});

test('options and rows call for works of their own', () => {
  const keys = (
    models: readonly { readonly family: string; readonly [option: string]: unknown }[],
    training: object,
    row: object,
    own: { optimisers?: readonly OptimiserSpec[] } = {},
  ) => {
    const techniques = ['source-only', { 'fine-tune': row }];
    const spec = parseStudy(
      {
        name: 's',
        source: 'glyphs/serif',
        target: 'glyphs/script',
        models,
        training,
        techniques,
        budgets: [9],
      },
      'test',
    );
    const rows = [
      { label: 'source-only', name: 'source-only', options: {} },
      { label: 'fine-tune', name: 'fine-tune', options: {}, ...row },
    ] as const;
    const used = usedCitations({
      spec,
      rows,
      models: [{ family: models[0]!.family, pretraining: [], ...own }],
      metrics: [],
      compared: false,
      learning: false,
    });
    return used.map(({ key }) => key);
  };
  const plain = keys([{ family: 'autoencoder' }], { optimiser: 'sgd' }, {});
  expect(plain).toEqual(['hinton2006reducing', 'robbins1951stochastic', 'yosinski2014transferable']);
  const much = keys(
    [{ family: 'autoencoder', noise: 0.1 }],
    { optimiser: { name: 'adamw', amsgrad: true } },
    { schedule: { name: 'cosine', warmup: '5%' }, layerDecay: 2.6 },
  );
  expect(much).toEqual([
    'goyal2017accurate',
    'hinton2006reducing',
    'howard2018universal',
    'kingma2015adam',
    'loshchilov2017sgdr',
    'loshchilov2019decoupled',
    'reddi2018convergence',
    'vincent2010stacked',
    'yosinski2014transferable',
  ]);
  // Optimisers of a model's players are those that train it, unless the study states another.
  const gan = [{ family: 'gan', spectralNorm: false }];
  const players = { optimisers: [{ name: 'adadelta' }] } as const;
  expect(keys(gan, {}, {}, players)).toContain('zeiler2012adadelta');
  const stated = keys(gan, { optimiser: 'adam' }, {}, players);
  expect(stated).toContain('kingma2015adam');
  expect(stated).not.toContain('zeiler2012adadelta');
});
