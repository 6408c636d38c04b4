import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { commandFolder } from '../../../test/command-folder.ts';
import { encodeModel } from '../../onnx/encode-model.ts';
import type { NodeProto, TensorProto } from '../../onnx/model-proto.ts';

const { folder, run } = commandFolder('scorer');
const data = '{ dataset: glyphs, select: { style: handwriting }, resize: 12 }';

/** A normal distribution of each pixel around a learnt mean, as another program could write it. */
beforeAll(async () => {
  const node = (opType: string, inputs: string[], output: string): NodeProto => ({
    opType,
    domain: '',
    name: output,
    inputs,
    outputs: [output],
    attributes: {},
  });
  const floats = (name: string, dims: number[], fill: number): TensorProto => ({
    name,
    type: 'float32',
    dims,
    raw: new Uint8Array(new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(fill).buffer),
  });
  const axes: TensorProto = {
    name: 'axes',
    type: 'int64',
    dims: [3],
    raw: new Uint8Array(BigInt64Array.of(1n, 2n, 3n).buffer),
  };
  const model = encodeModel({
    irVersion: 8,
    producerName: '',
    producerVersion: '',
    opsets: { '': 18 },
    metadata: {},
    graph: {
      name: 'normal',
      nodes: [
        node('Sub', ['x', 'pixels.mean'], 'off'),
        node('ReduceSumSquare', ['off', 'axes'], 'squares'),
        node('Mul', ['squares', 'minus half'], 'exponent'),
        node('Reshape', ['exponent', 'row'], 'log probability'),
      ],
      initializers: [
        floats('pixels.mean', [1, 12, 12], 0.2),
        floats('minus half', [], -0.5),
        axes,
        { ...axes, name: 'row', dims: [1], raw: new Uint8Array(BigInt64Array.of(-1n).buffer) },
      ],
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 1, 12, 12] }],
      outputs: [{ name: 'log probability', type: 'float32', shape: ['batch'] }],
    },
  });
  writeFileSync(join(folder, 'normal.onnx'), model);
  expect(await run('import', 'normal.onnx', '--as', 'scorer', '--out', 'scorer')).toMatchObject({ code: 0 });
});

test('a model that judges images and makes none is evaluated by its likelihood', async () => {
  expect(readFileSync(join(folder, 'scorer/README.md'), 'utf8')).toContain('graft evaluate . --data SET');
  const { code, out, said } = await run(
    ...['evaluate', 'scorer', '--data', data, '--json', 'evaluation.items=30'],
  );
  expect([code, said]).toEqual([0, expect.any(String)]);
  const { measurements, trial } = JSON.parse(out) as {
    measurements: { metric: string; on: string }[];
    trial: { cost: object; files: object };
  };
  expect(new Set(measurements.map(({ metric }) => metric))).toEqual(new Set(['nll', 'bits_per_dim']));
  expect(trial.cost).not.toHaveProperty('sampleLatency');
  expect(trial.files).not.toHaveProperty('samples');
  const page = readFileSync(join(folder, 'scorer/evaluation/report.html'), 'utf8');
  expect(page).not.toMatch(/id="samples"|undefined|NaN/);
  expect(existsSync(join(folder, 'scorer/evaluation/samples.png'))).toBe(false);
});

test('it takes part in a study, which likelihood decides, and cannot be sampled', async () => {
  const study = {
    name: 'judges',
    target: { dataset: 'glyphs', select: { style: 'handwriting' }, resize: 12 },
    models: [{ checkpoint: './scorer' }],
    techniques: ['source-only', 'fine-tune'],
    budgets: [40],
    seeds: 1,
  };
  writeFileSync(join(folder, 'study.json'), JSON.stringify(study));
  const { code, out, said } = await run('plan', 'study.json');
  expect([code, said]).toEqual([0, expect.any(String)]);
  expect(out).toContain('(nll), by the default rule');
  writeFileSync(join(folder, 'kid.json'), JSON.stringify({ ...study, primary: 'kid' }));
  expect((await run('plan', 'kid.json')).said).toContain('what every trial of this study measures');
  const sampled = await run('sample', 'scorer');
  expect(sampled.code).toBe(1);
  expect(sampled.said).toContain('it judges examples and makes none');
});
