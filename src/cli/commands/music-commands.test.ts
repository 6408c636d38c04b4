import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { commandFolder } from '../../../test/command-folder.ts';
import { splitTunes } from '../../data/sources/abc-tunes.ts';
import { loadCheckpoint } from '../../models/checkpoint.ts';
import { stream } from '../../random.ts';

const { folder, run } = commandFolder('music');
beforeAll(() => {
  const draws = stream(4);
  const tune = (n: number) => {
    const bar = (k: number) => [...draws.child(n).child(k).integers(4, 7)].map((i) => 'CDEFGAB'[i]).join('');
    return `X:${n}\nT:Tune ${n}\nM:4/4\nL:1/4\nK:C\n${[0, 1, 2].map(bar).join('|')}|]\n`;
  };
  writeFileSync(join(folder, 'tunes.abc'), Array.from({ length: 60 }, (_, i) => tune(i + 1)).join('\n'));
});

test('a recurrent model of tunes: pre-trained, evaluated, sampled as ABC', async () => {
  const trained = await run(
    ...['pretrain', 'recurrent', '--data', './tunes.abc', '--out', 'model', 'tokenizer=abc', 'steps=20'],
    ...['batch=8', 'looks=2', 'learningRate=0.02', 'width=16', 'hidden=24', 'layers=1', 'context=40'],
  );
  expect([trained.code, trained.said]).toEqual([0, expect.anything()]);
  const { tokenizer, model } = loadCheckpoint(join(folder, 'model'));
  expect(tokenizer!.kind).toBe('abc');
  expect(model.layers).toEqual(['embedding', 'recurrent/0', 'output']);
  const drawn = await run('sample', 'model', '--count', '3', '--out', 'new.abc');
  expect(drawn.code).toBe(0);
  expect(splitTunes(readFileSync(join(folder, 'new.abc'), 'utf8'))).toHaveLength(3);
  const judged = await run(
    ...['evaluate', 'model', '--data', './tunes.abc', '--json', 'sampling.count=4', 'evaluation.items=6'],
  );
  expect(judged.code).toBe(0);
  const { measurements } = JSON.parse(judged.out) as {
    measurements: { metric: string; extras?: { real?: number } }[];
  };
  const valid = measurements.find(({ metric }) => metric === 'valid_tunes');
  expect(valid!.extras!.real).toBe(1);
});
