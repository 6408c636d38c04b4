import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WrittenLayer, weightValues, writeTfjs } from '../../test/tfjs-folder.ts';
import { isGraftError } from '../errors.ts';
import { importOnnx } from '../models/imported/import-onnx.ts';
import { stream } from '../random.ts';
import { looksLikeTfjs, readTfjsLayers } from './tfjs-layers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-tfjs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const layers: readonly WrittenLayer[] = [
  { kind: 'InputLayer', name: 'z', config: { batch_input_shape: [null, 3] } },
  {
    kind: 'Dense',
    name: 'd',
    config: { activation: 'relu' },
    from: ['z'],
    weights: { kernel: [3, 8], bias: [8] },
  },
  { kind: 'Reshape', name: 'r', config: { target_shape: [2, 2, 2] }, from: ['d'] },
  { kind: 'UpSampling2D', name: 'u', config: { size: [2, 2] }, from: ['r'] },
  {
    kind: 'Conv2DTranspose',
    name: 't',
    config: { kernel_size: [3, 3], strides: [1, 1], padding: 'same', activation: 'sigmoid' },
    from: ['u'],
    weights: { kernel: [3, 3, 1, 2], bias: [1] },
  },
];
const fresh = () => writeTfjs(mkdtempSync(join(folder, 'm-')), layers);

type Manifest = { paths: string[]; weights: { name: string; shape: number[]; quantization?: object }[] };
interface Description {
  format: string;
  modelTopology?: { model_config: { config: { layers: Record<string, unknown>[] } } };
  weightsManifest: Manifest[];
}

/** A model whose description is changed. */
function changed(change: (json: Description) => void): string {
  const path = fresh();
  const json = JSON.parse(readFileSync(path, 'utf8')) as Description;
  change(json);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isGraftError(error)) return error.code;
    throw error;
  }
  return 'none';
};

test('weights are joined from shards, whatever their borders', () => {
  const model = readTfjsLayers(fresh());
  expect(model.inputs).toEqual(['z']);
  expect(model.outputs).toEqual(['t']);
  for (const { name, weights = {} } of layers)
    for (const [weight, shape] of Object.entries(weights))
      expect(model.weights.get(`${name}/${weight}`)).toEqual({
        shape,
        values: weightValues(name, weight, shape),
      });
});

test('weights of fewer bits are spread over their range again', () => {
  const path = changed(({ weightsManifest: [group] }) => {
    group!.paths = ['q.bin'];
    group!.weights = [
      { name: 'a/kernel', shape: [3], quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { name: 'b/kernel', shape: [2], quantization: { dtype: 'float16' } },
    ].map((w) => ({ ...w, dtype: 'float32' }));
  });
  writeFileSync(join(path, '..', 'q.bin'), Buffer.from([0, 2, 255, 0x00, 0x3c, 0x00, 0xc0]));
  const { weights } = readTfjsLayers(path);
  expect([...weights.get('a/kernel')!.values]).toEqual([-1, 0, 126.5]);
  expect([...weights.get('b/kernel')!.values]).toEqual([1, -2]);
});

test('it is known by its description', () => {
  expect(looksLikeTfjs(fresh())).toBe(true);
  const other = join(folder, 'other.json');
  writeFileSync(other, '{"model": 1}');
  expect(looksLikeTfjs(other)).toBe(false);
});

describe('refused', () => {
  test.each<[string, RegExp, (json: Description) => void]>([
    [
      'a graph model',
      /graph model/,
      (json) => {
        json.format = 'graph-model';
      },
    ],
    [
      'a shard outside of the folder',
      /outside of its folder/,
      ({ weightsManifest: [group] }) => {
        group!.paths = ['../outside.bin'];
      },
    ],
    [
      'a shard that is not there',
      /not found/,
      ({ weightsManifest: [group] }) => {
        group!.paths[0] = 'missing.bin';
      },
    ],
    [
      'weights that take more bytes than there are',
      /take 4,?\d* bytes|take [\d,]+ bytes/,
      ({ weightsManifest: [group] }) => {
        group!.weights[0]!.shape = [1000, 8];
      },
    ],
    [
      'weights of unheard-of size, before anything is allocated',
      /have [\d,.e]+ values/,
      ({ weightsManifest: [group] }) => {
        group!.weights[0]!.shape = [2 ** 29, 2 ** 29, 2 ** 29];
      },
    ],
    [
      'two weights of one name',
      /called 'd\/kernel'/,
      ({ weightsManifest: [group] }) => {
        group!.weights[1]!.name = 'other/d/kernel:0';
      },
    ],
    [
      'no description of layers',
      /no modelTopology/,
      (json) => {
        delete json.modelTopology;
      },
    ],
  ])('%s', (_, message, change) => {
    writeFileSync(join(folder, 'outside.bin'), 'x');
    expect(() => readTfjsLayers(changed(change))).toThrow(message);
  });

  test('a shard that is a link out of the folder', () => {
    const path = changed(({ weightsManifest: [group] }) => {
      group!.paths = ['link.bin'];
    });
    writeFileSync(join(folder, 'outside.bin'), 'x');
    symlinkSync(join(folder, 'outside.bin'), join(path, '..', 'link.bin'));
    expect(() => readTfjsLayers(path)).toThrow(/outside of its folder/);
  });

  test.each<[string, RegExp, (entries: Record<string, unknown>[]) => void]>([
    [
      'a kind of layer that is not read',
      /'Lambda' is not read.*Conv2DTranspose/,
      (entries) => {
        entries[1]!.class_name = 'Lambda';
      },
    ],
    [
      'a layer that reads itself',
      /'d' reads a layer that is not there, or itself/,
      (entries) => {
        entries[1]!.inbound_nodes = [[['d', 0, 0, {}]]];
      },
    ],
    [
      'an option that is not read',
      /data_format/,
      (entries) => {
        entries[4]!.config = { ...(entries[4]!.config as object), data_format: 'channels_first' };
      },
    ],
    [
      'a layer without its weights',
      /'e' has no weight 'kernel'/,
      (entries) => {
        entries[1]!.name = 'e';
        entries[2]!.inbound_nodes = [[['e', 0, 0, {}]]];
      },
    ],
  ])('%s', (_, message, change) => {
    const path = changed((json) => change(json.modelTopology!.model_config.config.layers));
    expect(() => importOnnx(path, { role: 'generator' })).toThrow(message);
  });
});

const runs = Number(process.env.GRAFT_FUZZ_RUNS ?? 150);

test(`${runs} altered files give a model or a coded error`, () => {
  const path = fresh();
  const text = readFileSync(path, 'utf8');
  const values = ['-1', '0', '1e300', 'null', '"x"', '[]', '{}', '4294967296', '65536', 'true', '0.5', '[1]'];
  const codes = new Map<string, number>();
  for (let i = 0; i < runs; i++) {
    const numbers = stream(Number(process.env.GRAFT_FUZZ_SEED ?? 1))
      .child(i)
      .uniforms(4);
    const at = Math.floor(numbers[1]! * text.length);
    let altered = text.slice(0, at);
    if (numbers[0]! > 0.15) {
      const found = /(?<=[:[,])\s*("[^"]{0,40}"|[-\d.e]+|true|false|null)/g;
      found.lastIndex = at;
      const match = found.exec(text);
      if (match !== null)
        altered =
          text.slice(0, match.index) +
          values[Math.floor(numbers[2]! * values.length)]! +
          text.slice(match.index + match[0].length);
    }
    writeFileSync(path, altered);
    const code = codeOf(() => importOnnx(path, { role: 'generator' }));
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect(codes.size).toBeGreaterThan(2);
});
